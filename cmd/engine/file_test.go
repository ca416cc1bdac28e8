package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// startFile is a sandbox whose people go into the payroll file of
// mappings/lucca-file.
func startFile(t *testing.T, flags ...string) (r *running, file string) {
	r = startSandbox(t, flags...)
	mapping, err := filepath.Abs("../../mappings/lucca-file")
	require.NoError(t, err)
	r.mapping, file = mapping, filepath.Join(r.dir, "people.csv")
	r.env = append(r.env, "ENGINE_INPUT_file_path="+file)
	return r, file
}

// restless lets everybody change again and again within a week, as they do in a
// test and nowhere else: in a mapping of one of the workspace's files.
func (r *running) restless(file, mapping string) {
	r.t.Helper()
	folder := r.t.TempDir()
	require.NoError(r.t, os.CopyFS(folder, os.DirFS(r.mapping)))
	path := filepath.Join(folder, file)
	text, err := os.ReadFile(path)
	require.NoError(r.t, err)
	head := "mapping " + strconv.Quote(mapping) + " {\n"
	require.Contains(r.t, string(text), head)
	wider := strings.Replace(string(text), head, head+"  guard {\n    changes { at_most = 1000000 }\n  }\n", 1)
	require.NoError(r.t, os.WriteFile(path, []byte(wider), 0o600))
	r.mapping = folder
}

// ends runs the engine and requires an exit code; it gives what was said.
func (r *running) ends(code int, args ...string) string {
	r.t.Helper()
	cmd, said := r.engine(args...)
	if err := cmd.Run(); err != nil {
		require.ErrorAs(r.t, err, new(*exec.ExitError))
	}
	require.Equal(r.t, code, cmd.ProcessState.ExitCode(), said.String())
	return said.String()
}

// employee is what the test knows of somebody at the source.
type employee struct {
	ID                                    int
	FirstName, LastName, Mail             string
	EmployeeNumber, CivilTitle, BirthDate string
	LegalEntityID                         int
	DtContractStart, DtContractEnd        string
}

func (r *running) employees() (list []employee) {
	r.ask("lucca/employees", &list)
	require.NotEmpty(r.t, list)
	return list
}

const payrollHeader = "Matricule;Civilité;Nom;Prénom;Né(e) le;E-mail;Établissement;Début de contrat;Fin de contrat;Heures mensuelles"

// lineOf is the line that an employee must have, written by another hand than
// the engine's.
func lineOf(e employee) []string {
	french := func(iso string) string {
		if iso == "" {
			return ""
		}
		return iso[8:10] + "/" + iso[5:7] + "/" + iso[:4]
	}
	title := map[string]string{"Mister": "M.", "Miss": "Mme", "": ""}[e.CivilTitle]
	site := map[int]string{1: "Maison Exemple Paris", 2: "Maison Exemple Lyon", 3: "Maison Exemple Nantes",
		4: "Maison Exemple Lille", 5: "Maison Exemple Toulouse"}[e.LegalEntityID]
	return []string{
		e.EmployeeNumber, title, strings.ReplaceAll(strings.ToUpper(e.LastName), "ß", "SS"), e.FirstName, french(e.BirthDate), e.Mail, site,
		french(e.DtContractStart), french(e.DtContractEnd), "151,67",
	}
}

// present are the lines of everybody who has not left, by matricule.
func present(list []employee) [][]string {
	today := inParis().Format(time.DateOnly)
	var out [][]string
	for _, e := range list {
		sound := e.EmployeeNumber != "" && e.CivilTitle != "Professor"
		if sound && (e.DtContractEnd == "" || e.DtContractEnd >= today) {
			out = append(out, lineOf(e))
		}
	}
	slices.SortFunc(out, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return out
}

func readPayroll(t *testing.T, text string) [][]string {
	header, rest, found := strings.Cut(text, "\r\n")
	require.True(t, found)
	require.Equal(t, payrollHeader, header)
	reader := csv.NewReader(strings.NewReader(rest))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	require.NoError(t, err)
	return rows
}

func payroll(t *testing.T, file string) [][]string {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	plain, marked := strings.CutPrefix(string(text), "\ufeff")
	require.True(t, marked, "a spreadsheet would not read the accents")
	return readPayroll(t, plain)
}

// sameLines compares line by line: the difference of two whole files is unreadable.
func sameLines(t *testing.T, want, got [][]string) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "line %d", i+2)
	}
	require.Len(t, got, len(want))
}

