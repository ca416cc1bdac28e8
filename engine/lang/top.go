package lang

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// file reads the declarations of one file, in their order.
func (r *reader) file(f *file) {
	c := open(r.problems, f, f.body, fileWords, diag.Range{File: f.name}, nil)
	r.language(c)
	c.each("integration", integrationWords, r.integration)
	c.each("plugin", pluginWords, func(n Named, b *content) {
		b.checkName(n, b.in, hyphenOK)
		b.need("version")
		p := &PluginRequirement{Named: n}
		p.Version, p.VersionR = b.fullText("version")
		b.constraint(p.Version, p.VersionR)
		r.m.Plugins = append(r.m.Plugins, p)
	})
	c.each("input", inputWords, r.input)
	r.locals(c)
	c.each("transform", transformWords, r.transform)
	c.each("connection", connectionWords, r.connection)
	c.each("table", tableWords, r.table)
	c.each("fieldset", fieldsetWords, func(n Named, b *content) {
		b.checkName(n, b.in, plainName)
		r.m.Fieldsets = append(r.m.Fieldsets, &Fieldset{Named: n, Fields: b.fields(nil)})
	})
	c.each("mapping", mappingWords, func(n Named, b *content) {
		b.checkName(n, b.in, plainName)
		r.m.Mappings = append(r.m.Mappings, b.mapping(n, r.m, false))
	})
	c.each("package", packageWords, r.packageBlock)
	c.each("retention", retentionWords, r.retention)
	c.each("test", testWords, func(n Named, b *content) {
		b.refuse(place{n.Range, b.in}, "misplaced-test", "Tests stand in files of their own",
			"What is here is run against people's data; a test is not.", "Move the block to a file whose name ends in .test.hcl, in the same folder.")
	})
}

func (r *reader) language(c *content) {
	a := c.attrs["language"]
	if a == nil {
		return
	}
	v, ok := c.literal(a.Expr, "1")
	if ok && !v.RawEquals(cty.NumberIntVal(1)) {
		c.refuse(place{rangeOf(a.Expr.Range()), nil}, "unknown-language", "This version of the language isn't known",
			"This engine reads version 1 of the language.", "Write language = 1, or use an engine that knows the other version.")
	}
}

func (r *reader) integration(n Named, b *content) {
	b.checkName(n, b.in, hyphenOK)
	i := &Integration{Named: n, Title: b.label("title")}
	i.Publisher, _ = b.text("publisher")
	i.Modules = names(b.words("modules"))
	i.Setup, _ = b.text("setup")
	i.Version = b.version("version")
	i.Timezone, i.TimezoneR = b.fullText("timezone")
	if i.Timezone != "" {
		// "Local" would be another place on every machine.
		if _, err := time.LoadLocation(i.Timezone); err != nil || i.Timezone == "Local" {
			b.refuse(place{i.TimezoneR, b.in}, "unknown-timezone", fmt.Sprintf("Unknown time zone %q", i.Timezone),
				"Time zones have the names of the IANA database: a region, a slash and a city."+diag.Suggest(i.Timezone, commonZones),
				"Write a name such as Europe/Paris.")
			i.Timezone = ""
		}
	}
	if first := r.m.Integration; first != nil {
		b.duplicate(place{n.Block, nil}, "The block integration", first.Block)
		return
	}
	r.m.Integration = i
}

// commonZones are what a misspelt time zone is compared with.
var commonZones = []string{
	"Europe/Paris", "Europe/Brussels", "Europe/Berlin", "Europe/Madrid", "Europe/London", "Europe/Zurich", "Europe/Luxembourg",
	"Europe/Rome", "Europe/Lisbon", "Europe/Amsterdam", "Europe/Vienna", "America/New_York", "America/Montreal", "UTC",
}

func (r *reader) input(n Named, b *content) {
	b.checkName(n, b.in, plainName)
	b.need("type")
	in := &Input{Named: n, Type: cty.DynamicPseudoType}
	if a := b.attrs["type"]; a != nil {
		if t := b.valueType(a.Expr); t != nil {
			if t.has("choice") {
				b.refuse(place{b.file.inner(a.Expr.Range()), b.in}, "unknown-type", "An input can't be a choice",
					"Choices come from a connected system's own lists.", "Use string.")
			} else {
				in.kind, in.Type, in.Declared = t, t.cty(), t.String()
			}
		}
	}
	in.Sensitive, _ = b.boolean("sensitive")
	if a := b.attrs["default"]; a != nil {
		if v, ok := b.literal(a.Expr, "a value"); ok {
			v, ok = in.accept(v)
			if !ok {
				b.refuse(place{b.file.inner(a.Expr.Range()), b.in}, "wrong-type", fmt.Sprintf("The default of input %q is no %s", n.Name, in.Declared),
					"A default must have the input's own type.", "Correct the default or the type.")
				b.found[len(b.found)-1].Conceal = in.Sensitive
			}
			in.Default = &v
		}
	}
	b.each("validation", validationWords, func(n Named, v *content) { in.Validations = append(in.Validations, v.validation(n)) })
	r.m.Inputs = append(r.m.Inputs, in)
}

// local is one line of locals.
type local struct {
	Named
	expr  hcl.Expression
	value cty.Value
}

func (r *reader) locals(c *content) {
	for _, b := range c.blocks {
		if b.Type != "locals" {
			continue
		}
		v := &vocabulary{what: "locals", settings: true}
		body := open(r.problems, c.file, b.Body, v, rangeOf(b.DefRange), []string{"locals"})
		for _, a := range body.settings {
			n := Named{Name: a.Name, Range: c.file.inner(a.NameRange), Block: rangeOf(a.Range)}
			body.checkName(n, body.in, plainName)
			r.m.locals = append(r.m.locals, &local{Named: n, expr: body.static(a.Expr)})
		}
	}
}

func (r *reader) connection(n Named, b *content) {
	b.checkName(n, b.in, plainName)
	b.need("plugin")
	c := &Connection{Named: n}
	c.Plugin, c.PluginR = b.fullText("plugin")
	if c.Plugin != "" {
		b.checkName(Named{Name: c.Plugin, Range: c.PluginR}, b.in, hyphenOK)
	}
	c.RateLimit, c.RateR = b.fullText("rate_limit")
	c.Settings = b.allSettings()
	r.m.Connections = append(r.m.Connections, c)
}

// allSettings joins the attributes that are no words of the language with those
// in settings = { … }.
func (c *content) allSettings() []*Setting {
	var out []*Setting
	for _, a := range c.settings {
		out = append(out, c.setting(a.Name, c.file.inner(a.NameRange), a.Expr))
	}
	if a := c.attrs["settings"]; a != nil {
		out = append(out, c.settingsIn(a.Expr)...)
	}
	unique(c.problems, "The setting", c.in, out, func(s *Setting) Named { return Named{Name: s.Name, Range: s.Range} })
	return out
}

func (c *content) settingsIn(e hcl.Expression) []*Setting {
	pairs, ok := c.object(e)
	if !ok {
		c.wrongType(e, "an object: { name = value }")
		return nil
	}
	var out []*Setting
	for _, p := range pairs {
		if name, at, ok := c.key(p.Key); ok {
			out = append(out, c.setting(name, at, p.Value))
		}
	}
	return out
}

func (c *content) setting(name string, at diag.Range, e hcl.Expression) *Setting {
	return &Setting{Name: name, Range: at, ValueR: c.file.inner(e.Range()), Expr: c.static(e)}
}
