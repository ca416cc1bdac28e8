package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// right loads a workspace that has no fault.
func right(t *testing.T, name string) *Module {
	t.Helper()
	m, sources, found := Load(filepath.Join("testdata", "right", name), LoadOptions{})
	var text strings.Builder
	require.NoError(t, found.WriteText(&text, sources, diag.TextOptions{}))
	require.Empty(t, found, text.String())
	require.Empty(t, m.CheckStatic())
	return m
}

func fieldNames(s *Source) []string {
	var out []string
	for _, f := range s.Fields {
		out = append(out, f.Name)
	}
	return out
}

func lineNames(lines []*MapEntry) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Name)
	}
	return out
}

func line(t *testing.T, lines []*MapEntry, name string) *MapEntry {
	t.Helper()
	for _, l := range lines {
		if l.Name == name {
			return l
		}
	}
	require.Fail(t, "no line "+name)
	return nil
}

func TestShippedPackage(t *testing.T) {
	t.Parallel()
	m := right(t, "shipped")
	require.Equal(t, Label{FR: "RH vers badges", EN: "HR to badges"}, m.Integration.Title)
	require.Equal(t, []string{"core-hr"}, m.Integration.Modules)
	require.Equal(t, "Europe/Paris", m.Integration.Timezone)
	require.Equal(t, "~> 1.0", m.Plugins[0].Version)
	require.Len(t, m.Inputs, 2)
	require.Nil(t, m.Inputs[0].Default)
	require.Equal(t, cty.True, *m.Inputs[1].Default)
	require.Equal(t, "bool", m.Inputs[1].Declared)
	require.Equal(t, "hr", m.Connections[0].Plugin)
	require.Equal(t, []string{"url", "api_key"}, []string{m.Connections[0].Settings[0].Name, m.Connections[0].Settings[1].Name})
	require.Equal(t, Unknown{Do: "keep"}, m.Tables[0].Unknown)
	require.Equal(t, "Miss", m.Tables[0].Values[1].Key)
	require.Equal(t, "Mme", m.Tables[0].Values[1].Value)

	e := m.Mappings[0]
	require.Equal(t, "employees", e.Address())
	require.Equal(t, "manual", e.Trigger.Kind)
	require.Equal(t, "employee.first_name + ' ' + employee.last_name", e.ShownAs.Text)
	s := e.Sources[0]
	require.Equal(t, "hr", s.Connection.Name)
	require.Equal(t, "users", s.Resource)
	require.Equal(t, "include", s.Settings[0].Name)
	require.Equal(t, []string{"number", "last_name", "first_name", "civility"}, fieldNames(s))
	require.Equal(t, "employeeNumber", s.Fields[0].Path)
	require.Equal(t, "number", e.Target.Key[0].Name)
	require.Equal(t, []string{"number", "name"}, names(e.Target.Required))
	require.Equal(t, []string{"number", "name", "civility", "mail"}, lineNames(e.Target.Map))
	mail := line(t, e.Target.Map, "mail")
	require.Nil(t, mail.CEL)
	require.False(t, mail.Const.IsKnown())
	require.Equal(t, cty.Bool, mail.Const.Type(), "a constant has its type before Bind")
}