// The payroll file value by value, against what the source has; a change, a
// departure, somebody who is held back; and the other encoding.
func TestPayrollFile(t *testing.T) {
	t.Parallel()
	r, file := startFile(t)
	r.ends(codeHeld, "run")
	want := present(r.employees())
	require.Greater(t, len(want), 300)
	sameLines(t, want, payroll(t, file))
	require.True(t, slices.ContainsFunc(want, func(line []string) bool { return strings.HasPrefix(line[0], "000") }))

	stat, err := os.Stat(file)
	require.NoError(t, err)
	said := r.ends(codeHeld, "run")
	require.Contains(t, said, "The list is unchanged")
	again, err := os.Stat(file)
	require.NoError(t, err)
	require.True(t, os.SameFile(stat, again), "an unchanged file was written again")

	// One changes, one leaves, and one becomes unreadable: his last line stays.
	sound := slices.DeleteFunc(r.employees(), func(e employee) bool {
		return e.EmployeeNumber == "" || e.CivilTitle == "Professor" || e.DtContractEnd != ""
	})
	changed, left, held := sound[0], sound[1], sound[2]
	at := func(e employee) string { return "lucca/employees/" + strconv.Itoa(e.ID) }
	r.post(at(changed), `{"lastName":"Œuvrard-N'Guyen"}`)
	r.post(at(left), `{"dtContractEnd":"2026-01-31"}`)
	r.post(at(held), `{"employeeNumber":"","lastName":"Autrement"}`)
	said = r.ends(codeHeld, "plan")
	require.Contains(t, said, "Their last line stands in for them")
	sameLines(t, want, payroll(t, file)) // a plan writes nothing
	r.ends(codeHeld, "run")

	var after [][]string
	for _, line := range want {
		switch line[0] {
		case left.EmployeeNumber:
			continue
		case changed.EmployeeNumber:
			line[2] = "ŒUVRARD-N'GUYEN"
		}
		after = append(after, line)
	}
	sameLines(t, after, payroll(t, file))

	// An older program: letters that it lacks hold their people back, by name, and
	// nobody who is in the file disappears from it.
	old := filepath.Join(r.dir, "old.csv")
	r.env = append(r.env, "ENGINE_INPUT_file_path="+old, "ENGINE_INPUT_file_encoding=windows-1252",
		"ENGINE_LEDGER="+filepath.Join(r.dir, "old.db")) // another file is another target
	said = r.ends(codeHeld, "run")
	require.Contains(t, said, "Ćwikła", "who can't be written is named")
	bytes, err := os.ReadFile(old)
	require.NoError(t, err)
	text, err := charmap.Windows1252.NewDecoder().String(string(bytes))
	require.NoError(t, err)
	var latin [][]string
	for _, line := range after {
		if _, err := charmap.Windows1252.NewEncoder().String(strings.Join(line, "")); err == nil && line[0] != held.EmployeeNumber {
			latin = append(latin, line)
		}
	}
	require.Less(t, len(latin), len(after))
	sameLines(t, latin, readPayroll(t, text))
}

