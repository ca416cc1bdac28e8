package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// plugins is the folder of the fake connector's executable, built once.
var plugins string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "engine-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	plugins = dir
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "engine-plugin-fake"), "./testdata/fake").CombinedOutput(); err != nil {
		fmt.Fprintln(os.Stderr, string(out), err)
		return 1
	}
	return m.Run()
}

const testKey = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"

// mappingFile sends four fields of the fake source to one resource of the fake
// target: its name is how the target settles what was never answered.
const mappingFile = `
integration "test" {
  title     = { fr = "Test", en = "Test" }
  publisher = "Test"
  modules   = ["core-hr"]
  setup     = "self-service"
  timezone  = "Europe/Paris"
}
connection "from" {
  plugin = "fake"
  dir    = "DIR"
  tenant = "from"
}
connection "to" {
  plugin = "fake"
  dir    = "DIR"
  tenant = "to"
}
mapping "people" {
  trigger { manual = true }
  shown_as = "p.nom"
  source "p" {
    connection = connection.from
    resource   = "staff"
    field "matricule" { path = "matricule" }
    field "nom" { path = "nom" }
    field "email" { path = "email" }
    field "phone" { path = "phone" }
  }
  target "t" {
    connection = connection.to
    resource   = "RESOURCE"
    key        = "matricule"
    map = {
      matricule = "p.matricule"
      nom       = "p.nom.upper()"
      email     = "p.email"
      phone     = "p.phone"
    }
  }
}
`

// site is a workspace, the fake systems' folder and a ledger, all of one test.
type site struct {
	t         testing.TB
	workspace string
	systems   string
	ledger    string
	now       time.Time
	key       string // what KEY is in the environment
}

func newSite(t testing.TB, resource string) *site {
	s := &site{t: t, workspace: t.TempDir(), systems: t.TempDir(), now: time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC)}
	s.ledger = filepath.Join(s.workspace, ".engine", "ledger.db")
	s.mapping(strings.ReplaceAll(mappingFile, "RESOURCE", resource))
	return s
}

func (s *site) mapping(text string) {
	text = strings.ReplaceAll(text, "DIR", s.systems)
	require.NoError(s.t, os.WriteFile(filepath.Join(s.workspace, "main.hcl"), []byte(text), 0o600))
}

func (s *site) editMapping(old, with string) {
	path := filepath.Join(s.workspace, "main.hcl")
	text, err := os.ReadFile(path)
	require.NoError(s.t, err)
	require.Contains(s.t, string(text), old)
	s.mapping(strings.Replace(string(text), old, with, 1))
}

type fields = map[string]any

// people sets what the source has.
func (s *site) people(list ...fields) {
	var text strings.Builder
	for _, one := range list {
		line, err := json.Marshal(one)
		require.NoError(s.t, err)
		text.Write(append(line, '\n'))
	}
	s.file("people.ndjson", text.String())
}

// crowd sets n people who differ in everything.
func (s *site) crowd(n int) {
	list := make([]fields, n)
	for i := range list {
		list[i] = person(i + 1)
	}
	s.people(list...)
}

// person n has id n and matricule m-n.
func person(n int) fields {
	return fields{"id": fmt.Sprint(n), "matricule": fmt.Sprintf("m-%d", n), "nom": fmt.Sprintf("Nom%d", n), "phone": fmt.Sprintf("+3319900%04d", n)}
}

func with(p fields, name string, value any) fields {
	p[name] = value
	return p
}

func (s *site) file(name, text string) {
	require.NoError(s.t, os.WriteFile(filepath.Join(s.systems, name), []byte(text), 0o600))
}

// misbehave sets the script of the fake systems.
func (s *site) misbehave(script fields) {
	text, err := json.Marshal(script)
	require.NoError(s.t, err)
	s.file("script.json", string(text))
}

// writes misbehaves for single people: matricule, or target id, to action.
func (s *site) writes(actions map[string]string) { s.misbehave(fields{"Write": actions}) }

// holds is what the target has, by matricule; a matricule that it has twice
// fails the test.
func (s *site) holds() map[string]fields {
	text, err := os.ReadFile(filepath.Join(s.systems, "target.json"))
	if os.IsNotExist(err) {
		return map[string]fields{}
	}
	require.NoError(s.t, err)
	var store struct{ Records map[string]fields }
	require.NoError(s.t, json.Unmarshal(text, &store))
	out := map[string]fields{}
	for id, record := range store.Records {
		matricule, _ := record["matricule"].(string)
		require.NotContains(s.t, out, matricule, "the target has somebody twice")
		record["id"] = id
		out[matricule] = record
	}
	return out
}

