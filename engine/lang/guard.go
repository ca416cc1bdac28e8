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
		b.each("removals", limitWords, func(n Named, limit *content) {
			if m.Guard.Removals != nil {
				limit.duplicate(place{n.Range, b.in}, "The limit of removals", m.Guard.Removals.Range)
				return
			}
			m.Guard.Removals = limit.atMost(n)
		})
		b.each("expect", expectWords, func(n Named, e *content) { m.Guard.Expects = append(m.Guard.Expects, e.expect(n)) })
	})
	unique(c.problems, "The announced change", c.in, m.Guard.Expects, func(e *Expect) Named { return e.Named })
}

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
		number, isPercent := strings.CutSuffix(v.AsString(), "%")
		percent, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if isPercent && err == nil && percent >= 0 && percent <= 100 {
			into.Percent = percent
			return
		}
	}
	c.wrongType(e, limitForm)
}

func (c *content) expect(n Named) *Expect {
	c.need("removals", "from", "until")
	out := &Expect{Named: n}
	if a := c.attrs["removals"]; a != nil {
		v, ok := c.literal(a.Expr, "how many may leave")
		switch {
		case !ok:
		case v.IsNull() || v.Type() != cty.Number || !v.AsBigFloat().IsInt() || v.AsBigFloat().Sign() <= 0:
			c.wrongType(a.Expr, "how many may leave: a whole number")
		default:
			out.Removals, _ = v.AsBigFloat().Int64()
		}
	}
	out.From, out.Until = c.day("from"), c.day("until")
	if !out.From.IsZero() && !out.Until.IsZero() && out.Until.Before(out.From) {
		c.refuse(place{rangeOf(c.attrs["until"].Range), c.in}, "wrong-value", "The change would end before it begins",
			"until is before from.", "Correct one of the two days.")
	}
	return out
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
