package cases

import (
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/engine/tools/load"
)

// Coverage says which parts of a mapping the cases went through. Names in JSON
// are stable: later versions only add.
type Coverage struct {
	Mapping  string `json:"mapping"`
	Lines    Share  `json:"lines"`    // of map
	Branches Share  `json:"branches"` // sides of ?:, where, leavers and require
	Missed   []Part `json:"missed"`
}

// Share is how many of how many.
type Share struct {
	Covered int `json:"covered"`
	Of      int `json:"of"`
}

// Part is something that no case went through.
type Part struct {
	What string `json:"what"`
	At   string `json:"at"`
}

// covered is what the cases of one mapping went through. Inputs may leave map
// lines out, so that these are known by their names.
type covered struct {
	fields map[string]*fieldForks
	sides  []side
}

type fieldForks struct {
	hit   bool
	cels  []*lang.CEL
	forks [][]expr.Fork // by expression
	taken [][][2]bool   // by expression and fork: else, then
}

// side is one answer of a condition, and what shows that it was given.
type side struct {
	what  string
	at    diag.Range
	hit   bool
	shown func(b *Became) bool
}

// cover prepares for the cases of a mapping.
func (r *runner) cover(m *compile.Mapping) *covered {
	c := r.covered[m.Address]
	if c == nil {
		c = newCovered(m)
		r.covered[m.Address] = c
	}
	c.know(m)
	return c
}

func newCovered(m *compile.Mapping) *covered {
	return &covered{fields: map[string]*fieldForks{}, sides: sidesOf(m)}
}

func (c *covered) know(m *compile.Mapping) {
	env := m.Env()
	for i := range m.Target.Fields {
		field := &m.Target.Fields[i]
		if c.fields[field.Name] != nil {
			continue
		}
		f := &fieldForks{cels: field.CELs()}
		for _, cel := range f.cels {
			var forks []expr.Fork
			if env != nil {
				forks = env.Forks(cel.Text)
			}
			f.forks = append(f.forks, forks)
			f.taken = append(f.taken, make([][2]bool, len(forks)))
		}
		c.fields[field.Name] = f
	}
}

// watch is told of each target field of a mapping that is computed.
func (c *covered) watch(m *compile.Mapping) func(field int, in *expr.Input) {
	return func(field int, in *expr.Input) { c.fields[m.Target.Fields[field].Name].seen(in) }
}

func (f *fieldForks) seen(in *expr.Input) {
	f.hit = true
	for i, forks := range f.forks {
		answers := make([]*bool, len(forks))
		for j := range forks {
			fork := &forks[j]
			if fork.Inside >= 0 && (answers[fork.Inside] == nil || *answers[fork.Inside] != fork.Then) {
				continue // it stands on the side that was not taken
			}
			if then, ok := fork.Side(in); ok {
				answers[j] = &then
				f.taken[i][j][index(then)] = true
			}
		}
	}
}

func index(then bool) int {
	if then {
		return 1
	}
	return 0
}

// outcome is told what became of each record.
func (c *covered) outcome(b *Became) {
	for i := range c.sides {
		c.sides[i].hit = c.sides[i].hit || c.sides[i].shown(b)
	}
}

// sidesOf are the answers that where, leavers and require may give.
func sidesOf(m *compile.Mapping) []side {
	var out []side
	passed := func(b *Became) bool {
		return b.Operation != "none" || b.Outcome == "unchanged" || b.Outcome == "left" || b.Outcome == "waiting" || b.Outcome == "skipped"
	}
	left := func(b *Became) bool {
		return b.Operation == "deactivate" || b.Operation == "delete" || b.Outcome == "left"
	}
	if m.Where != nil {
		at := m.Decl.Sources[0].Where.Range
		out = append(out,
			side{what: "where is true", at: at, shown: passed},
			side{what: "where is false", at: at, shown: func(b *Became) bool { return b.Outcome == "out of scope" }})
	}
	if m.Leavers != nil {
		d := m.Leavers.Decl
		out = append(out,
			side{what: d.Word + ".when is true", at: d.When.Range, shown: left},
			side{what: d.Word + ".when is false", at: d.When.Range, shown: func(b *Became) bool { return passed(b) && !left(b) }})
	}
	for _, r := range m.Requires {
		name := r.Decl.Name
		unmet := func(b *Became) bool {
			return b.Waiting != nil && b.Waiting.Require == name || b.Outcome == "skipped" || b.Held != nil && b.Held.Code == "require-unmet" && b.Held.Field == name
		}
		what := "require " + strconv.Quote(name)
		out = append(out,
			side{what: what + " is met", at: r.Decl.Range, shown: func(b *Became) bool {
				return (b.Operation != "none" || b.Outcome == "unchanged") && !left(b)
			}},
			side{what: what + " is not met", at: r.Decl.Range, shown: unmet})
	}
	return out
}

// coverage is what the cases went through, mapping by mapping, in the order of the
// files. One of the workspace's own that nothing tests counts too.
func (r *runner) coverage(w *load.Workspace) []*Coverage {
	out := []*Coverage{}
	for _, m := range w.Mappings {
		c := r.covered[m.Address]
		if c == nil && m.Decl.Module != w.Module {
			continue
		}
		if c == nil {
			c = newCovered(m)
		}
		c.know(m)
		out = append(out, c.report(m))
	}
	return out
}

func (c *covered) report(m *compile.Mapping) *Coverage {
	out := &Coverage{Mapping: m.Address, Missed: []Part{}}
	note := func(in *Share, hit bool, what string, at diag.Range) {
		in.Of++
		if hit {
			in.Covered++
			return
		}
		out.Missed = append(out.Missed, Part{What: what, At: placed(at)})
	}
	for _, s := range c.sides {
		note(&out.Branches, s.hit, s.what, s.at)
	}
	for i := range m.Target.Fields {
		field := &m.Target.Fields[i]
		f := c.fields[field.Name]
		note(&out.Lines, f.hit, "map "+field.Name, field.Place)
		for j, forks := range f.forks {
			for k := range forks {
				at := f.cels[j].RangeOf(forks[k].Start, forks[k].End)
				note(&out.Branches, f.taken[j][k][index(true)], "map "+field.Name+": ?: where this is true", at)
				note(&out.Branches, f.taken[j][k][index(false)], "map "+field.Name+": ?: where this is false", at)
			}
		}
	}
	return out
}
