package cases

import (
	"bytes"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// Failure is one difference between what was expected and what came of it. Its
// values are those of the test file and of what it makes: examples, not people.
type Failure struct {
	What     string     `json:"what"` // operation, outcome, output nom, …
	Expected string     `json:"expected"`
	Got      string     `json:"got"`
	Why      string     `json:"why,omitempty"`
	At       string     `json:"at"`            // of the expectation: file:line
	MapLine  string     `json:"map,omitempty"` // of the map line that computes it
	Place    diag.Range `json:"-"`
}

// judge holds what became of the records against what is expected of them.
func judge(m *compile.Mapping, c *lang.Case, became []*Became, failed diag.Diagnostics) []Failure {
	var out []Failure
	left := slices.Clone(became)
	for _, e := range c.Expects {
		if e.Error.Name != "" || len(failed) > 0 {
			out = append(out, judgeError(e, failed)...)
			continue
		}
		b := take(&left, e)
		if b == nil {
			out = append(out, failure(e, "record", "a record"+ofID(e.ID.Name), "none"))
			continue
		}
		out = append(out, judgeOne(m, e, b)...)
	}
	return out
}

// take finds the record that an expectation is about: the one it names, or the
// next one.
func take(left *[]*Became, e *lang.Expectation) *Became {
	for i, b := range *left {
		if e.ID.Name == "" || b.ID == e.ID.Name {
			*left = slices.Delete(*left, i, i+1)
			return b
		}
	}
	return nil
}

func ofID(id string) string {
	if id == "" {
		return ""
	}
	return " with the id " + strconv.Quote(id)
}

func failure(e *lang.Expectation, what, expected, got string) Failure {
	return Failure{What: what, Expected: expected, Got: got, At: placed(e.Block), Place: e.Block}
}

func placed(r diag.Range) string { return fmt.Sprintf("%s:%d", r.File, r.Start.Line) }

func judgeError(e *lang.Expectation, failed diag.Diagnostics) []Failure {
	if len(failed) == 0 {
		return []Failure{failure(e, "error", e.Error.Name, "a plan")}
	}
	if failed[0].Code == e.Error.Name {
		return nil
	}
	expected := "a plan"
	if e.Error.Name != "" {
		expected = e.Error.Name
	}
	f := failure(e, "error", expected, failed[0].Code)
	f.Why = failed[0].Summary
	return []Failure{f}
}

func judgeOne(m *compile.Mapping, e *lang.Expectation, b *Became) []Failure {
	var out []Failure
	add := func(what, expected, got string) {
		if expected == "" || expected == got {
			return
		}
		if got == "" {
			got = "none"
		}
		f := failure(e, what, expected, got)
		f.Why, f.MapLine = b.why()
		out = append(out, f)
	}
	operation := e.Operation.Name
	if operation == "" && (e.Output != nil || e.Contains != nil) && b.Operation == "none" {
		operation = "an operation"
	}
	add("operation", operation, b.Operation)
	if b.Operation == "none" {
		add("outcome", e.Outcome.Name, b.Outcome)
	} else {
		add("outcome", e.Outcome.Name, b.Operation)
	}
	if b.Held != nil {
		add("held", e.Held.Name, b.Held.Code)
		add("field", e.Field.Name, b.Held.Field)
	} else {
		add("held", e.Held.Name, "")
	}
	waiting := ""
	if b.Waiting != nil {
		waiting = b.Waiting.Require
	}
	add("waiting", e.Waiting.Name, waiting)
	if b.Operation != "none" || len(out) == 0 {
		out = append(out, judgeOutput(m, e, b)...)
	}
	return out
}

// why says what stands behind an outcome, and where.
func (b *Became) why() (why, place string) {
	switch {
	case b.Held != nil:
		why = b.Held.Code + ": " + b.Held.Summary
		if b.Held.Place != nil {
			place = placed(*b.Held.Place)
		}
	case b.Waiting != nil:
		why = "waiting for " + strconv.Quote(b.Waiting.Require)
	case b.Outcome != "":
		why = b.Outcome
	}
	return why, place
}

// judgeOutput compares field by field.
func judgeOutput(m *compile.Mapping, e *lang.Expectation, b *Became) []Failure {
	got := map[string]string{}
	flatten("", decode(b.Output), got)
	var out []Failure
	for _, side := range []struct {
		want  *lang.GivenValue
		exact bool
	}{{e.Output, true}, {e.Contains, false}} {
		if side.want == nil {
			continue
		}
		want := map[string]string{}
		flatten("", decode(jsonOf(side.want.Value)), want)
		names := maps.Clone(want)
		if side.exact {
			maps.Copy(names, got)
		}
		for _, name := range inMapOrder(m, slices.Sorted(maps.Keys(names))) {
			expected, wanted := want[name]
			sent, is := got[name]
			switch {
			case !wanted:
				expected = "nothing"
			case !is:
				sent = "nothing"
			case same(expected, sent):
				continue
			}
			f := failure(e, "output "+name, expected, sent)
			if at := fieldOf(m, name); at >= 0 {
				f.MapLine = placed(m.Target.Fields[at].Place)
			}
			out = append(out, f)
		}
	}
	return out
}

// flatten writes the values of an object by their dotted names, as JSON.
func flatten(above string, object map[string]any, out map[string]string) {
	for name, value := range object {
		if above != "" {
			name = above + "." + name
		}
		if inner, ok := value.(map[string]any); ok && len(inner) > 0 {
			flatten(name, inner, out)
			continue
		}
		var text bytes.Buffer
		writeJSON(&text, value)
		out[name] = text.String()
	}
}

// same compares JSON values; 1.0 and 1 are one number.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, ok := new(big.Rat).SetString(a)
	y, also := new(big.Rat).SetString(b)
	return ok && also && x.Cmp(y) == 0
}

// fieldOf is the target field that a dotted name is, or lies in.
func fieldOf(m *compile.Mapping, name string) int {
	return slices.IndexFunc(m.Target.Fields, func(f compile.TargetField) bool {
		return f.Name == name || strings.HasPrefix(name, f.Name+".")
	})
}

func inMapOrder(m *compile.Mapping, names []string) []string {
	rank := func(name string) int {
		if at := fieldOf(m, name); at >= 0 {
			return at
		}
		return len(m.Target.Fields)
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}
