package sdk

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

// processMode, in the environment, makes this test binary a plugin, or the
// parent of one.
const processMode = "SDK_TEST_MODE"

func TestMain(m *testing.M) {
	switch os.Getenv(processMode) {
	case "plugin":
		Serve(fake{})
	case "parent":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), processMode+"=plugin", protocol.CookieKey+"="+protocol.CookieValue)
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			panic(err)
		}
		_, err = bufio.NewReader(out).ReadString('\n')
		fmt.Println(child.Process.Pid, err == nil)
		select {}
	}
	os.Exit(m.Run())
}

// The parent here doesn't ask the kernel for anything: the plugin itself notices.
func TestPluginEndsWhenItsParentHasGone(t *testing.T) {
	t.Parallel()
	parent := exec.Command(os.Args[0])
	parent.Env = []string{processMode + "=parent", "TMPDIR=" + t.TempDir()}
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	var pid int
	var up bool
	_, err = fmt.Sscan(line, &pid, &up)
	require.NoError(t, err)
	require.True(t, up)
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed: that is an error by design
	require.Eventually(t, func() bool {
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
			return strings.Contains(string(stat), ") Z ")
		}
		return syscall.Kill(pid, 0) != nil
	}, 20*time.Second, 10*time.Millisecond)
}

func TestStartedByAPerson(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, 1, introduce(fake{}, nil, &stdout, &stderr))
	require.Empty(t, stdout.String())
	for _, text := range []string{"fake 1.0.0", "For tests.", "engine-plugin-fake", "--describe"} {
		require.Contains(t, stderr.String(), text)
	}
	stderr.Reset()
	require.Equal(t, 0, introduce(fake{}, []string{"--describe"}, &stdout, &stderr))
	require.Empty(t, stderr.String())
	var description map[string]any
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &description))
	require.Equal(t, "fake", description["name"])
}

func TestServeChecksTheCookie(t *testing.T) {
	t.Parallel()
	plugin := exec.Command(os.Args[0])
	plugin.Env = []string{processMode + "=plugin"}
	out, err := plugin.CombinedOutput()
	require.ErrorContains(t, err, "exit status 1")
	require.Contains(t, string(out), "fake 1.0.0")
}
