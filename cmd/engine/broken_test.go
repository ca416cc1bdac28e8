package main

import (
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// whole requires that the next run ends the work, that nothing took effect twice,
// and that nothing is left to do.
func (r *running) whole() {
	r.t.Helper()
	r.ends(codeDone, "run")
	require.Contains(r.t, r.ends(codeDone, "run"), "Nothing to do")
	for matricule, times := range r.matricules() {
		require.Equal(r.t, 1, times, matricule)
	}
	require.Greater(r.t, len(r.matricules()), 100)
	r.nothingLeft(nil)
}

// A plugin that somebody kills while it reads or writes: the run says which, and
// that the fault is on this machine; the next one ends the work.
func TestAPluginIsKilled(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("plugins are found by /proc")
	}
	for plugin, fault := range map[string]string{
		"lucca": `{"side":"lucca","delay_ms":60000,"times":1}`,
		"oppus": `{"side":"oppus","method":"POST","skip":20,"times":1,"delay_ms":60000}`,
	} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			r := startSandbox(t, "--employees", "160", "--seed", "13", "--flaws", "0")
			road := openRoad(t, r, plugin)
			r.post("faults", fault)
			cmd, said := r.engine("run")
			require.NoError(t, cmd.Start())
			reached := road.used
			if plugin == "oppus" {
				reached = func() bool { return r.received() >= 20 }
			}
			require.Eventually(t, reached, time.Minute, 10*time.Millisecond, said)
			pids := r.processes("engine-plugin-" + plugin)
			require.Len(t, pids, 1)
			require.NoError(t, syscall.Kill(pids[0], syscall.SIGKILL))
			require.Error(t, cmd.Wait())
			require.Equal(t, codeFault, cmd.ProcessState.ExitCode(), said.String())
			require.Contains(t, said.String(), "[plugin-crashed]")
			require.Contains(t, said.String(), "killed it")
			r.faultless()
			r.whole()
		})
	}
}

// A plugin that hangs, here because it is stopped: the run ends by itself, says
// which one and how to wait longer, and is worth trying again; the next one ends
// the work.
func TestAPluginHangs(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("plugins are found by /proc")
	}
	for plugin, fault := range map[string]string{
		"lucca": `{"side":"lucca","delay_ms":1000,"times":1}`,
		"oppus": `{"side":"oppus","method":"POST","skip":20,"times":1,"delay_ms":1000}`,
	} {
		t.Run(plugin, func(t *testing.T) {
			t.Parallel()
			r := startSandbox(t, "--employees", "160", "--seed", "17", "--flaws", "0")
			road := openRoad(t, r, plugin)
			r.post("faults", fault)
			cmd, said := r.engine("run", "--plugin-silence", "3s")
			require.NoError(t, cmd.Start())
			reached := road.used
			if plugin == "oppus" {
				reached = func() bool { return r.received() >= 20 }
			}
			require.Eventually(t, reached, time.Minute, 10*time.Millisecond, said)
			pids := r.processes("engine-plugin-" + plugin)
			require.Len(t, pids, 1)
			require.NoError(t, syscall.Kill(pids[0], syscall.SIGSTOP))
			require.Error(t, cmd.Wait())
			require.Equal(t, codeUnavailable, cmd.ProcessState.ExitCode(), said.String())
			require.Equal(t, 1, strings.Count(said.String(), "[plugin-silent]"), said.String())
			require.Contains(t, said.String(), "silent for 3s")
			require.Contains(t, said.String(), "--plugin-silence")
			r.faultless()
			r.whole()
		})
	}
}

// The target is gone in the middle, and its port with it: worth trying again.
func TestTheTargetDies(t *testing.T) {
	t.Parallel()
	r := startSandbox(t, "--employees", "160", "--seed", "14", "--flaws", "0")
	road := openRoad(t, r, "oppus")
	r.post("faults", `{"side":"oppus","method":"POST","skip":40,"times":1,"delay_ms":60000}`)
	cmd, said := r.engine("run")
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return r.received() >= 40 }, time.Minute, 10*time.Millisecond, said)
	road.close()
	require.Error(t, cmd.Wait())
	require.Equal(t, codeUnavailable, cmd.ProcessState.ExitCode(), said.String())
	r.verified()
	require.NotEmpty(t, r.ends(codeUnavailable, "run"), "it is gone still")
	r.faultless()
	road.open()
	r.whole()
}

