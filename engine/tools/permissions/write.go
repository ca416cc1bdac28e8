package permissions

import (
	"fmt"
	"io"
	"strings"
)

// words are what a list says in one language.
type words struct {
	read, write, none, whole, section, needed, setting, optional, colon string
}

var inLanguage = map[string]words{
	"fr": {
		read: "lire", write: "écrire", whole: "indispensable",
		none:    "le connecteur ne nomme aucun droit\u00a0: la clé suffit, ou voyez sa documentation",
		section: "\u00a0: section «\u00a0%s\u00a0»", needed: "pour", setting: "demandé par", optional: "facultatif\u00a0: sans, mettez %s à false", colon: "\u00a0:",
	},
	"en": {
		read: "read", write: "write", whole: "needed for all of it",
		none:    "the connector names no right: its key is enough, or see its documentation",
		section: ": section \"%s\"", needed: "for", setting: "asked for by", optional: "optional: to do without, set %s to false", colon: ":",
	},
}

// WriteText lists the rights for people, in French or English; each right has its
// name in both, since either may be what the screen shows.
func WriteText(out io.Writer, needs []*Need, language string) error {
	w := inLanguage[language]
	var b strings.Builder
	for i, n := range needs {
		if i > 0 {
			b.WriteByte('\n')
		}
		verb := w.read
		if n.Write {
			verb = w.write
		}
		fmt.Fprintf(&b, "%s (connection %s)%s %s %s (%s)\n", n.System.In(language), n.Connection, w.colon, verb, n.Label.In(language), n.Resource)
		if len(n.Rights) == 0 {
			fmt.Fprintf(&b, "  – %s\n", w.none)
		}
		for _, r := range n.Rights {
			fmt.Fprintf(&b, "  • %s\n", w.name(r, language))
			for _, why := range w.why(r, language) {
				fmt.Fprintf(&b, "      %s\n", why)
			}
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// name is the right in the language, and in the other one.
func (w words) name(r *Right, language string) string {
	name, other := r.Name.In(language), r.Name.In(map[string]string{"fr": "en", "en": "fr"}[language])
	if r.Section != "" {
		name += fmt.Sprintf(w.section, r.Section)
	}
	if other != r.Name.In(language) {
		name += " (" + other + ")"
	}
	return name
}

// why says what a right is needed for.
func (w words) why(r *Right, language string) []string {
	var out []string
	if r.Whole {
		out = append(out, w.whole)
	}
	for _, s := range r.Settings {
		out = append(out, w.setting+" "+s)
	}
	var fields []string
	for _, f := range r.Fields {
		fields = append(fields, f.Label.In(language)+" ("+f.Name+")")
	}
	if len(fields) > 0 {
		out = append(out, w.needed+" "+strings.Join(fields, ", "))
	}
	if len(r.Optional) > 0 {
		out = append(out, fmt.Sprintf(w.optional, strings.Join(r.Optional, ", ")))
	}
	return out
}