func TestExtensionIsMergedAndSaysWhatItReplaces(t *testing.T) {
	t.Parallel()
	m := right(t, "customer")
	p := m.Packages[0].Module
	require.Equal(t, "badges", p.Name)
	e := p.Mappings[0]
	require.True(t, e.Extended)
	require.Equal(t, "package.badges.employees", e.Address())
	require.Same(t, p, e.Module)
	require.Equal(t, "daily", e.Trigger.Kind)
	s := e.Sources[0]
	require.Equal(t, []string{"number", "last_name", "first_name", "civility", "languages"}, fieldNames(s))
	require.Equal(t, "usageName", s.Fields[1].Path)
	require.Equal(t, "Formation", s.Fields[4].Section.Name)
	require.Equal(t, "list(string)", s.Fields[4].Type)
	require.Equal(t, "Langues", s.Fields[4].Label.FR)
	require.Equal(t, []string{"number", "name", "languages"}, names(e.Target.Required))
	require.Equal(t, []string{"number", "name", "civility", "mail", "languages"}, lineNames(e.Target.Map))
	require.Equal(t, "employee.last_name", line(t, e.Target.Map, "name").CEL.Text)
	require.Equal(t, filepath.Join("testdata", "right", "customer", "customer.hcl"), line(t, e.Target.Map, "name").CEL.Range.File)

	var what []string
	for _, r := range m.Replaced {
		what = append(what, r.What)
		require.Contains(t, r.Old.File, "shipped")
		require.Contains(t, r.New.File, "customer")
	}
	require.Equal(t, []string{"trigger", `field "last_name" of source "employee"`, `map line "name" of target "badge"`}, what)
}

func TestEveryWordOfThisVersion(t *testing.T) {
	t.Parallel()
	m := right(t, "full")
	require.Equal(t, "300/min", m.Connections[0].RateLimit)
	require.Len(t, m.Connections[0].Settings, 4)
	require.Equal(t, "Sain;t", m.Tables[0].Values[1].Key)
	require.Equal(t, "Lyon", m.Tables[0].Values[0].Key)
	p := m.Mappings[0]
	require.Equal(t, "sites", p.After[0].Name)
	require.Equal(t, Trigger{Kind: "cron", Value: "0 2 * * MON-FRI", Range: p.Trigger.Range}, p.Trigger)
	s := p.Sources[0]
	require.Equal(t, []string{"id", "site"}, fieldNames(s), "fields of fieldsets come first")
	require.Equal(t, []string{"id"}, s.ID)
	require.Equal(t, "person.id != '' &&\n  person.site in input.sites\n", s.Where.Text)
	f := s.Fields[1]
	require.Equal(t, `extendedData["e_Site"]`, f.Path)
	require.Equal(t, "object({code = string, tags = list(int)})", f.Type)
	require.True(t, f.Required)
	require.Equal(t, []string{"contact", "status"}, []string{f.Class, f.Sharp})
	target := p.Target
	require.Equal(t, "Date de naissance", target.Fields[0].Name)
	require.Equal(t, "date", target.Fields[0].Type)
	post := line(t, target.Map, "post")
	require.Equal(t, []string{"start", "labels"}, lineNames(post.Entries))
	require.Equal(t, "'hr'", post.Entries[1].Items[0].CEL.Text)
	require.Equal(t, cty.True, *post.Entries[1].Items[2].Const)
	require.NotNil(t, line(t, target.Map, "nothing").Entries)
	require.NotNil(t, line(t, target.Map, "none").Items)
	require.Equal(t, "FR", line(t, target.Map, "country").Const.AsString())
	require.Len(t, target.Endpoints, 3)
	require.Equal(t, map[string]string{"Accept": "application/json"}, target.Endpoints[0].Headers)
	require.Equal(t, []int32{200, 204}, target.Endpoints[2].Success)
	require.Equal(t, []int32{409}, target.Endpoints[2].Conflict)
	require.Equal(t, "site", target.Endpoints[2].Fields[0].Name)
}

