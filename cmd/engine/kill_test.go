package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// running is a sandbox with a way to run the engine against it.
type running struct {
	t       *testing.T
	control string
	env     []string
	mapping string
	dir     string
}

func startSandbox(t *testing.T, flags ...string) *running {
	args := append([]string{"serve", "--json", "--addr", "127.0.0.1:0", "--no-rate-limit"}, flags...)
	cmd := exec.Command(filepath.Join(bin, "sandbox"), args...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var access map[string]any
	require.NoError(t, json.NewDecoder(out).Decode(&access))
	text := func(name string) string {
		value, ok := access[name].(string)
		require.True(t, ok, "%s in %v", name, access)
		return value
	}
	dir := t.TempDir()
	mapping, err := filepath.Abs("../../mappings/lucca-oppus")
	require.NoError(t, err)
	return &running{
		t: t, control: text("sandbox_url"), mapping: mapping, dir: dir,
		env: []string{
			"HOME=" + dir, "NO_COLOR=1", "TMPDIR=" + os.TempDir(),
			"LUCCA_API_KEY=" + text("lucca_api_key"), "ENGINE_INPUT_lucca_url=" + text("lucca_url"),
			"OPPUS_API_KEY=" + text("oppus_api_key"), "ENGINE_INPUT_oppus_url=" + text("oppus_url"),
			"EMASPHERE_KEY=" + text("emasphere_key"), "ENGINE_INPUT_emasphere_url=" + text("emasphere_url"),
			"ENGINE_LEDGER=" + filepath.Join(dir, "ledger.db"),
			"ENGINE_KEY=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		},
	}
}

func (r *running) engine(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(filepath.Join(bin, "engine"), append(args, r.mapping)...)
	cmd.Env, cmd.Dir = r.env, r.dir
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	return cmd, &said
}

func (r *running) ask(path string, into any) {
	response, err := http.Get(r.control + "/" + path)
	require.NoError(r.t, err)
	defer response.Body.Close()
	require.NoError(r.t, json.NewDecoder(response.Body).Decode(into))
}

func (r *running) post(path, body string) {
	response, err := http.Post(r.control+"/"+path, "application/json", strings.NewReader(body))
	require.NoError(r.t, err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	require.Less(r.t, response.StatusCode, 300, string(said))
}

// matricules counts what the target holds.
func (r *running) matricules() map[string]int {
	var held []map[string]any
	r.ask("oppus/employees", &held)
	out := map[string]int{}
	for _, one := range held {
		matricule, _ := one["matricule"].(string)
		out[matricule]++
	}
	return out
}

// manner is how often a run is killed, and how its work may end.
type manner struct {
	times int
	seed  uint64
	// resends: what is settled is sent once more, and the answer to that may be
	// lost too. Such a run ends with 6, and the next one goes on.
	resends bool
}

// kills is how often to kill, and the seed. KILLS (20) and KILLS_SEED set others,
// as `make kills` does; share is what part of them, in percent, is a test's.
func kills(t *testing.T, share int, seed uint64) (int, uint64) {
	number := func(name string, otherwise uint64) uint64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, name)
		return n
	}
	times, seed := int(number("KILLS", 20))*share/100, number("KILLS_SEED", seed)
	t.Logf("%d kills, KILLS_SEED=%d", times, seed)
	return times, seed
}

// Killed at any instant, the next run finishes the work: nothing lost, nothing
// taking effect twice. Some answers are lost on top of it.
func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	times, seed := kills(t, 100, 1)
	r := startSandbox(t, "--employees", "160", "--seed", "11", "--flaws", "0")
	r.restless("lucca-oppus.hcl", "employees")
	for range 6 { // every 15th write is done, and its answer lost
		r.post("faults", `{"side":"oppus","method":"POST","skip":14,"times":1,"close":"after"}`)
	}
	said := r.killOften(manner{times: times, seed: seed}, r.disturb)

	names := map[string]string{} // of those at the source, by matricule
	for _, e := range r.employees() {
		names[e.EmployeeNumber] = strings.ReplaceAll(strings.ToUpper(e.LastName), "ß", "SS")
	}
	var held []struct{ Matricule, Nom string }
	r.ask("oppus/employees", &held)
	for _, one := range held {
		require.Equal(t, names[one.Matricule], one.Nom, "lost, of %s", one.Matricule)
	}
	require.Contains(t, said.String(), "Nothing to do: "+strconv.Itoa(len(held))+" people", "somebody was created and not linked")
	created := map[string]int{} // as the target's journal has it: each create that took effect
	var journal []struct {
		Method  string
		Handled int
		Body    struct{ Matricule string }
	}
	r.ask("oppus/received", &journal)
	for _, w := range journal {
		if w.Method == http.MethodPost && w.Handled == http.StatusCreated {
			created[w.Body.Matricule]++
		}
	}
	require.Len(t, created, len(held))
	for matricule, times := range r.matricules() {
		require.Equal(t, 1, times, matricule)
		require.Equal(t, 1, created[matricule], "created, of %s", matricule)
	}
}

