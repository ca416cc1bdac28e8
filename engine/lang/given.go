package lang

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

func (c *content) givenSources(word string) []*GivenSource {
	var out []*GivenSource
	for _, p := range c.pairsOf(word, "the sources and their records: { person = { id = 1 } }") {
		records, list := c.givenRecords(p.value)
		out = append(out, &GivenSource{Word: p.Word, List: list, Records: records})
	}
	return out
}

// givenRecords reads one record or a list of them.
func (c *content) givenRecords(e hcl.Expression) (records []*GivenRecord, list bool) {
	items, list := c.list(e)
	if !list {
		items = []hcl.Expression{e}
	}
	for _, item := range items {
		if r := c.givenRecord(item); r != nil {
			records = append(records, r)
		}
	}
	return records, list
}

func (c *content) givenRecord(e hcl.Expression) *GivenRecord {
	const want = "a record: { field = value }"
	pairs, ok := c.object(e)
	if !ok {
		c.wrongType(e, want)
		return nil
	}
	out := &GivenRecord{Range: rangeOf(e.Range())}
	for _, p := range pairs {
		name, at, ok := c.key(p.Key)
		if !ok {
			continue
		}
		if v, ok := c.literal(p.Value, "the value"); ok {
			r := p.Value.Range()
			out.Fields = append(out.Fields, &GivenField{
				Word: Word{name, at}, ValueR: c.file.inner(r), Value: v, Text: string(r.SliceBytes(c.file.src)),
			})
		}
	}
	return out
}

func (c *content) givenLinks(word string) []*GivenLinks {
	var out []*GivenLinks
	for _, p := range c.pairsOf(word, `the mappings and their links: { people = { "1" = "t-1" } }`) {
		links := &GivenLinks{Word: p.Word}
		pairs, ok := c.object(p.value)
		if !ok {
			c.wrongType(p.value, `the links of a mapping: { "1" = "t-1" }`)
			continue
		}
		for _, pair := range pairs {
			id, at, ok := c.key(pair.Key)
			if !ok {
				continue
			}
			if link := c.givenLink(pair.Value); link != nil {
				link.Word = Word{id, at}
				links.Links = append(links.Links, link)
			}
		}
		out = append(out, links)
	}
	return out
}

// givenLink reads a target id, or one with its state.
func (c *content) givenLink(e hcl.Expression) *GivenLink {
	const want = `a target's id, "t-1", or { id = "t-1", state = "deactivated" }`
	v, ok := c.literal(e, want)
	if !ok {
		return nil
	}
	out := &GivenLink{}
	switch {
	case v.IsNull():
	case v.Type() == cty.String:
		out.Target = v.AsString()
	case v.Type().IsObjectType():
		for name, value := range v.AsValueMap() {
			if value.IsNull() || value.Type() != cty.String {
				c.wrongType(e, want)
				return nil
			}
			switch text := value.AsString(); {
			case name == "id":
				out.Target = text
			case name == "state" && text == "deactivated":
				out.Deactivated = true
			case name == "state" && text == "active":
			default:
				c.wrongType(e, want)
				return nil
			}
		}
	}
	if out.Target == "" {
		c.wrongType(e, want)
		return nil
	}
	return out
}

// pairOf is one line of an object, by its name.
type pairOf struct {
	Word
	value hcl.Expression
}

func (c *content) pairsOf(word, want string) []pairOf {
	e := c.attrs[word].Expr
	pairs, ok := c.object(e)
	if !ok {
		c.wrongType(e, want)
		return nil
	}
	var out []pairOf
	for _, p := range pairs {
		if name, at, ok := c.key(p.Key); ok {
			out = append(out, pairOf{Word{name, at}, p.Value})
		}
	}
	return out
}

func (c *content) expectation(n Named) *Expectation {
	out := &Expectation{Block: n.Block}
	word := func(name string, values ...string) Word {
		if len(values) > 0 {
			text, at := c.oneOf(name, values...)
			return Word{text, at}
		}
		text, at := c.fullText(name)
		return Word{text, at}
	}
	out.ID, out.Operation, out.Outcome = word("id"), word("operation", expectedOperations...), word("outcome", expectedOutcomes...)
	out.Held, out.Field, out.Waiting, out.Error = word("held"), word("field"), word("waiting"), word("error")
	out.Output, out.Contains = c.givenValue("output"), c.givenValue("contains")
	if len(c.attrs) == 0 || len(c.attrs) == 1 && c.attrs["id"] != nil {
		c.refuse(place{n.Block, c.in}, "missing-attribute", "Nothing is expected here", "An expectation that says nothing can't fail.",
			`Say what should be done, operation = "create", or why not, held = "missing-required".`)
	}
	if c.attrs["field"] != nil && c.attrs["held"] == nil {
		c.refuse(place{out.Field.Range, c.in}, "missing-attribute", "field says for which field a record is held", "Without held there is none.", `Add held = "…", or take field out.`)
	}
	return out
}

func (c *content) givenValue(name string) *GivenValue {
	a := c.attrs[name]
	if a == nil {
		return nil
	}
	v, ok := c.literal(a.Expr, "what is sent: { field = value }")
	if !ok {
		return nil
	}
	if !v.Type().IsObjectType() || v.IsNull() {
		c.wrongType(a.Expr, "what is sent: { field = value }")
		return nil
	}
	return &GivenValue{Range: rangeOf(a.Expr.Range()), Value: v}
}

// MergeGiven puts records over others of the same sources: field by field where
// both give one record, else the upper one as a whole.
func MergeGiven(under, over []*GivenSource) []*GivenSource {
	out := append([]*GivenSource{}, under...)
next:
	for _, o := range over {
		for i, u := range out {
			if u.Name != o.Name {
				continue
			}
			if !o.List && !u.List && len(o.Records) == 1 && len(u.Records) == 1 {
				merged := *o
				merged.Records = []*GivenRecord{{Range: o.Records[0].Range, Fields: mergeFields(u.Records[0].Fields, o.Records[0].Fields)}}
				o = &merged
			}
			out[i] = o
			continue next
		}
		out = append(out, o)
	}
	return out
}

func mergeFields(under, over []*GivenField) []*GivenField {
	out := append([]*GivenField{}, under...)
next:
	for _, o := range over {
		for i, u := range out {
			if u.Name == o.Name {
				out[i] = o
				continue next
			}
		}
		out = append(out, o)
	}
	return out
}