// Killed at any instant, the file is the old one or the new one, whole, and the
// next run finishes the work.
func TestPayrollFileKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	r, file := startFile(t, "--employees", "400", "--seed", "5", "--flaws", "0")
	r.restless("lucca-file.hcl", "people")
	r.ends(codeDone, "run")
	random := rand.New(rand.NewPCG(3, 4))
	lines := len(payroll(t, file))
	killed := 0
	for killed < 12 {
		r.disturb(random)
		cmd, said := r.engine("run")
		require.NoError(t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			var exit *exec.ExitError
			require.True(t, err == nil || errors.As(err, &exit) && exit.ExitCode() == codeHeld, said.String())
		case <-time.After(time.Duration(20+random.IntN(400)) * time.Millisecond):
			_ = cmd.Process.Kill()
			<-ended
			killed++
		}
		require.Len(t, payroll(t, file), lines, "half a file")
	}
	r.ends(codeDone, "run")
	sameLines(t, present(r.employees()), payroll(t, file))
	require.Contains(t, r.ends(codeDone, "run"), "The list is unchanged")
	left, err := filepath.Glob(filepath.Join(r.dir, ".people.csv*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// fileToFile is a workspace that carries one file into another.
const fileToFile = `
integration "files" {
  title     = { fr = "Fichiers", en = "Files" }
  publisher = "Test"
  modules   = ["core-hr"]
  setup     = "self-service"
  timezone  = "Europe/Paris"
}
connection "from" {
  plugin = "file"
  path   = %q
}
connection "to" {
  plugin = "file"
  %s
}
mapping "rows" {
  trigger { manual = true }
  source "row" {
    connection = connection.from
    resource   = "rows"
    id         = ["matricule"]
    field "matricule" {
      path = "matricule"
      type = string
    }
    field "nom" {
      path = "nom"
      type = string
    }
    field "ne_le" {
      path = "[\"né le\"]"
      type = date
    }
    field "taux" {
      path = "taux"
      type = decimal
    }
    dates       = ["né le"]
    decimals    = ["taux"]
    date_format = "dd/MM/yyyy"
    decimal     = ","
  }
  target "line" {
    connection = connection.to
    resource   = "rows"
    key        = "matricule"
    field "matricule" { type = string }
    field "nom" { type = string }
    field "né le" { type = date }
    field "taux" { type = decimal }
    %s
    map = {
      matricule = "row.matricule"
      nom       = "row.nom"
      "né le"   = "row.ne_le"
      taux      = "row.taux"
    }
  }
}
`

const rows = "matricule;nom;né le;taux\r\n00057;N'Guyen Zoé;05/02/1990;0,8\r\n00003;Œuvrard Gaëlle;31/12/1985;12,31\r\n"

// files makes a workspace with a source file beside it.
func files(t *testing.T, to, target string) (r *running, from string) {
	dir := t.TempDir()
	from = filepath.Join(dir, "from.csv")
	require.NoError(t, os.WriteFile(from, []byte(rows), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.hcl"), fmt.Appendf(nil, fileToFile, from, to, target), 0o600))
	return &running{t: t, mapping: dir, dir: dir, env: []string{
		"HOME=" + dir, "NO_COLOR=1", "TMPDIR=" + os.TempDir(), "SFTP_PASSWORD=" + sftpPassword,
		"ENGINE_KEY=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
	}}, from
}

// A spreadsheet opens it with accents and leading zeros as they are: read back by
// a reader that shares no code with the writer.
func TestWorkbookThroughTheEngine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	book := filepath.Join(dir, "people.xlsx")
	r, _ := files(t, fmt.Sprintf("path = %q", book), `date_format = "dd/MM/yyyy"`)
	r.ends(codeDone, "run")
	f, err := excelize.OpenFile(book)
	require.NoError(t, err)
	defer f.Close()
	got, err := f.GetRows("Sheet1")
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"matricule", "nom", "né le", "taux"},
		{"00057", "N'Guyen Zoé", "05/02/1990", "0.8"},
		{"00003", "Œuvrard Gaëlle", "31/12/1985", "12.31"},
	}, got)
	kind, err := f.GetCellType("Sheet1", "A2")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeInlineString, kind, "a number loses its zeros")
}