// The disk is full in the middle of a run: the engine says so, what the ledger
// remembers stays whole, and once there is room the next run ends the work.
func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	if out, err := exec.Command("unshare", "-rm", "true").CombinedOutput(); err != nil {
		t.Skip("no mount of our own can be had here: " + string(out))
	}
	r := startSandbox(t, "--employees", "400", "--seed", "15", "--flaws", "0")
	// A file system of its own, which only these commands see: filled but for some
	// room, then a run, then with room again.
	script := `set -u
mount -t tmpfs -o size=4m tmpfs "$DISK" || exit 90
mkdir "$DISK/state"
room=150
while :; do
  head -c $(((4096 - room) * 1024)) /dev/zero >"$DISK/ballast" || exit 91
  "$ENGINE" run "$MAPPING" >out 2>&1; code=$?
  rm "$DISK/ballast"
  [ ! -e "$ENGINE_LEDGER" ] || "$ENGINE" ledger verify >verified 2>&1 || { cat verified; exit 92; }
  [ $code != 0 ] || break
  [ $code = 7 ] || { cat out; exit 93; }
  grep -q -e 'no space left on device' -e disk-full out || { cat out; exit 94; }
  [ $(grep -c '\[disk-full\]' out) -le 1 ] || { cat out; exit 97; }
  ! grep -q 'perhaps sent' out || echo stopped in the middle
  room=$((room + 100))
  [ $room -lt 3000 ] || exit 95
done
"$ENGINE" run "$MAPPING" || exit 96
ls -A "$ENGINE_LEDGER.plans" "$DISK"`
	disk := filepath.Join(r.dir, "disk")
	require.NoError(t, os.Mkdir(disk, 0o700))
	cmd := exec.Command("unshare", "-rm", "sh", "-c", script)
	cmd.Dir = r.dir
	cmd.Env = append(r.env, "PATH="+os.Getenv("PATH"), "DISK="+disk, "ENGINE="+filepath.Join(bin, "engine"), "MAPPING="+r.mapping,
		"ENGINE_LEDGER="+filepath.Join(disk, "state", "ledger.db"))
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	require.Contains(t, string(said), "stopped in the middle")
	require.Contains(t, string(said), "Nothing to do")
	require.NotContains(t, string(said), ".plan\n")
	held := r.matricules()
	require.Greater(t, len(held), 300)
	require.Equal(t, len(held), r.received(), "somebody was sent twice")
}

func (r *running) faultless() {
	cmd := exec.Command(filepath.Join(bin, "sandbox"), "ask", "-X", "DELETE", "faults")
	cmd.Env = append(os.Environ(), "SANDBOX_URL="+r.control)
	out, err := cmd.CombinedOutput()
	require.NoError(r.t, err, string(out))
}

// road is the way to one of the sandbox's systems, which can be cut and mended.
type road struct {
	t        *testing.T
	at, to   string
	mu       sync.Mutex
	listener net.Listener
	under    []net.Conn
}

// openRoad lets the engine reach a system by it.
func openRoad(t *testing.T, r *running, system string) *road {
	name := "ENGINE_INPUT_" + system + "_url="
	out := &road{t: t, at: "127.0.0.1:0"}
	for i, one := range r.env {
		if text, ok := strings.CutPrefix(one, name); ok {
			target, err := url.Parse(text)
			require.NoError(t, err)
			out.to = target.Host
			out.open()
			target.Host = out.at
			r.env[i] = name + target.String()
		}
	}
	require.NotEmpty(t, out.to)
	t.Cleanup(out.close)
	return out
}

func (d *road) open() {
	listener, err := net.Listen("tcp", d.at)
	require.NoError(d.t, err)
	d.mu.Lock()
	d.listener, d.at = listener, listener.Addr().String()
	d.mu.Unlock()
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", d.to)
			if err != nil {
				_ = from.Close()
				continue
			}
			d.mu.Lock()
			d.under = append(d.under, from, to)
			d.mu.Unlock()
			go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
			go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
		}
	}()
}

// used reports whether anybody is under way.
func (d *road) used() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.under) > 0
}

func (d *road) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.listener.Close()
	for _, conn := range d.under {
		_ = conn.Close()
	}
	d.under = nil
}