// killOften runs the engine and kills it so many times, changing something whenever
// it was quicker. Then it lets it end its work, requires that nothing is left of
// those that were killed, and gives what the last run said, which had nothing to
// do.
func (r *running) killOften(how manner, disturb func(*rand.Rand)) *bytes.Buffer {
	random := rand.New(rand.NewPCG(how.seed, 2))
	var pids []int
	ended := 0
	// So long a run may live. Whatever the machine, about every fifth is quicker: the
	// others are killed from their start to their end.
	window := 400 * time.Millisecond
	for len(pids) < how.times {
		cmd, said := r.engine("run")
		require.NoError(r.t, cmd.Start())
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
			// It was quicker: what it did must be right, and there is more to do.
			r.mayEnd(cmd, said, how)
			disturb(random)
			ended++
			window -= window / 4
		case <-time.After(time.Duration(random.Int64N(int64(window)))):
			_ = cmd.Process.Kill()
			<-done
			pids = append(pids, cmd.Process.Pid)
			window += window / 16
		}
	}
	r.t.Logf("%d runs killed, %d were quicker", len(pids), ended)
	settling := 2 // an answer lost in the first one is settled by the second
	if how.resends {
		settling = 4 // of three faults each may hit a resend
	}
	for range settling {
		cmd, said := r.engine("run")
		_ = cmd.Run()
		r.mayEnd(cmd, said, how)
	}
	before := r.received()
	cmd, said := r.engine("run")
	require.NoError(r.t, cmd.Run(), said.String())
	require.Contains(r.t, said.String(), "Nothing to do")
	require.Equal(r.t, before, r.received(), "a second run wrote")
	r.nothingLeft(pids)
	return said
}

// mayEnd: done, or with an answer lost.
func (r *running) mayEnd(cmd *exec.Cmd, said *bytes.Buffer, how manner) {
	code := cmd.ProcessState.ExitCode()
	require.True(r.t, code == codeDone || code == codeHeld || how.resends && code == codeUnavailable, "exit code %d\n%s", code, said)
}

// nothingLeft: no plugin of a killed engine lives on, none of its sockets' folders
// and no plan lies about, and the ledger is whole.
func (r *running) nothingLeft(pids []int) {
	require.Empty(r.t, r.processes(""))
	for _, pid := range pids {
		for _, parent := range []string{"/tmp", os.TempDir()} {
			left, err := filepath.Glob(filepath.Join(parent, "engine-socket-"+strconv.Itoa(pid)+"-*"))
			require.NoError(r.t, err)
			require.Empty(r.t, left)
		}
	}
	left, err := filepath.Glob(filepath.Join(r.dir, "ledger.db.plans", "*"))
	require.NoError(r.t, err)
	require.Empty(r.t, left)
	r.verified()
}

func (r *running) verified() {
	verify := exec.Command(filepath.Join(bin, "engine"), "ledger", "verify")
	verify.Env, verify.Dir = r.env, r.dir
	said, err := verify.CombinedOutput()
	require.NoError(r.t, err, string(said))
}

