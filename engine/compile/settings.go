package compile

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// checkConnection holds a connection's settings against its connector's schema.
func checkConnection(m *lang.Module, c *lang.Connection, described *protocol.Description) diag.Diagnostics {
	if described == nil {
		return nil
	}
	of := settingsOf{
		in:     append(inModule(m), "connection "+quote(c.Name)),
		whose:  "The connector " + quote(c.Plugin),
		place:  c.Block,
		words:  []string{"plugin", "rate_limit"},
		module: m,
	}
	given := c.Settings
	if c.RateLimit != "" { // a word of the language, and a setting of the connector's
		given = append(slices.Clone(given), &lang.Setting{
			Name: "rate_limit", Range: c.RateR, ValueR: c.RateR, Value: cty.StringVal(c.RateLimit),
		})
	}
	return checkSettings(given, described.GetSettings(), of)
}

// settingsOf says whose settings are checked.
type settingsOf struct {
	in     []string
	whose  string
	place  diag.Range
	words  []string     // of the language in this block: a misspelt one looks like a setting
	module *lang.Module // in which the settings' names are looked up
}

func checkSettings(given []*lang.Setting, schema []*protocol.Setting, of settingsOf) diag.Diagnostics {
	var found diag.Diagnostics
	report := func(d *diag.Diagnostic) {
		if d != nil {
			d.In = of.in
			found = append(found, *d)
		}
	}
	seen := map[string]bool{}
	for _, g := range given {
		at := slices.IndexFunc(schema, func(s *protocol.Setting) bool { return s.GetName() == g.Name })
		if at < 0 {
			report(unknownSetting(g, schema, of))
			continue
		}
		value := known(g)
		seen[g.Name] = value == cty.NilVal || !value.IsNull()
		report(checkSetting(g, schema[at], of))
	}
	for _, s := range schema {
		if s.GetRequired() && !seen[s.GetName()] {
			report(&diag.Diagnostic{
				Code: "missing-setting", Subject: &of.place,
				Summary: "The setting " + quote(s.GetName()) + " is missing",
				Detail:  join(of.whose+" can't do without it.", s.GetAbout()),
				Remedy:  "Add to the block: " + s.GetName() + " = " + settingExample(s) + ".",
			})
		}
	}
	return found
}

func unknownSetting(g *lang.Setting, schema []*protocol.Setting, of settingsOf) *diag.Diagnostic {
	var names []string
	for _, s := range schema {
		names = append(names, s.GetName())
	}
	remedy := nearest(g.Name, append(slices.Clone(of.words), names...))
	if remedy == "" {
		remedy = suggestionOr(g.Name, names, "Remove it.")
	}
	detail := of.whose + " has no such setting, and the language no such word here."
	if slices.Contains(of.words, g.Name) { // rate_limit
		detail, remedy = of.whose+" keeps to a rate of its own, which can't be changed.", "Remove it."
	}
	return &diag.Diagnostic{
		Code: "unknown-setting", Subject: &g.Range,
		Summary: "Unknown setting " + quote(g.Name),
		Detail:  detail,
		Remedy:  remedy,
	}
}

// checkSetting never says a secret's value, and never shows the line of one that
// is written in the file.
func checkSetting(g *lang.Setting, s *protocol.Setting, of settingsOf) *diag.Diagnostic {
	if s.GetSecret() {
		if d := exposed(g, of.module); d != nil {
			return d
		}
	}
	value := known(g)
	if value == cty.NilVal || !value.IsWhollyKnown() || value.IsNull() {
		return nil
	}
	hidden := g.Secret || s.GetSecret()
	if !fits(value, s.GetType()) {
		return &diag.Diagnostic{
			Code: "wrong-setting", Subject: &g.ValueR, Conceal: s.GetSecret(),
			Summary: "The setting " + quote(g.Name) + " must be " + settingWords(s.GetType()),
			Detail:  join("What is given is something else.", s.GetAbout()),
			Remedy:  "Write it so: " + g.Name + " = " + settingExample(s) + ".",
		}
	}
	for _, text := range texts(value) {
		switch {
		case len(s.GetOneOf()) > 0 && !slices.Contains(s.GetOneOf(), text):
			return notAllowed(g, text, hidden, join(of.whose+" knows "+quoted(s.GetOneOf(), "and")+".", s.GetAbout()), s.GetOneOf())
		case g.Name == timezoneSetting && !isZone(text):
			return notAllowed(g, text, hidden, "Time zones have the names of the IANA database: a region, a slash and a city, such as Europe/Paris.", nil)
		}
	}
	return nil
}

