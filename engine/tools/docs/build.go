package docs

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
	"passerelle/engine/tools/load"
	"passerelle/engine/tools/permissions"
	"passerelle/plugins/protocol"
)

// Build makes the page of a workspace in a language, fr or en.
func Build(w *load.Workspace, language string) *Page {
	b := &builder{Page: &Page{Language: language}, w: w, about: w.Module.Integration}
	if b.about == nil {
		b.about = &lang.Integration{Named: lang.Named{Name: filepath.Base(w.Module.Dir)}}
	}
	b.Title = b.set(cmp.Or(b.about.Title.Prefer(in(b.about.Title, language)), b.about.Name))
	if b.about.Publisher != "" {
		b.text(b.say("Cette intégration est publiée par "+b.about.Publisher+".", "This integration is published by "+b.about.Publisher+"."))
	}
	b.works()
	b.data()
	b.permissions()
	b.setUp()
	b.purposes()
	b.adding()
	b.trying()
	return b.Page
}

func in(l lang.Label, language string) string {
	if language == "en" {
		return l.EN
	}
	return l.FR
}

type builder struct {
	*Page
	w     *load.Workspace
	about *lang.Integration
}

// label is a text for people in the page's language.
func (b *builder) label(l lang.Label) string { return l.Prefer(in(l, b.Language)) }

// works is what the integration does, at a glance.
func (b *builder) works() {
	b.heading(2, b.say("Fonctionnement de l'intégration", "How the integration works"))
	var items []string
	if len(b.about.Modules) > 0 {
		var names []string
		for _, m := range b.about.Modules {
			names = append(names, b.module(m))
		}
		items = append(items, b.say("Solutions concernées : ", "Solutions concerned: ")+strings.Join(names, ", "))
	}
	items = append(items, b.say("Type d'intégration : ", "Type of integration: ")+b.kind())
	var ways, often []string
	for _, m := range b.w.Mappings {
		way := b.system(m.Source.Connection) + b.say(" vers ", " to ") + b.system(m.Target.Connection)
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
		often = append(often, b.when(m.Decl.Trigger))
	}
	if each := slices.Compact(slices.Sorted(slices.Values(often))); len(each) > 1 {
		for i, m := range b.w.Mappings {
			often[i] += " (`" + m.Address + "`)"
		}
	} else {
		often = each
	}
	items = append(items,
		b.say("Sens de l'intégration : ", "Direction of the integration: ")+strings.Join(ways, b.say(" ; ", "; ")),
		b.say("Fréquence de l'intégration : ", "Frequency of the integration: ")+strings.Join(often, b.say(" ; ", "; ")),
		b.say("Mise en place de l'intégration : ", "Setting the integration up: ")+b.setup())
	b.list(items...)
}

// module is how people call a module of an HR suite.
func (b *builder) module(name string) string {
	known := map[string][2]string{
		"core-hr": {"Socle RH", "Core HR"}, "absences": {"Absences", "Absences"}, "time": {"Temps", "Time"}, "expenses": {"Notes de frais", "Expenses"},
		"payroll": {"Paie", "Payroll"}, "recruiting": {"Recrutement", "Recruiting"}, "talent": {"Talents", "Talent"},
	}
	if t, ok := known[name]; ok {
		return b.say(t[0], t[1])
	}
	return name
}