// processes are those of this test's engines and their plugins whose name has the
// given end, found by their HOME; none where there is no /proc.
func (r *running) processes(end string) (pids []int) {
	found, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range found {
		environ, _ := os.ReadFile(path) // it may have ended meanwhile
		cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		program, _, _ := bytes.Cut(cmdline, []byte{0})
		ours := bytes.Contains(append([]byte{0}, environ...), []byte("\x00HOME="+r.dir+"\x00"))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && ours && strings.HasSuffix(string(program), end) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// The same with references: among the people of one mapping, and to another one.
func TestKilledAmongReferences(t *testing.T) {
	t.Parallel()
	times, seed := kills(t, 40, 3)
	r := startSandbox(t, "--employees", "160", "--seed", "12", "--flaws", "0")
	r.mapping, _ = filepath.Abs("testdata/linked")
	r.restless("main.hcl", "employees")
	entities := "id;name\n1;Un\n2;Deux\n3;Trois\n4;Quatre\n5;Cinq\n"
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "entities.csv"), []byte(entities), 0o600))
	for range 3 {
		r.post("faults", `{"side":"emasphere","method":"PUT","skip":14,"times":1,"close":"after"}`)
	}
	r.killOften(manner{times: times, seed: seed, resends: true}, func(random *rand.Rand) {
		r.change(random, func() string { return `{"managerId":101}` })
	})

	var source []struct {
		ID, ManagerID, LegalEntityID int
	}
	var places, target []struct {
		ID          string
		ExternalID  string `json:"external_id"`
		Manager     string
		LegalEntity string `json:"legal_entity"`
	}
	r.ask("lucca/employees", &source)
	r.ask("emasphere/legal-entities", &places)
	r.ask("emasphere/employees", &target)
	require.Len(t, places, 5)
	idOf, placeOf, managers := map[string]string{}, map[string]string{}, 0
	for _, e := range places {
		placeOf[e.ExternalID] = e.ID
	}
	for _, e := range target {
		require.NotContains(t, idOf, e.ExternalID)
		idOf[e.ExternalID] = e.ID
	}
	for _, e := range target {
		for _, s := range source {
			if strconv.Itoa(s.ID) != e.ExternalID {
				continue
			}
			require.Equal(t, placeOf[strconv.Itoa(s.LegalEntityID)], e.LegalEntity, "establishment of %d", s.ID)
			if s.ManagerID != s.ID { // one's own manager is none, in Lucca
				require.Equal(t, idOf[strconv.Itoa(s.ManagerID)], e.Manager, "manager of %d", s.ID)
				managers++
			}
		}
	}
	require.Greater(t, managers, 100)
}

// The same where only what changed is read: nothing that a killed run had read is
// lost, which a read of everybody shows.
func TestKilledReadingWhatChanged(t *testing.T) {
	t.Parallel()
	times, seed := kills(t, 40, 5)
	r := startSandbox(t, "--employees", "160", "--seed", "13", "--flaws", "0")
	r.mapping, _ = filepath.Abs("../../examples/what-changed")
	r.restless("main.hcl", "people")
	r.ends(codeDone, "run")
	r.disturb(rand.New(rand.NewPCG(seed, 3)))
	for range 3 {
		r.post("faults", `{"side":"oppus","method":"PATCH","skip":14,"times":1,"close":"after"}`)
	}
	said := r.killOften(manner{times: times, seed: seed}, r.disturb)
	require.Contains(t, said.String(), "Only what changed since")

	names := map[string]string{}
	for _, e := range r.employees() {
		names[e.EmployeeNumber] = e.LastName
	}
	var held []struct{ Matricule, Nom string }
	r.ask("oppus/employees", &held)
	require.Greater(t, len(held), 100)
	for _, one := range held {
		require.Equal(t, names[one.Matricule], one.Nom, "lost, of %s", one.Matricule)
	}
	path := filepath.Join(r.mapping, "main.hcl")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(text, "# another one\n"...), 0o600))
	whole := r.ends(codeDone, "run")
	require.Contains(t, whole, "Everybody was read: the mapping")
	require.Contains(t, whole, "Nothing to do: "+strconv.Itoa(len(held))+" people")
}

// disturb changes twenty people at the source, so that the next run has work.
func (r *running) disturb(random *rand.Rand) {
	r.change(random, func() string { return `{"lastName":"Nom` + strconv.Itoa(random.IntN(1000)) + `"}` })
}

func (r *running) change(random *rand.Rand, to func() string) {
	var people []struct {
		ID int `json:"id"`
	}
	r.ask("lucca/employees", &people)
	for range 20 {
		one := people[random.IntN(len(people))]
		r.post("lucca/employees/"+strconv.Itoa(one.ID), to())
	}
}

// received counts the writes that the target was sent.
func (r *running) received() int {
	n := 0
	for _, target := range []string{"oppus", "emasphere"} {
		var all []json.RawMessage
		r.ask(target+"/received", &all)
		n += len(all)
	}
	return n
}