// known is a setting's value, also before lang.Bind where it is written out;
// cty.NilVal where it is not known yet.
func known(g *lang.Setting) cty.Value {
	value := g.Value
	if value == cty.NilVal && g.Expr != nil && len(g.Expr.Variables()) == 0 && !hasCall(g.Expr) {
		written, found := g.Expr.Value(nil)
		if found.HasErrors() {
			return cty.NilVal // lang has said so
		}
		value = written
	}
	if value != cty.NilVal {
		value, _ = value.UnmarkDeep()
	}
	return value
}

func notAllowed(g *lang.Setting, text string, hidden bool, detail string, oneOf []string) *diag.Diagnostic {
	summary, remedy := "The setting "+quote(g.Name)+" can't have this value", "Write another value."
	if len(oneOf) > 0 {
		remedy = "Write one of these."
	}
	if !hidden {
		summary = "The setting " + quote(g.Name) + " can't be " + quote(text)
		if near := nearest(text, oneOf); near != "" {
			remedy = near
		}
	}
	return &diag.Diagnostic{Code: "wrong-setting", Subject: &g.ValueR, Conceal: hidden, Summary: summary, Detail: detail, Remedy: remedy}
}

// timezoneSetting is the setting in which a connection says where timestamps
// without offset are.
const timezoneSetting = "timezone"

// isZone takes no "" and no "Local", which are another zone on every machine.
func isZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

// connectionZone is the time zone that a connection's timestamps without offset
// are in; nil when it says none, or before lang.Bind.
func connectionZone(c *lang.Connection) *time.Location {
	for _, s := range c.Settings {
		if s.Name != timezoneSetting || s.Value == cty.NilVal || !s.Value.IsKnown() || s.Value.IsNull() {
			continue
		}
		value, _ := s.Value.Unmark()
		if value.Type() != cty.String || !isZone(value.AsString()) {
			continue // refused by checkSetting
		}
		if zone, err := time.LoadLocation(value.AsString()); err == nil {
			return zone
		}
	}
	return nil
}

// settings checks a block's settings and writes them as the connector takes
// them.
func (c *compiler) settings(given []*lang.Setting, schema []*protocol.Setting, of settingsOf) []byte {
	of.module = c.module
	c.found = append(c.found, checkSettings(given, schema, of)...)
	text, err := SettingsJSON(given)
	if err != nil {
		c.found = append(c.found, diag.From(err, "writing the settings of "+of.in[len(of.in)-1])...)
	}
	return text
}

// SettingsJSON writes bound settings as the connector takes them: one object,
// numbers with all their digits. Those without a value are left out. It holds
// secrets: it is for the connector and nobody else. The error names types, never
// a value.
func SettingsJSON(settings []*lang.Setting) ([]byte, error) {
	values := make(map[string]json.RawMessage, len(settings))
	for _, s := range settings {
		if s.Value == cty.NilVal {
			continue
		}
		value, _ := s.Value.UnmarkDeep()
		if value.IsNull() || !value.IsWhollyKnown() {
			continue
		}
		text, err := ctyjson.Marshal(value, value.Type())
		if err != nil {
			return nil, diag.Diagnostic{
				Code: "wrong-setting", Subject: &s.ValueR, Conceal: s.Secret,
				Summary: "The setting " + quote(s.Name) + " can't be written as JSON",
				Detail:  "Settings are made of objects, lists, texts, numbers, true and false.",
				Remedy:  "Correct the value.",
			}
		}
		values[s.Name] = text
	}
	return json.Marshal(values)
}