// An input file that is not whole and sound is answered by a clear error, and
// nothing is lost: what was written stays, and the next sound file goes on.
func TestBrokenInputFiles(t *testing.T) {
	t.Parallel()
	to := filepath.Join(t.TempDir(), "to.csv")
	r, from := files(t, fmt.Sprintf("path = %q", to), "")
	r.ends(codeDone, "run")
	before, err := os.ReadFile(to)
	require.NoError(t, err)
	for name, c := range map[string]struct{ text, says string }{
		"half-written":      {rows[:len(rows)-4], "[half-written]"},
		"empty":             {"", "[empty-file]"},
		"header alone":      {"matricule;nom;né le;taux\r\n", "Blocked: read"},
		"ragged":            {rows + "00099;Perdu\r\n", "[ragged-row]"},
		"another encoding":  {"matricule;nom;n\xe9 le;taux\r\n1;2;3;4\r\n", "[wrong-encoding]"},
		"open quote":        {rows + "00099;\"Perdu;01/01/2000;1\r\n", "[bad-quotes]"},
		"a column missing":  {"matricule;nom;taux\r\n1;2;3\r\n", "[missing-column]"},
		"no table":          {"\x00\x01\x02", "[nul-byte]"},
		"a row that's huge": {rows + "00099;" + strings.Repeat("x", 5<<20) + ";01/01/2000;1\r\n", "[row-too-long]"},
	} {
		require.NoError(t, os.WriteFile(from, []byte(c.text), 0o600))
		cmd, said := r.engine("run")
		require.Error(t, cmd.Run(), name)
		require.Contains(t, said.String(), c.says, name)
		require.NotContains(t, said.String(), "Perdu", "%s: a value is shown", name)
		after, err := os.ReadFile(to)
		require.NoError(t, err)
		require.Equal(t, string(before), string(after), "%s: something was lost", name)
	}
	require.NoError(t, os.Remove(from))
	cmd, _ := r.engine("run")
	require.Error(t, cmd.Run())

	require.NoError(t, os.WriteFile(from, []byte(rows+"00099;Après;01/01/2000;1\r\n"), 0o600))
	r.ends(codeDone, "run")
	after, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Contains(t, string(after), "00099;Après;2000-01-01;1")
}

// The same over SFTP, from the engine to a real SSH server on loopback.
func TestSFTPThroughTheEngine(t *testing.T) {
	t.Parallel()
	server := serveSFTP(t)
	r, from := files(t, fmt.Sprintf("url = %q\n host_key = %q\n user = \"payroll\"\n password = env(\"SFTP_PASSWORD\")",
		"sftp://"+server.address+"/"+filepath.ToSlash(filepath.Join(server.dir, "people.csv")), server.fingerprint), "bom = true")
	r.ends(codeDone, "run")
	text, err := os.ReadFile(filepath.Join(server.dir, "people.csv"))
	require.NoError(t, err)
	require.Equal(t, "\ufeffmatricule;nom;né le;taux\r\n00057;N'Guyen Zoé;1990-02-05;0.8\r\n00003;Œuvrard Gaëlle;1985-12-31;12.31\r\n", string(text))

	require.NoError(t, os.WriteFile(from, []byte(strings.Replace(rows, "0,8", "x", 1)), 0o600))
	said := r.ends(codeHeld, "run", "--json")
	var run struct {
		Snapshot struct {
			Lines int
			Kept  []struct{ Person struct{ ID string } }
		}
	}
	for line := range strings.Lines(said) {
		if strings.Contains(line, `"type":"run"`) {
			require.NoError(t, json.Unmarshal([]byte(line), &run))
		}
	}
	require.Equal(t, 2, run.Snapshot.Lines)
	require.Equal(t, "00057", run.Snapshot.Kept[0].Person.ID)
	again, err := os.ReadFile(filepath.Join(server.dir, "people.csv"))
	require.NoError(t, err)
	require.Equal(t, string(text), string(again), "who is held back is missing")
	left, err := filepath.Glob(filepath.Join(server.dir, ".*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