// given sets what the target has before the engine comes.
func (s *site) given(records map[string]fields) {
	text, err := json.Marshal(fields{"Records": records, "Keys": fields{}})
	require.NoError(s.t, err)
	s.file("target.json", string(text))
}

type sent struct {
	Operation, ID, Key string
	Changed            []string
	Data               fields
}

// sent is everything that the target was ever sent.
func (s *site) sent() []sent {
	file, err := os.Open(filepath.Join(s.systems, "writes.ndjson"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(s.t, err)
	defer file.Close()
	var out []sent
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one sent
		require.NoError(s.t, json.Unmarshal(lines.Bytes(), &one))
		out = append(out, one)
	}
	return out
}

func (s *site) options() engine.Options {
	return engine.Options{
		PluginDirs: []string{plugins},
		Ledger:     s.ledger,
		Now:        func() time.Time { return s.now },
		LookupEnv: func(name string) (string, bool) {
			if name == "ENGINE_KEY" {
				return testKey, true
			}
			return s.key, name == "KEY"
		},
	}
}

// load opens the workspace anew, as a command does.
func (s *site) load() *engine.Workspace {
	s.free()
	w, found := engine.Load(s.workspace, s.options())
	require.False(s.t, found.HasErrors(), "%v", found)
	return w
}

// free waits until nobody has the ledger. A process that another test is just
// starting shares the lock for an instant, between its fork and its exec.
func (s *site) free() {
	file, err := os.OpenFile(s.ledger+".lock", os.O_RDWR, 0)
	if err != nil {
		return // no ledger yet
	}
	defer file.Close()
	require.Eventually(s.t, func() bool {
		if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			return false
		}
		return syscall.Flock(int(file.Fd()), syscall.LOCK_UN) == nil
	}, 10*time.Second, time.Millisecond)
}

func (s *site) runWith(ctx context.Context) (*engine.Ran, diag.Diagnostics) {
	w := s.load()
	defer func() { require.NoError(s.t, w.Close()) }()
	ran, found := w.Run(ctx, engine.RunOptions{})
	if len(ran) == 0 {
		return nil, found
	}
	require.Len(s.t, ran, 1)
	return ran[0], found
}

// run runs once; nothing may be wrong with the workspace as a whole.
func (s *site) run() *engine.Ran {
	ran, found := s.runWith(s.t.Context())
	require.False(s.t, found.HasErrors(), "%v", found)
	return ran
}

// runs runs and requires a status.
func (s *site) runs(status string) *engine.Ran {
	s.t.Helper()
	ran := s.run()
	require.Equal(s.t, status, ran.Status, "%v", ran.Found)
	return ran
}

// nothingLeft requires that another run has nothing to do and writes nothing.
func (s *site) nothingLeft() {
	s.t.Helper()
	before := len(s.sent())
	ran := s.runs(engine.Succeeded)
	require.Zero(s.t, ran.Plan.Counts.Changes())
	require.Len(s.t, s.sent(), before)
	require.Empty(s.t, s.spools(), "a spool was left")
}

func (s *site) spools() []string {
	found, err := filepath.Glob(s.ledger + ".plans/*")
	require.NoError(s.t, err)
	return found
}

// plan makes a plan; out "" is a preview.
func (s *site) plan(out string) (*engine.Planned, diag.Diagnostics) {
	w := s.load()
	defer func() { require.NoError(s.t, w.Close()) }()
	planned, found := w.Plan(s.t.Context(), engine.PlanOptions{Out: out})
	if len(planned) == 0 {
		return nil, found
	}
	planned[0].Discard()
	return planned[0], append(found, planned[0].Found...)
}

func (s *site) apply(path string) (*engine.Ran, diag.Diagnostics) {
	w := s.load()
	defer func() { require.NoError(s.t, w.Close()) }()
	ran, found := w.Apply(s.t.Context(), path)
	if ran != nil {
		found = append(found, ran.Found...)
	}
	return ran, found
}

// remembers opens the ledger for a look.
func (s *site) remembers(look func(*ledger.Ledger)) {
	s.free()
	key, ok := ledger.ParseKey(testKey)
	require.True(s.t, ok)
	l, err := ledger.Open(s.t.Context(), ledger.Options{Path: s.ledger, Key: key})
	require.NoError(s.t, err)
	defer l.Close()
	look(l)
}

func code(found diag.Diagnostics) string {
	if errors := found.Errors(); len(errors) > 0 {
		return errors[0].Code
	}
	return ""
}
