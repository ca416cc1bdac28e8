package lang

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"passerelle/engine/diag"
)

var (
	plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	hyphenOK  = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`) // names of integrations, plugins and packages, which are also names of files
)

// checkName holds a declared name to its form.
func (p *problems) checkName(n Named, in []string, form *regexp.Regexp) {
	if form.MatchString(n.Name) {
		return
	}
	allowed := "lower-case letters, digits and underscores"
	if form == hyphenOK {
		allowed = "lower-case letters, digits, underscores and hyphens"
	}
	p.refuse(place{n.Range, in}, "wrong-name", fmt.Sprintf("%q can't be a name", n.Name),
		"Names consist of "+allowed+", and begin with a letter, so that they can be used in expressions and on the command line.",
		"Choose another name.")
}

func (p *problems) checkSourceName(n Named, in []string) {
	p.checkName(n, in, plainName)
	if slices.Contains(reservedNames, n.Name) {
		p.refuse(place{n.Range, in}, "reserved-name", fmt.Sprintf("A source can't be called %q", n.Name),
			"In an expression this word means something else.", "Choose another name, such as the singular of what is read: person, contract.")
	}
}

func (p *problems) checkFieldName(n Named, in []string) {
	p.checkName(n, in, plainName)
	if slices.Contains(reservedFields, n.Name) {
		p.refuse(place{n.Range, in}, "reserved-name", fmt.Sprintf("A field can't be called %q", n.Name),
			"After a dot, an expression would read it as something else.", "Choose another name; the path may stay as it is.")
	}
}

func (p *problems) duplicate(where place, what string, first diag.Range) {
	p.refuse(where, "duplicate-name", what+" is there twice",
		fmt.Sprintf("The first one is in %s, line %d.", first.File, first.Start.Line), "Keep one of the two, or rename one.")
}

// unique reports every declaration whose name was there before.
func unique[T any](p *problems, kind string, in []string, items []T, named func(T) Named) {
	first := map[string]Named{}
	for _, item := range items {
		n := named(item)
		if earlier, taken := first[n.Name]; taken {
			p.duplicate(place{n.Range, in}, fmt.Sprintf("%s %q", kind, n.Name), earlier.Range)
			continue
		}
		first[n.Name] = n
	}
}

func orList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + w + `"`
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}
