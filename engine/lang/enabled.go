package lang

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// Enabled is a customer's choice: where it is false, what it stands on is left
// out. One that is written out as true is no choice and is not kept.
type Enabled struct {
	Range diag.Range // of the value
	Text  string     // as the file has it: input.with_bank

	expr  hcl.Expression
	in    []string
	value cty.Value // cty.NilVal until it is known
}

// Off reports whether what it stands on is left out. False while its value is
// not known.
func (e *Enabled) Off() bool {
	return e != nil && e.Known() && e.value.False()
}

// Known reports whether its value is: only after Bind, unless it is written out.
func (e *Enabled) Known() bool { return e.value != cty.NilVal }

// enabled reads the attribute; nil without one.
func (c *content) enabled() *Enabled {
	a := c.attrs["enabled"]
	if a == nil {
		return nil
	}
	at := a.Expr.Range()
	out := &Enabled{Range: c.file.inner(at), in: c.in, expr: c.static(a.Expr)}
	out.Text = strings.TrimSuffix(strings.TrimPrefix(string(c.file.src[out.Range.Start.Byte:out.Range.End.Byte]), "${"), "}") // as JSON writes it
	if len(out.expr.Variables()) > 0 {
		return out // its value comes with Bind
	}
	v, found := out.expr.Value(nil)
	if found.HasErrors() || v.IsNull() || v.Type() != cty.Bool {
		c.refuse(place{out.Range, c.in}, "wrong-type", "enabled must be true or false", "Another kind of value stands here.",
			"Write true, false, or the name of an input of type bool, such as input.with_bank, without quotes.")
		return nil
	}
	if v.True() {
		return nil
	}
	out.value = v
	return out
}

// choices evaluates what a mapping lets its customers leave out.
func (ev *evaluator) choices(s *scope, m *Mapping) {
	ev.choice(s, m.Enabled)
	for _, source := range m.Sources {
		ev.choice(s, source.Enabled)
		done := map[*Enabled]bool{} // a section's is that of all its fields
		for _, f := range source.Fields {
			for _, e := range f.Enabled {
				if !done[e] {
					ev.choice(s, e)
				}
				done[e] = true
			}
		}
	}
}

func (ev *evaluator) choice(s *scope, e *Enabled) {
	if e == nil || len(e.expr.Variables()) == 0 {
		return
	}
	v, ok := ev.value(s, e.expr, plainUse, e.in)
	if !ok {
		return
	}
	v, _ = v.UnmarkDeep()
	if v.IsNull() || v.Type() != cty.Bool && v.Type() != cty.DynamicPseudoType {
		ev.refuse(place{e.Range, e.in}, "wrong-type", "enabled must be true or false",
			e.Text+" is something else.", "Name an input of type bool, or a local that is true or false.")
		return
	}
	if ev.bindings != nil && v.IsKnown() {
		e.value = v
	}
}

// choose adds a choice to a field's own.
func (f *Field) choose(e *Enabled) {
	if e != nil {
		f.Enabled = append(f.Enabled, e)
	}
}
