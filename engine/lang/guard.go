package lang

import (
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// guards reads what a mapping changes of the guards. None can be switched off: a
// limit can be raised and a change announced.
func (c *content) guards(m *Mapping) {
	c.each("guard", guardWords, func(_ Named, b *content) {
		for _, part := range guardParts {
			b.each(part, limitWords, func(n Named, limit *content) {
				if known := m.Guard.Limits[part]; known != nil {
					limit.duplicate(place{n.Range, b.in}, "The limit of "+part, known.Range)
					return
				}
				if m.Guard.Limits == nil {
					m.Guard.Limits = map[string]*Limit{}
				}
				m.Guard.Limits[part] = limit.atMost(n)
			})
		}
		b.each("expect", expectWords, func(n Named, e *content) { m.Guard.Expects = append(m.Guard.Expects, e.expect(n)) })
	})
	unique(c.problems, "The announced change", c.in, m.Guard.Expects, func(e *Expect) Named { return e.Named })
}

// guardParts are the parts whose limit a mapping may set.
var guardParts = []string{"removals", "gone", "creates", "sharp", "changes", "nulls", "identity", "scope", "held", "read"}

const limitForm = `a number, a percentage such as "5%", or both: [2, "5%"]`

// atMost reads a limit: the greater of its parts counts.
func (c *content) atMost(n Named) *Limit {
	c.need("at_most")
	out := &Limit{Range: n.Range}
	a := c.attrs["at_most"]
	if a == nil {
		return out
	}
	out.Range = rangeOf(a.Range)
	parts, ok := c.list(a.Expr)
	if !ok {
		parts = []hcl.Expression{a.Expr}
	}
	for _, e := range parts {
		c.limitPart(e, out)
	}
	return out
}

func (c *content) limitPart(e hcl.Expression, into *Limit) {
	v, ok := c.literal(e, limitForm)
	if !ok {
		return
	}
	switch {
	case v.IsNull():
	case v.Type() == cty.Number && v.AsBigFloat().IsInt() && v.AsBigFloat().Sign() >= 0:
		into.Count, _ = v.AsBigFloat().Int64()
		return
	case v.Type() == cty.String:
		if percent, ok := percentOf(v.AsString()); ok {
			into.Percent = percent
			return
		}
	}
	c.wrongType(e, limitForm)
}

// percentOf reads a share: "5%".
func percentOf(text string) (float64, bool) {
	number, isPercent := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	return percent, isPercent && err == nil && percent >= 0 && percent <= 100
}

func (c *content) expect(n Named) *Expect {
	c.need("from", "until")
	out := &Expect{Named: n, Fields: c.words("fields"), UpTo: 100}
	out.Removals = c.howMany("removals", "how many may leave")
	out.Creates = c.howMany("creates", "how many may be created")
	if a := c.attrs["up_to"]; a != nil {
		out.UpTo = c.share(a.Expr)
	}
	fields, upTo := c.attrs["fields"], c.attrs["up_to"]
	switch {
	case fields == nil && upTo != nil && c.clean:
		c.refuse(place{rangeOf(upTo.NameRange), c.in}, "missing-attribute", "up_to says for how many, and not in which fields",
			"A share is of the people whose fields change.", `Add fields = ["site"], the target fields that change.`)
	case fields == nil && c.attrs["removals"] == nil && c.attrs["creates"] == nil && c.clean:
		c.refuse(place{c.header, c.in}, "missing-attribute", "It announces nothing",
			"An announced change is a number of removals or of creates, or fields that change.", `Add removals = 60, creates = 20, or fields = ["site"].`)
	}
	out.From, out.Until = c.day("from"), c.day("until")
	if !out.From.IsZero() && !out.Until.IsZero() && out.Until.Before(out.From) {
		c.refuse(place{rangeOf(c.attrs["until"].Range), c.in}, "wrong-value", "The change would end before it begins",
			"until is before from.", "Correct one of the two days.")
	}
	return out
}

// howMany reads a whole number above zero; 0 where it is not given.
func (c *content) howMany(name, what string) int64 {
	a := c.attrs[name]
	if a == nil {
		return 0
	}
	v, ok := c.literal(a.Expr, what)
	switch {
	case !ok:
		return 0
	case v.IsNull() || v.Type() != cty.Number || !v.AsBigFloat().IsInt() || v.AsBigFloat().Sign() <= 0:
		c.wrongType(a.Expr, what+": a whole number")
		return 0
	}
	n, _ := v.AsBigFloat().Int64()
	return n
}

const shareForm = `a share of those linked, such as "50%"`

func (c *content) share(e hcl.Expression) float64 {
	v, ok := c.literal(e, shareForm)
	if !ok {
		return 0
	}
	if !v.IsNull() && v.Type() == cty.String {
		if percent, ok := percentOf(v.AsString()); ok {
			return percent
		}
	}
	c.wrongType(e, shareForm)
	return 0
}

const fillForm = `how full the field is meant to be: a share such as "95%", or "all but one"`

// fill reads how many of those present are meant to have a field; nil where
// nothing is declared.
func (c *content) fill() *Fill {
	a := c.attrs["fill"]
	if a == nil {
		return nil
	}
	v, ok := c.literal(a.Expr, fillForm)
	if !ok {
		return nil
	}
	if !v.IsNull() && v.Type() == cty.String {
		text := v.AsString()
		if text == "all but one" {
			return &Fill{AllButOne: true, Text: text}
		}
		if percent, ok := percentOf(text); ok {
			return &Fill{Percent: percent, Text: text}
		}
	}
	c.wrongType(a.Expr, fillForm)
	return nil
}

// day reads a civil day, as 2027-01-31.
func (c *content) day(name string) time.Time {
	text, at := c.text(name)
	if text == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		c.refuse(place{at, c.in}, "wrong-value", strconv.Quote(text)+" is no day", "A day is a year, a month and a day of it.", `Write it as "2027-01-31".`)
	}
	return day
}
