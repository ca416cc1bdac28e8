package lang

import (
	"fmt"
	"slices"

	"passerelle/engine/diag"
)

// leaving reads leavers or removed: two words for one thing, people and records
// that are no people.
func (c *content) leaving(m *Mapping) {
	read := func(word string, v *vocabulary) {
		c.each(word, v, func(n Named, b *content) {
			if m.Leavers != nil {
				b.duplicate(place{n.Range, c.in}, "What says who has left", m.Leavers.Range)
				return
			}
			m.Leavers = b.leavers(n, word)
		})
	}
	read("leavers", leaversWords)
	read("removed", removedWords)
}

func (c *content) leavers(n Named, word string) *Leavers {
	c.need("when")
	out := &Leavers{Named: n, Word: word, Do: "keep", Back: "reactivate", Gone: "report", Out: "report"}
	if a := c.attrs["when"]; a != nil {
		out.When = c.cel(a.Expr)
	}
	out.DoR = c.choose("do", &out.Do, "keep", "deactivate", "delete")
	out.BackR = c.choose("back", &out.Back, "reactivate", "keep")
	c.choose("gone", &out.Gone, "report", "deactivate")
	c.choose("out", &out.Out, "report", "deactivate")
	return out
}

// choose reads one of some values over a default.
func (c *content) choose(name string, into *string, values ...string) diag.Range {
	value, at := c.oneOf(name, values...)
	if value != "" {
		*into = value
	}
	return at
}

func (c *content) require(n Named) *Require {
	out := &Require{Named: n, Fields: c.words("fields"), Else: "wait", Say: c.label("say")}
	if a := c.attrs["that"]; a != nil {
		out.That = c.cel(a.Expr)
	}
	c.choose("else", &out.Else, "wait", "hold", "skip")
	for _, w := range c.words("before") {
		if !slices.Contains(operationNames, w.Name) {
			c.refuse(place{w.Range, c.in}, "wrong-value", fmt.Sprintf("%q is no operation", w.Name),
				"Operations are "+orList(operationNames)+"."+diag.Suggest(w.Name, operationNames), "Write one of these.")
			continue
		}
		out.Before = append(out.Before, w.Name)
	}
	switch fields, that := c.attrs["fields"], c.attrs["that"]; {
	case fields == nil && that == nil && c.clean:
		c.refuse(place{c.header, c.in}, "missing-attribute", "It says nothing that must be met",
			"A require block names fields that must all be filled, or a condition.", `Add fields = ["person.iban"], or that = "…".`)
	case fields != nil && that != nil:
		c.refuse(place{rangeOf(that.NameRange), c.in}, "wrong-value", "A require block has fields or that, not both",
			"Two would not say which of them a person waits for.", "Write two require blocks.")
	}
	return out
}

// operationNames are what require may come before. Leaving is none of them: an
// unfinished file never holds a departure.
var operationNames = []string{"create", "update", "reactivate"}

func (c *content) purpose(n Named) *Purpose {
	if !slices.Contains(classes, n.Name) {
		c.refuse(place{n.Range, c.in}, "wrong-value", fmt.Sprintf("%q is no class of data", n.Name),
			"Classes are "+orList(classes)+"."+diag.Suggest(n.Name, classes), "Write one of these.")
	}
	c.need("why")
	out := &Purpose{Named: n, Why: c.label("why"), WhyR: n.Block}
	if a := c.attrs["why"]; a != nil {
		out.WhyR = rangeOf(a.Range)
	}
	out.Basis, _ = c.text("basis")
	out.Retention, _ = c.text("retention")
	return out
}