// kind: a target that is written as a whole, and what has neither fields nor an
// identity of its own, are files; everything else is an API.
func (b *builder) kind() string {
	kinds := []string{}
	add := func(r *protocol.Resource) {
		kind := "API"
		if r.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT {
			kind = b.say("fichier", "file")
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, m := range b.w.Mappings {
		for _, s := range m.Sources() {
			add(s.Resource)
		}
		add(m.Target.Resource)
	}
	return strings.Join(kinds, b.say(" et ", " and "))
}

func (b *builder) system(c *lang.Connection) string {
	title := b.w.Schemas[c.Plugin].GetTitle()
	return cmp.Or(b.say(title.GetFr(), title.GetEn()), title.GetEn(), title.GetFr(), c.Plugin)
}

func (b *builder) when(t lang.Trigger) string {
	switch t.Kind {
	case "daily":
		return b.say("quotidienne, à ", "daily, at ") + t.Value
	case "every":
		return b.say("toutes les ", "every ") + t.Value
	case "monthly":
		return b.say("mensuelle, le ", "monthly, on day ") + t.Value
	case "cron":
		return b.say("selon le calendrier ", "on the schedule ") + "`" + t.Value + "`"
	}
	return b.say("déclenchement manuel par l'administrateur", "started by hand by the administrator")
}

func (b *builder) setup() string {
	switch b.about.Setup {
	case "self-service":
		return b.say("vous êtes autonome ; il suffit de donner les adresses et les clés ci-dessous", "you do it yourself; the addresses and keys below are all it takes")
	case "contact-vendor":
		return b.say("avec votre interlocuteur chez l'éditeur, qui donne l'accès ; le reste est ci-dessous", "with your contact at the publisher, who gives access; the rest is below")
	}
	return cmp.Or(b.about.Setup, b.say("voir ci-dessous", "see below"))
}

// data is what is sent, mapping by mapping.
func (b *builder) data() {
	b.heading(2, b.say("Données synchronisées", "Synchronised data"))
	for _, m := range b.w.Mappings {
		from, to := b.resource(m.Source.Resource), b.resource(m.Target.Resource)
		b.heading(3, fmt.Sprintf(b.say("%s (%s) vers %s (%s)", "%s (%s) to %s (%s)"), from, b.system(m.Source.Connection), to, b.system(m.Target.Connection)))
		rows := [][]string{{b.system(m.Source.Connection), b.system(m.Target.Connection), b.say("À savoir", "Worth knowing")}}
		for i := range m.Target.Fields {
			rows = append(rows, b.row(m, i))
		}
		b.table(rows)
		b.list(b.rules(m)...)
	}
}

func (b *builder) resource(r *protocol.Resource) string {
	label := r.GetLabel()
	return cmp.Or(b.say(label.GetFr(), label.GetEn()), label.GetEn(), label.GetFr(), r.GetName())
}

// row is one field that is sent.
func (b *builder) row(m *compile.Mapping, at int) []string {
	f := &m.Target.Fields[at]
	var from, notes []string
	if slices.Contains(m.Target.Key, at) {
		notes = append(notes, b.say("clé : identifie la fiche", "key: identifies the record"))
	}
	if f.Required {
		notes = append(notes, b.say("obligatoire", "required"))
	}
	if f.Once {
		notes = append(notes, b.say("envoyé à la création seulement", "sent at creation only"))
	}
	sources := m.Sources()
	for _, ref := range f.Reads() {
		if ref.Source >= len(sources) || ref.Field >= len(sources[ref.Source].Fields) {
			continue // an element of a list, of which the list is named
		}
		s := sources[ref.Source]
		label := permissions.LabelOf(m, s, ref.Field)
		from = append(from, label.In(b.Language))
		decl := s.Fields[ref.Field].Decl
		if decl.Section != nil {
			notes = append(notes, fmt.Sprintf(b.say("section « %s » du dossier du personnel", "section \"%s\" of the employee file"), decl.Section.Name))
		}
		for _, e := range decl.Enabled {
			notes = append(notes, b.say("facultatif : ", "optional: ")+"`"+e.Text+"`")
		}
	}
	if len(from) == 0 {
		from = []string{b.say("(valeur fixe)", "(fixed value)")}
	}
	return []string{strings.Join(slices.Compact(from), ", "), b.target(m, f), strings.Join(slices.Compact(notes), b.say(" ; ", "; "))}
}

// target is how people call a target field.
func (b *builder) target(m *compile.Mapping, f *compile.TargetField) string {
	label := permissions.Described(m.Target.Resource, f.Name).GetLabel()
	text := cmp.Or(b.say(label.GetFr(), label.GetEn()), label.GetEn(), label.GetFr())
	if text == "" || text == f.Name {
		return "`" + f.Name + "`"
	}
	return text + " (`" + f.Name + "`)"
}

// rules are who is sent, who waits and who leaves.
func (b *builder) rules(m *compile.Mapping) []string {
	var out []string
	if where := m.Decl.Sources[0].Where; m.Where != nil && where != nil {
		out = append(out, b.say("Seules les fiches choisies par cette règle sont envoyées : ", "Only the records that this rule selects are sent: ")+"`"+where.Text+"`")
	}
	for _, r := range m.Requires {
		say := cmp.Or(b.label(r.Decl.Say), r.Decl.Name)
		what := map[string]string{
			"skip": b.say("n'est pas envoyé", "is not sent"), "hold": b.say("est retenu", "is held back"),
		}[r.Decl.Else]
		out = append(out, fmt.Sprintf(b.say("« %s » : tant que c'est le cas, le dossier %s.", "\"%s\": as long as this is so, the record %s."), say, cmp.Or(what, b.say("attend", "waits"))))
	}
	if l := m.Leavers; l != nil {
		what := map[string]string{
			"deactivate": b.say("désactivé", "deactivated"), "delete": b.say("supprimé", "deleted"), "keep": b.say("laissé tel quel", "left as it is"),
		}[l.Decl.Do]
		word := b.say("Départs : quand ", "Leavers: when ")
		if l.Decl.Word == "removed" {
			word = b.say("Suppressions : quand ", "Removals: when ")
		}
		out = append(out, word+"`"+l.Decl.When.Text+"`"+b.say(" est vrai, le dossier est ", " is true, the record is ")+what+".")
	} else {
		out = append(out, b.say("Aucune fiche n'est désactivée ni supprimée par cette intégration.", "No record is deactivated or deleted by this integration."))
	}
	return append(out, b.say("Un dossier incomplet ou douteux est retenu, nommément et avec sa raison ; les autres passent.",
		"A record that is incomplete or doubtful is held back, by name and with its reason; the others go on."))
}
