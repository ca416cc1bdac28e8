package docs

import (
	"fmt"
	"strings"

	"passerelle/engine/compile"
)

// adding shows that a customer adds data without anybody.
func (b *builder) adding() {
	b.heading(2, b.say("Ajouter des données", "Adding data"))
	m := b.example()
	b.text(b.say("Ajouter une donnée ne demande ni l'éditeur, ni une nouvelle version : un champ, une ligne. Dans un fichier à vous, à côté :",
		"Adding data takes neither the publisher nor a new version: a field, a line. In a file of your own, beside this one:"))
	if m == nil {
		return
	}
	b.code(b.snippet(m))
	if m.Source.Resource.GetSectionPath() != "" {
		grant := ""
		if right := m.Source.Resource.GetSectionRight(); right.GetFr() != "" {
			grant = fmt.Sprintf(b.say("Côté %s, accordez le droit « %s » à la clé. Puis ", "In %s, grant the key the right \"%s\". Then "),
				b.system(m.Source.Connection), b.say(right.GetFr(), right.GetEn()))
		}
		b.text(grant + b.say("`engine permissions` dit ce qui manque, et `engine validate` relit le tout.",
			"`engine permissions` says what is missing, and `engine validate` reads it all again."))
	}
}

// example is the mapping that the snippet extends: the first that has sections,
// else the first.
func (b *builder) example() *compile.Mapping {
	for _, m := range b.w.Mappings {
		if m.Source.Resource.GetSectionPath() != "" {
			return m
		}
	}
	if len(b.w.Mappings) > 0 {
		return b.w.Mappings[0]
	}
	return nil
}

func (b *builder) snippet(m *compile.Mapping) string {
	var s strings.Builder
	line := func(depth int, text string) { s.WriteString(strings.Repeat("  ", depth) + text + "\n") }
	line(0, fmt.Sprintf("package %q {", b.about.Name))
	line(1, fmt.Sprintf("from = %q", "mappings/"+b.about.Name))
	line(1, fmt.Sprintf("extend %q {", m.Decl.Name))
	line(2, fmt.Sprintf("source %q {", m.Source.Name))
	depth := 3
	if m.Source.Resource.GetSectionPath() != "" {
		line(3, "section \"Formation\" {")
		depth = 4
	}
	line(depth, "field \"diploma\" {")
	line(depth+1, "path = \"e_diploma\"")
	line(depth+1, "type = string")
	line(depth, "}")
	if depth == 4 {
		line(3, "}")
	}
	line(2, "}")
	line(2, fmt.Sprintf("target %q {", m.Target.Name))
	line(3, "field \"diplome\" { type = string }")
	line(3, fmt.Sprintf("map = { diplome = %q }", m.Source.Name+".diploma"))
	line(2, "}")
	line(1, "}")
	line(0, "}")
	return s.String()
}

func (b *builder) trying() {
	b.heading(2, b.say("Tester l'intégration", "Testing the integration"))
	b.list(
		b.say("Sans aucun système : ", "Without any system: ")+"`engine test` "+b.say("joue les exemples des fichiers `*.test.hcl`.", "runs the examples of the `*.test.hcl` files."),
		b.say("Sur une base de test : donnez l'adresse et une clé de cette base, puis ", "On a test tenant: give its address and a key of its own, then ")+"`engine plan`"+
			b.say(" ; rien n'est écrit avant ", "; nothing is written before ")+"`engine run`.",
	)
}
