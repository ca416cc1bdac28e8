package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// fromFile is a sandbox whose source is a file that the test writes, with the
// mapping of testdata/ledger; edits are pairs of what is replaced in it.
func fromFile(t *testing.T, edits ...string) *running {
	t.Helper()
	r := startSandbox(t, "--employees", "1", "--flaws", "0")
	text, err := os.ReadFile("testdata/ledger/people.hcl")
	require.NoError(t, err)
	folder := t.TempDir()
	all := strings.NewReplacer(append(edits, "staff.csv", filepath.Join(folder, "staff.csv"))...).Replace(string(text))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "people.hcl"), []byte(all), 0o600))
	r.mapping = folder
	return r
}

// staff is what the file holds: one line a person.
func (r *running) staff(lines []string) {
	text := "id;matricule;nom;prenom;ne_le;parti\n" + strings.Join(lines, "\n") + "\n"
	require.NoError(r.t, os.WriteFile(filepath.Join(r.mapping, "staff.csv"), []byte(text), 0o600))
}

// asks asks the ledger, which needs no workspace.
func (r *running) asks(args ...string) (string, int) {
	cmd := exec.Command(filepath.Join(bin, "engine"), args...)
	cmd.Env, cmd.Dir = r.env, r.dir
	said, err := cmd.CombinedOutput()
	if err != nil {
		require.ErrorAs(r.t, err, new(*exec.ExitError))
	}
	return string(said), cmd.ProcessState.ExitCode()
}

// ages changes the ledger as another program would.
func (r *running) ages(script string) {
	conn, err := sqlite.OpenConn(filepath.Join(r.dir, "ledger.db"), sqlite.OpenReadWrite)
	require.NoError(r.t, err)
	require.NoError(r.t, sqlitex.ExecuteScript(conn, script, nil))
	require.NoError(r.t, conn.Close())
}

func (r *running) lastRun() string {
	said, code := r.asks("runs", "list", "--limit", "1", "--json")
	require.Zero(r.t, code, said)
	_, rest, found := strings.Cut(said, `"run":"`)
	require.True(r.t, found, said)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// After every run what was kept long enough is gone, as the mapping says; the line
// of the run stays, and so does who is ambiguous. A run dated otherwise than it was
// is an alteration, and verify says which.
func TestRetention(t *testing.T) {
	t.Parallel()
	const day = "24 * 3600 * 1000000"
	for name, c := range map[string]struct {
		retention string
		results   int // days: of the run's end that is gone after the next one, and of one that stays
		held      int
	}{
		"as the mapping says": {"retention {\n  runs = \"2 months\"\n  held = \"40 days\"\n}\n", 66, 41},
		"without a word":      {"", 400, 31},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fromFile(t, `input "oppus_url" { type = string }`, `input "oppus_url" { type = string }`+"\n"+c.retention)
			r.staff([]string{"1;M1;Un;Una;1990-01-01;", "2;M2;;Deux;1990-01-02;", "3;M3;Trois;Tria;1990-01-03;"})
			r.ends(codeHeld, "run")
			old := r.lastRun()
			r.ends(codeDone, "run", "--who", "1") // says nothing of who is held
			kept := func(id string) bool {
				said, code := r.asks("runs", "export", id)
				require.Zero(t, code, said)
				return strings.Contains(said, ",create,succeeded,")
			}
			require.True(t, kept(old))

			// A day less than it stays: it is there still.
			r.ages(fmt.Sprintf("UPDATE runs SET ended = ended - %d * %s WHERE id = '%s'; UPDATE held SET last_seen = last_seen - %d * %s",
				c.results-10, day, old, c.held-2, day))
			r.ends(codeDone, "run", "--who", "1")
			require.True(t, kept(old))
			said, _ := r.asks("held", "list")
			require.Contains(t, said, `id "2"`)
			r.ages(fmt.Sprintf("UPDATE runs SET ended = ended - 10 * %s WHERE id = '%s'; UPDATE held SET last_seen = last_seen - 2 * %s", day, old, day))
			r.ends(codeDone, "run", "--who", "1")
			require.False(t, kept(old), "it was kept too long")
			said, _ = r.asks("held", "list")
			require.NotContains(t, said, `id "2"`)
			said, code := r.asks("runs", "show", old)
			require.Zero(t, code, said)
			require.Contains(t, said, old, "the run itself stays")
			said, _ = r.asks("report", old)
			require.NotContains(t, said, "Una")
			said, code = r.asks("who", "1")
			require.Zero(t, code, said)
			require.Contains(t, said, "At the target", "links don't lapse")

			said, code = r.asks("ledger", "verify")
			require.Equal(t, codeRefused, code, said)
			require.Contains(t, said, "[ledger-altered]")
			require.Contains(t, said, "Run "+old)
		})
	}
}

// Killed at any instant while people come back under new ids: each link moves
// once, nobody is lost, and nobody is there twice.
func TestKilledWhileLinksMove(t *testing.T) {
	t.Parallel()
	times, seed := kills(t, 40, 9)
	r := fromFile(t, "  leavers {\n", "  guard {\n    changes { at_most = 1000000 }\n  }\n\n  leavers {\n")
	const people = 150
	generation := make([]int, people) // how often each has come back
	name := func(n int) string { return fmt.Sprintf("Nom%d-%d", n, generation[n]) }
	id := func(n int) string { return fmt.Sprintf("%d-%d", n, generation[n]) }
	write := func() {
		lines := make([]string, people)
		for n := range people {
			lines[n] = fmt.Sprintf("%s;M%03d;%s;P%d;1990-%02d-%02d;", id(n), n, name(n), n, n%12+1, n%28+1)
		}
		r.staff(lines)
	}
	write()
	r.ends(codeDone, "run")
	before := r.targets()
	r.killOften(manner{times: times, seed: seed}, func(random *rand.Rand) {
		for range 60 {
			generation[random.IntN(people)]++
		}
		write()
	})
	after := r.targets()
	require.Len(t, after, people)
	for n := range people {
		require.Equal(t, before[fmt.Sprintf("%d-0", n)], after[id(n)], "the link of %d", n)
	}
	require.Len(t, r.matricules(), people)
	var held []struct{ Matricule, Nom string }
	r.ask("oppus/employees", &held)
	require.Len(t, held, people, "somebody is there twice")
	for _, one := range held {
		var n int
		_, err := fmt.Sscanf(one.Matricule, "M%d", &n)
		require.NoError(t, err)
		require.Equal(t, name(n), one.Nom, "lost, of %s", one.Matricule)
	}
}

// targets are the target ids of all links, by source id.
func (r *running) targets() map[string]string {
	said, code := r.asks("ledger", "export", "--format", "csv")
	require.Zero(r.t, code, said)
	out := map[string]string{}
	for line := range strings.Lines(said) {
		if cells := strings.Split(line, ","); len(cells) > 5 && cells[4] != "source_id" {
			require.NotContains(r.t, out, cells[4])
			out[cells[4]] = cells[5]
		}
	}
	return out
}
