package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// Case is one example of a mapping with what is expected of it: a test block of
// a *.test.hcl file, or a case block in one, which has what the test around it
// says unless it says otherwise.
type Case struct {
	Named
	Test    string // the test's name; Name is the case's, "" where the test has no cases
	Mapping Reference
	Now     time.Time // zero: not given
	Inputs  []*GivenField
	Given   []*GivenSource
	// Before is what was different in Given when it was last sent; nil: nothing was
	// ever sent. Empty: nothing was different.
	Before   []*GivenSource
	Linked   []*GivenLinks
	Existing []*GivenRecord // what the target already has
	Expects  []*Expectation

	before bool // the word was there
}

// Sent reports whether the records of Given were sent before.
func (c *Case) Sent() bool { return c.before }

// Title is how people call it.
func (c *Case) Title() string {
	if c.Name == "" {
		return c.Test
	}
	return c.Test + ": " + c.Name
}

// GivenSource is what one source gives.
type GivenSource struct {
	Word
	List    bool
	Records []*GivenRecord
}

// GivenRecord is one record by the names of its fields.
type GivenRecord struct {
	Range  diag.Range
	Fields []*GivenField
}

// GivenField is one value of a record, or of an input.
type GivenField struct {
	Word
	ValueR diag.Range
	Value  cty.Value
	Text   string // as the file has it
}

// GivenLinks are links of one mapping's records.
type GivenLinks struct {
	Word  // the mapping
	Links []*GivenLink
}

// GivenLink ties a source id to a target id.
type GivenLink struct {
	Word        // the source id
	Target      string
	Deactivated bool
}

// Expectation is what should become of one record.
type Expectation struct {
	Block     diag.Range
	ID        Word // of the record, where there are several
	Operation Word
	Outcome   Word
	Held      Word // the code
	Field     Word
	Waiting   Word
	Error     Word
	Output    *GivenValue // exactly what is sent
	Contains  *GivenValue // at least that is sent
}

// GivenValue is a value with its place.
type GivenValue struct {
	Range diag.Range
	Value cty.Value
}

var (
	expectedOperations = []string{"create", "update", "link", "deactivate", "reactivate", "delete", "none"}
	expectedOutcomes   = []string{"unchanged", "left", "out of scope", "waiting", "skipped", "held"}
)

// LoadTests reads all *.test.hcl and *.test.hcl.json files of a directory, in
// the order of their names. What is wrong with the directory itself is Load's to
// say.
func LoadTests(dir string) ([]*Case, diag.Sources, diag.Diagnostics) {
	l := &loader{problems: &problems{}, sources: diag.Sources{}}
	r := &reader{loader: l}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, l.sources, nil
	}
	t := &testReader{reader: r}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || !isTestFile(e.Name()) {
			continue
		}
		t.file(filepath.Join(dir, e.Name()))
	}
	l.found.Sort()
	return t.cases, l.sources, l.found
}

func isTestFile(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, ".json"), ".test.hcl")
}

type testReader struct {
	*reader
	cases []*Case
	names []Named
}

func (t *testReader) file(name string) {
	src, err := os.ReadFile(name)
	if err != nil {
		t.unreadable(name, err)
		return
	}
	t.sources[name] = src
	if at, bad := notUTF8(name, src); bad {
		t.refuse(place{at, nil}, "not-utf8", "This file is not UTF-8", "A byte here belongs to no character; the file was probably saved in another encoding.",
			"Save the file as UTF-8.")
		return
	}
	f, found := parse(name, src)
	t.syntax(found)
	if f.broken {
		return
	}
	c := open(t.problems, f, f.body, testFileWords, diag.Range{File: name}, nil)
	t.language(c)
	c.each("test", testWords, t.test)
}

// test reads one test block, and makes a case of it or of each of its cases.
func (t *testReader) test(n Named, b *content) {
	t.unique(n, b, "test", &t.names)
	b.need("mapping")
	whole := &Case{Named: Named{Range: n.Range, Block: n.Block}, Test: n.Name}
	if a := b.attrs["mapping"]; a != nil {
		whole.Mapping, _ = b.reference(a.Expr, "mapping")
	}
	b.example(whole)
	var names []Named
	cases := 0
	b.each("case", caseWords, func(n Named, inner *content) {
		cases++
		t.unique(n, inner, "case", &names)
		c := *whole
		c.Named, c.Expects = n, nil
		inner.example(&c)
		if len(c.Expects) == 0 {
			c.Expects = whole.Expects
		}
		t.keep(&c, inner)
	})
	if cases == 0 {
		t.keep(whole, b)
	}
}

func (t *testReader) unique(n Named, b *content, what string, seen *[]Named) {
	if strings.TrimSpace(n.Name) == "" {
		b.refuse(place{n.Range, b.in}, "wrong-value", "A "+what+" needs a name", "The name is what a failure is reported under.", "Say in a few words what it shows.")
	}
	for _, other := range *seen {
		if other.Name == n.Name {
			b.duplicate(place{n.Range, b.in}, fmt.Sprintf("The %s %q", what, n.Name), other.Range)
			return
		}
	}
	*seen = append(*seen, n)
}

func (t *testReader) keep(c *Case, b *content) {
	if len(c.Expects) == 0 {
		b.refuse(place{c.Block, b.in}, "missing-attribute", "Nothing is expected here", "An example without an expectation can't fail.",
			`Add expect { operation = "create" }, and let engine test --update fill in the output.`)
	}
	t.cases = append(t.cases, c)
}

// example reads what a test and a case have in common; what is there already
// comes from the test around the case.
func (c *content) example(out *Case) {
	if text, at := c.fullText("now"); text != "" {
		out.Now = c.moment(text, at)
	}
	if a := c.attrs["inputs"]; a != nil {
		if r := c.givenRecord(a.Expr); r != nil {
			out.Inputs = mergeFields(out.Inputs, r.Fields)
		}
	}
	if c.attrs["given"] != nil {
		out.Given = MergeGiven(out.Given, c.givenSources("given"))
	}
	if c.attrs["before"] != nil {
		out.Before, out.before = MergeGiven(out.Before, c.givenSources("before")), true
	}
	if c.attrs["linked"] != nil {
		out.Linked = c.givenLinks("linked")
	}
	if a := c.attrs["existing"]; a != nil {
		out.Existing, _ = c.givenRecords(a.Expr)
	}
	c.each("expect", expectationWords, func(n Named, b *content) { out.Expects = append(out.Expects, b.expectation(n)) })
}

func (c *content) moment(text string, at diag.Range) time.Time {
	if m, err := time.Parse(time.RFC3339, text); err == nil {
		return m
	}
	// Noon is on this day wherever the mapping's time zone is, but for a few islands.
	if m, err := time.ParseInLocation(time.DateOnly, text, time.UTC); err == nil {
		return m.Add(12 * time.Hour)
	}
	c.refuse(place{at, c.in}, "wrong-value", "This is no moment", "It decides which day today() is.",
		`Write a day, "2026-09-01", or a moment with its offset, "2026-09-01T00:01:00+02:00".`)
	return time.Time{}
}