func TestJSONSaysTheSame(t *testing.T) {
	t.Parallel()
	m := right(t, "json")
	p := m.Mappings[0]
	require.Equal(t, "15m", p.Trigger.Value)
	require.Equal(t, []string{"id", "born", "diploma"}, fieldNames(p.Sources[0]))
	require.Equal(t, "date", p.Sources[0].Fields[1].Type)
	require.Equal(t, "Formation", p.Sources[0].Fields[2].Section.Name)
	require.Equal(t, "person.id", p.Target.Map[0].CEL.Text)
	require.Equal(t, "'hr'", p.Target.Map[1].Entries[0].Items[0].CEL.Text)
	require.True(t, p.Target.Map[2].Const.RawEquals(cty.NumberIntVal(12)))
	require.Empty(t, Bind(m, Bindings{
		Inputs: map[string]InputValue{"url": {Text: "https://x"}},
		Env:    func(string) (string, bool) { return "s3cret", true },
	}))
	settings := m.Connections[0].Settings
	require.Equal(t, "https://x/v1", settings[0].Value.AsString())
	require.Equal(t, "s3cret", settings[1].Value.AsString())
	require.True(t, settings[1].Secret)
	require.Equal(t, "plain", settings[2].Value.AsString())
	require.JSONEq(t, `{"a":"{id}"}`, string(p.Target.Endpoints[0].BodyJSON))
}

func TestDirectoriesThatAreNoWorkspace(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(empty, "x.test.hcl"), nil, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(empty, "sub.hcl"), 0o700))
	file := filepath.Join(empty, "x.test.hcl")
	dangling := t.TempDir()
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dangling, "a.hcl")))
	for dir, code := range map[string]string{
		empty:                          "no-mapping-files",
		filepath.Join(empty, "no-dir"): "missing-directory",
		file:                           "not-a-directory",
		dangling:                       "unreadable-file",
	} {
		m, _, found := Load(dir, LoadOptions{})
		require.NotNil(t, m)
		require.Len(t, found, 1, code)
		require.Equal(t, code, found[0].Code)
		require.Equal(t, diag.Refused, found[0].Class)
		requireComplete(t, found)
	}
}

// A symbolic link may not lead a table's file out of the workspace.
func TestTableFileStaysInside(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "x.csv")
	require.NoError(t, os.WriteFile(outside, []byte("a;b\nc;d\n"), 0o600))
	dir := t.TempDir()
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "x.csv")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.hcl"), []byte(`table "t" { from_csv = "x.csv" }`), 0o600))
	m, _, found := Load(dir, LoadOptions{})
	require.Len(t, found, 1)
	require.Equal(t, "unreadable-file", found[0].Code)
	require.Empty(t, m.Tables[0].Values)
}

func TestPackageIsLookedForInOrder(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	write := func(dir, title string) {
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "p.hcl"), []byte(`integration "p" { publisher = "`+title+`" }`), 0o600))
	}
	work := filepath.Join(top, "work")
	require.NoError(t, os.MkdirAll(work, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(work, "w.hcl"), []byte(`package "p" { from = "p" }`), 0o600))
	opts := LoadOptions{PackagePath: []string{filepath.Join(top, "path")}}
	for _, step := range []struct{ dir, want string }{
		{filepath.Join(top, "path", "p"), "path"}, {filepath.Join(top, "p"), "beside"}, {filepath.Join(work, "p"), "inside"},
	} {
		write(step.dir, step.want)
		m, _, found := Load(work, opts)
		require.Empty(t, found)
		require.Equal(t, step.want, m.Packages[0].Module.Integration.Publisher)
	}
}

// Every wrong name is refused, and neither the hints nor the names listed beside
// them grow with the square of a module.
func TestManyUnknownNames(t *testing.T) {
	t.Parallel()
	const many = 400
	var text strings.Builder
	for i := range many {
		fmt.Fprintf(&text, "mapping \"m%d\" {\n  after = [mapping.m%dx]\n}\n", i, i)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text.String()), 0o600))
	_, _, found := Load(dir, LoadOptions{})
	refused, hinted := 0, 0
	for _, d := range found {
		if d.Code != "unknown-reference" {
			continue
		}
		refused++
		require.Less(t, len(d.Detail), 500)
		require.Contains(t, d.Detail, "and 388 more.")
		if strings.Contains(d.Detail, "Did you mean") {
			hinted++
		}
	}
	require.Equal(t, many, refused)
	require.Equal(t, mostHinted, hinted)
}
