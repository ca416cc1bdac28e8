package docs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
	"passerelle/engine/tools/permissions"
	"passerelle/plugins/protocol"
)

func (b *builder) permissions() {
	b.heading(2, b.say("Droits à accorder", "Rights to grant"))
	b.text(b.say("Les droits strictement nécessaires, et pourquoi.", "The rights that are strictly needed, and why."))
	for _, n := range permissions.Of(b.w) {
		verb := b.say("lire", "read")
		if n.Write {
			verb = b.say("écrire", "write")
		}
		b.heading(3, n.System.In(b.Language)+b.say(" : ", ": ")+verb+" "+b.say("« "+n.Label.In("fr")+" »", "\""+n.Label.In("en")+"\""))
		var items []string
		for _, r := range n.Rights {
			items = append(items, b.right(r))
		}
		if len(items) == 0 {
			items = []string{b.say("Le connecteur ne nomme aucun droit : la clé suffit, ou voyez la documentation du système.",
				"The connector names no right: the key is enough, or see the system's documentation.")}
		}
		b.list(items...)
	}
}

func (b *builder) right(r *permissions.Right) string {
	text := r.Name.In(b.Language)
	if r.Section != "" {
		text += fmt.Sprintf(b.say(" : section « %s »", ": section \"%s\""), r.Section)
	}
	var why []string
	if r.Whole {
		why = append(why, b.say("indispensable", "needed for all of it"))
	}
	for _, s := range r.Settings {
		why = append(why, "`"+s+"`")
	}
	for _, f := range r.Fields {
		why = append(why, f.Label.In(b.Language))
	}
	if len(r.Optional) > 0 {
		why = append(why, b.say("facultatif, selon ", "optional, as says ")+"`"+strings.Join(r.Optional, "`, `")+"`")
	}
	return text + " (" + strings.Join(why, ", ") + ")"
}

// setUp is what to do, in order.
func (b *builder) setUp() {
	b.heading(2, b.say("Mise en place", "Setting it up"))
	var steps []string
	for _, c := range b.connections() {
		steps = append(steps, b.connection(c))
	}
	if inputs := b.inputs(); inputs != "" {
		steps = append(steps, inputs)
	}
	dir := b.about.Name
	b.steps(append(steps,
		b.say("Vérifier les clés et les droits, sans rien écrire : ", "Check the keys and the rights, without writing anything: ")+"`engine check "+dir+"`",
		b.say("Voir tout ce qui serait fait : ", "See all that would be done: ")+"`engine plan "+dir+"`",
		b.say("Le faire : ", "Do it: ")+"`engine run "+dir+"`")...)
}

// connections are those that a mapping uses, in the order of the files.
func (b *builder) connections() []*lang.Connection {
	used := map[*lang.Connection]bool{}
	for _, m := range b.w.Mappings {
		for _, s := range m.Sources() {
			used[s.Connection] = true
		}
		used[m.Target.Connection] = true
	}
	var out []*lang.Connection
	for _, m := range compile.Modules(b.w.Module) {
		for _, c := range m.Connections {
			if used[c] {
				out = append(out, c)
			}
		}
	}
	return out
}

func (b *builder) connection(c *lang.Connection) string {
	var parts []string
	for _, s := range c.Settings {
		described := settingOf(b.w.Schemas[c.Plugin], s.Name)
		label := cmp.Or(b.say(described.GetLabel().GetFr(), described.GetLabel().GetEn()), s.Name)
		switch place := b.secretPlace(s); {
		case place != "":
			parts = append(parts, label+b.say(", à donner dans ", ", to be given in ")+place)
		case described.GetSecret():
			parts = append(parts, label)
		default:
			if input := inputOf(s); input != "" {
				label += b.say(", l'entrée ", ", the input ") + "`" + input + "`"
			}
			parts = append(parts, label)
		}
	}
	text := b.say("Relier ", "Connect ") + b.system(c)
	if len(parts) > 0 {
		text += b.say(" : ", ": ") + strings.Join(parts, b.say(" ; ", "; "))
	}
	if url := b.w.Schemas[c.Plugin].GetDocsUrl(); url != "" {
		text += b.say(". Documentation : ", ". Documentation: ") + url
	}
	return text + "."
}

func settingOf(d *protocol.Description, name string) *protocol.Setting {
	for _, s := range d.GetSettings() {
		if s.GetName() == name {
			return s
		}
	}
	return nil
}

