package compile

import (
	"encoding/json"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// checkConnection holds a connection's settings against its connector's schema.
func checkConnection(c *lang.Connection, described *protocol.Description) diag.Diagnostics {
	if described == nil {
		return nil
	}
	return checkSettings(c.Settings, described.GetSettings(), settingsOf{
		what:  "connection " + quote(c.Name),
		whose: "The connector " + quote(c.Plugin),
		place: c.Block,
	})
}

// settingsOf says whose settings are checked, for the messages.
type settingsOf struct {
	what, whose string
	place       diag.Range
}

func checkSettings(given []*lang.Setting, schema []*protocol.Setting, of settingsOf) diag.Diagnostics {
	var found diag.Diagnostics
	in := []string{of.what}
	known := make(map[string]*protocol.Setting, len(schema))
	var names []string
	for _, s := range schema {
		known[s.GetName()] = s
		names = append(names, s.GetName())
	}
	seen := make(map[string]bool, len(given))
	for _, g := range given {
		seen[g.Name] = true
		s := known[g.Name]
		if s == nil {
			found = append(found, diag.Diagnostic{
				Code: "unknown-setting", In: in, Subject: &g.Range,
				Summary: "Unknown setting " + quote(g.Name),
				Detail:  of.whose + " has no such setting.",
				Remedy:  suggestion(g.Name, names),
			})
			continue
		}
		if d := checkSetting(g, s, of); d != nil {
			d.In = in
			found = append(found, *d)
		}
	}
	for _, s := range schema {
		if s.GetRequired() && !seen[s.GetName()] {
			found = append(found, diag.Diagnostic{
				Code: "missing-setting", In: in, Subject: &of.place,
				Summary: "The setting " + quote(s.GetName()) + " is missing",
				Detail:  of.whose + " needs it: " + s.GetAbout(),
				Remedy:  "Add it to the block.",
			})
		}
	}
	return found
}

func checkSetting(g *lang.Setting, s *protocol.Setting, of settingsOf) *diag.Diagnostic {
	if s.GetSecret() && isLiteral(g) {
		return &diag.Diagnostic{
			Code: "literal-secret", Subject: &g.ValueR, Conceal: true,
			Summary: "The secret " + quote(g.Name) + " is written in the file",
			Detail:  "Mapping files are shared, copied and kept in version control; a secret in one is a secret no more.",
			Remedy:  `Put it in an environment variable and write ` + g.Name + ` = env("NAME"), or in a file and write file("path"). Change the secret if the file was shared.`,
		}
	}
	if g.Value == cty.NilVal || !g.Value.IsWhollyKnown() {
		return nil
	}
	want := settingType(s.GetType())
	value, _ := g.Value.Unmark()
	if value.IsNull() {
		return nil
	}
	if !fits(value, want) {
		return &diag.Diagnostic{
			Code: "wrong-setting", Subject: &g.ValueR,
			Summary: "The setting " + quote(g.Name) + " must be " + settingWords(s.GetType()),
			Detail:  of.whose + " says so: " + s.GetAbout(),
			Remedy:  "Write " + settingExample(s.GetType()) + ".",
		}
	}
	if len(s.GetOneOf()) > 0 {
		for _, text := range texts(value) {
			if !contains(s.GetOneOf(), text) {
				return &diag.Diagnostic{
					Code: "wrong-setting", Subject: &g.ValueR,
					Summary: "The setting " + quote(g.Name) + " can't be " + quote(text),
					Detail:  of.whose + " knows " + quoted(s.GetOneOf()) + ".",
					Remedy:  suggestion(text, s.GetOneOf()),
				}
			}
		}
	}
	return nil
}

// SettingsJSON writes bound settings as the connector takes them.
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
			return nil, err
		}
		values[s.Name] = text
	}
	return json.Marshal(values)
}

// isLiteral: the expression names nothing and calls nothing.
func isLiteral(s *lang.Setting) bool {
	if s.Secret || len(s.Expr.Variables()) > 0 {
		return false
	}
	if native, ok := s.Expr.(hclsyntax.Expression); ok {
		calls := false
		_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) (ds hclDiagnostics) {
			if _, ok := n.(*hclsyntax.FunctionCallExpr); ok {
				calls = true
			}
			return nil
		})
		return !calls
	}
	value, ds := s.Expr.Value(nil)
	return !ds.HasErrors() && value.IsKnown()
}
