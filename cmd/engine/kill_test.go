package main

import (
	"bytes"
	"encoding/json"
	"errors"
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

// Killed at any instant, the next run finishes the work: nothing lost, nothing
// taking effect twice. Some answers are lost on top of it.
func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	r := startSandbox(t, "--employees", "160", "--seed", "11", "--flaws", "0")
	for range 6 { // every 15th write is done, and its answer lost
		r.post("faults", `{"side":"oppus","method":"POST","skip":14,"times":1,"close":"after"}`)
	}
	random := rand.New(rand.NewPCG(1, 2))
	said := r.killOften(20, random, func() { r.disturb(random) })

	held := r.matricules()
	for matricule, times := range held {
		require.Equal(t, 1, times, matricule)
	}
	require.Contains(t, said.String(), "Nothing to do: "+strconv.Itoa(len(held))+" people", "somebody was created and not linked")
	left, err := filepath.Glob(filepath.Join(r.dir, "ledger.db.plans", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// killOften runs the engine and kills it so many times, changing something whenever
// it was quicker. Then it lets it end its work, and gives what the last run said,
// which had nothing to do.
func (r *running) killOften(times int, random *rand.Rand, disturb func()) *bytes.Buffer {
	for killed := 0; killed < times; {
		cmd, said := r.engine("run")
		require.NoError(r.t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			// It was quicker: what it did must be right, and there is more to do.
			var exit *exec.ExitError
			require.True(r.t, err == nil || errors.As(err, &exit) && mayStop(exit.ExitCode()), said.String())
			disturb()
		case <-time.After(time.Duration(20+random.IntN(350)) * time.Millisecond):
			_ = cmd.Process.Kill()
			<-ended
			killed++
		}
	}
	for range 4 { // an answer lost in the last run is settled by one more, where that is not lost too
		cmd, said := r.engine("run")
		if err := cmd.Run(); err != nil {
			require.True(r.t, mayStop(cmd.ProcessState.ExitCode()), said.String())
		}
	}
	before := r.received()
	cmd, said := r.engine("run")
	require.NoError(r.t, cmd.Run(), said.String())
	require.Contains(r.t, said.String(), "Nothing to do")
	require.Equal(r.t, before, r.received(), "a second run wrote")
	return said
}

// mayStop: an answer was lost, and a second one while that was settled.
func mayStop(code int) bool { return code == codeHeld || code == codeUnavailable }

// The same with references: among the people of one mapping, and to another one.
func TestKilledAmongReferences(t *testing.T) {
	t.Parallel()
	r := startSandbox(t, "--employees", "160", "--seed", "12", "--flaws", "0")
	r.mapping, _ = filepath.Abs("testdata/linked")
	entities := "id;name\n1;Un\n2;Deux\n3;Trois\n4;Quatre\n5;Cinq\n"
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "entities.csv"), []byte(entities), 0o600))
	for range 3 {
		r.post("faults", `{"side":"emasphere","method":"PUT","skip":14,"times":1,"close":"after"}`)
	}
	random := rand.New(rand.NewPCG(3, 4))
	r.killOften(8, random, func() { r.change(random, func() string { return `{"managerId":101}` }) })

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