// secretPlace is where a secret is looked for: the variable or the file that
// env() or file() names.
func (b *builder) secretPlace(s *lang.Setting) string {
	call, ok := s.Expr.(*hclsyntax.FunctionCallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	arg, problems := call.Args[0].Value(nil)
	if problems.HasErrors() || arg.IsNull() || arg.Type() != cty.String {
		return ""
	}
	switch call.Name {
	case "env":
		return b.say("la variable d'environnement ", "the environment variable ") + "`" + arg.AsString() + "`"
	case "file":
		return b.say("le fichier ", "the file ") + "`" + arg.AsString() + "`"
	}
	return ""
}

// inputOf is the input that a setting is, "" where it is something else.
func inputOf(s *lang.Setting) string {
	t, problems := hcl.AbsTraversalForExpr(s.Expr)
	if problems.HasErrors() || len(t) != 2 || t.RootName() != "input" {
		return ""
	}
	name, _ := t[1].(hcl.TraverseAttr)
	return name.Name
}

// inputs are the values to give.
func (b *builder) inputs() string {
	var parts []string
	for _, in := range b.w.Module.Inputs {
		part := "`" + in.Name + "` (" + in.Declared
		if in.Default != nil {
			part += b.say(", facultatif", ", optional")
		}
		parts = append(parts, part+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return b.say("Donner les entrées ", "Give the inputs ") + strings.Join(parts, ", ") + b.say(", par ", ", with ") + "`--input` " + b.say("ou", "or") + " `ENGINE_INPUT_…`."
}

func (b *builder) purposes() {
	b.heading(2, b.say("Finalités et conservation", "Purposes and retention"))
	classes := map[string]string{
		"bank": b.say("données bancaires", "bank data"), "social-security": b.say("sécurité sociale", "social security"),
		"health": b.say("données de santé", "health data"), "pay": b.say("données de paie", "pay data"),
		"identity": b.say("identité", "identity"), "contact": b.say("coordonnées", "contact data"),
	}
	var items []string
	for _, m := range b.w.Mappings {
		for _, p := range m.Decl.Purposes {
			if b.label(p.Why) == "" {
				continue // left to the customer; the engine refuses the data until then
			}
			item := cmp.Or(classes[p.Name], p.Name) + b.say(" : ", ": ") + b.label(p.Why)
			if p.Basis != "" {
				item += b.say(" ; base légale : ", "; legal basis: ") + p.Basis
			}
			if p.Retention != "" {
				item += b.say(" ; conservation : ", "; retention: ") + p.Retention
			}
			if !slices.Contains(items, item) {
				items = append(items, item)
			}
		}
	}
	if len(items) == 0 {
		b.text(b.say("Aucune donnée bancaire, de sécurité sociale, de santé ou de paie n'est transmise : sans finalité écrite, le moteur les refuse.",
			"No bank, social-security, health or pay data is sent: without a written purpose the engine refuses them."))
	}
	b.list(items...)
	kept := b.w.Module.Retention()
	b.text(fmt.Sprintf(b.say("Le registre ne garde aucune valeur de champ : des identifiants et des empreintes, l'historique pendant %s, les dossiers retenus pendant %s.",
		"The ledger keeps no field value: ids and fingerprints, the history for %s, held records for %s."), b.span(kept.Runs), b.span(kept.Held)))
	b.list(b.exceptions()...)
}

// exceptions are what is kept beside, and how.
func (b *builder) exceptions() []string {
	var out []string
	if slices.ContainsFunc(b.w.Mappings, func(m *compile.Mapping) bool { return m.ShownAs != nil }) {
		out = append(out, b.say("Le nom qui désigne une personne y est chiffré, et oublié avec l'historique.", "The name by which a person is shown is encrypted there, and forgotten with the history."))
	}
	if slices.ContainsFunc(b.w.Mappings, func(m *compile.Mapping) bool {
		return m.Target.Resource.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT
	}) {
		out = append(out, b.say("La dernière ligne d'une personne retenue est gardée chiffrée, sept jours au plus.", "The last line of somebody who is held back is kept encrypted, for seven days at most."))
	}
	return out
}

func (b *builder) span(s lang.Span) string {
	units := map[string][2]string{"day": {"jour", "day"}, "week": {"semaine", "week"}, "month": {"mois", "month"}, "year": {"an", "year"}}
	unit := b.say(units[s.Unit][0], units[s.Unit][1])
	if s.Count != 1 && !strings.HasSuffix(unit, "s") {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", s.Count, unit)
}
