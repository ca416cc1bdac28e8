package lang

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"passerelle/engine/diag"
)

func (c *content) target(n Named, partial bool) *Target {
	c.checkName(n, c.in, plainName)
	t := &Target{Named: n, Settings: c.allSettings(), Required: c.words("required"), Once: c.words("once"), NeverClear: c.words("never_clear")}
	t.Connection, t.Resource, t.ResourceR = c.endOf(partial)
	if !partial {
		c.need("map")
		t.identifying(c)
	} else {
		t.Match = c.match()
	}
	t.Authority, t.AuthorityR = c.oneOf("authority", "shared", "source")
	c.each("field", targetFieldWords, func(n Named, b *content) { t.Fields = append(t.Fields, b.targetField(n)) })
	unique(c.problems, "The field", c.in, t.Fields, func(f *TargetField) Named { return f.Named })
	if a := c.attrs["map"]; a != nil {
		t.MapR = rangeOf(a.NameRange)
		t.Map = c.mapLines(a.Expr)
	}
	c.each("endpoint", endpointWords, func(n Named, b *content) { t.Endpoints = append(t.Endpoints, b.endpoint(n)) })
	c.oneWayEach(t.Endpoints)
	t.Snapshot = c.snapshot()
	return t
}

func (c *content) targetField(n Named) *TargetField {
	if n.Name == "" {
		c.refuse(place{n.Range, c.in}, "wrong-name", "A target field has no name", "An empty text names nothing.", "Write the field's name.")
	}
	c.need("type")
	f := &TargetField{Named: n}
	if a := c.attrs["type"]; a != nil {
		f.Type, f.TypeR = c.declared(a)
	}
	f.Class, _ = c.oneOf("class", classes...)
	f.Sharp, _ = c.oneOf("sharp", sharps...)
	return f
}

func (c *content) endpoint(n Named) *Endpoint {
	if !slices.Contains(endpointNames, n.Name) {
		c.refuse(place{n.Range, c.in}, "unknown-word", fmt.Sprintf("Unknown endpoint %q", n.Name),
			"Endpoints are "+orList(endpointNames)+"."+diag.Suggest(n.Name, endpointNames), "Write one of these.")
	}
	e := &Endpoint{Named: n, Fields: c.words("fields"), in: c.in}
	e.Method, _ = c.oneOf("method", "GET", "POST", "PUT", "PATCH", "DELETE")
	e.Path, _ = c.fullText("path")
	e.Wrap, e.WrapR = c.text("wrap")
	e.Batch, _ = c.oneOf("batch", "one", "array", "ndjson")
	e.Success, e.Conflict = c.statuses("success"), c.statuses("conflict")
	e.Items, _ = c.text("items")
	e.ID, _ = c.text("id")
	e.Clear, _ = c.oneOf("clear", "null", "empty", "omit")
	e.IdempotencyHeader, _ = c.fullText("idempotency_header")
	e.Reconcile, _ = c.oneOf("reconcile", "lookup", "idempotency-key", "upsert", "none")
	e.query, e.Query = c.texts("query")
	e.headers, e.Headers = c.texts("headers")
	if a := c.attrs["body"]; a != nil {
		e.Body = c.static(a.Expr)
	}
	c.each("page", pageWords, func(n Named, b *content) { e.page(n, b) })
	return e
}

// texts reads an object of texts, now where it is written out, by Bind where it
// names an input.
func (c *content) texts(name string) (hcl.Expression, map[string]string) {
	a := c.attrs[name]
	if a == nil {
		return nil, nil
	}
	if _, ok := c.object(a.Expr); !ok {
		c.wrongType(a.Expr, "an object: { name = \"text\" }")
		return nil, nil
	}
	e := c.static(a.Expr)
	if len(e.Variables()) > 0 {
		return e, nil
	}
	v, found := e.Value(&hcl.EvalContext{})
	if found.HasErrors() {
		return e, nil // the static check says why
	}
	out, ok := textMap(v)
	if !ok {
		c.wrongType(a.Expr, "an object of texts")
	}
	return nil, out
}

func textMap(v cty.Value) (map[string]string, bool) {
	v, _ = v.UnmarkDeep()
	v, err := convert.Convert(v, cty.Map(cty.String))
	if err != nil || v.IsNull() || !v.IsWhollyKnown() {
		return nil, false
	}
	out := map[string]string{}
	for k, s := range v.AsValueMap() {
		if s.IsNull() {
			return nil, false
		}
		out[k] = s.AsString()
	}
	return out, true
}

// oneWayEach refuses two general endpoints of one name. Several that differ in
// their fields are several ways.
func (c *content) oneWayEach(all []*Endpoint) {
	general := map[string]*Endpoint{}
	for _, e := range all {
		if len(e.Fields) > 0 {
			continue
		}
		if first := general[e.Name]; first != nil {
			c.duplicate(place{e.Range, c.in}, fmt.Sprintf("The endpoint %q", e.Name), first.Range)
			continue
		}
		general[e.Name] = e
	}
}
