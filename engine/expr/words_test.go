package expr_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/expr"
)

// Whatever is done with whatever: nobody reads a name of CEL's own types or
// overloads, and every mistake has its what, why and what to do.
func TestOnlyOurWords(t *testing.T) {
	t.Parallel()
	env := newEnv(t)
	operands := []string{"contract", "input", "local", "null", "1u", "b'x'", "{'a': 1}", "[1, 'a']", "person", "leaves", "duration('1h')", "type(1)", "input.later", "size"}
	for _, f := range person().Fields {
		operands = append(operands, "person."+f.Name)
	}
	var texts []string
	for _, a := range operands {
		for _, form := range []string{"!%s", "-%s", "%s.x", "%s[0]", "%s['k']", "%s ? 1 : 'a'", "%s.map(x, x.y)", "%s.all(x, x)", "%s && true", "%s{a: 1}", "%s.label", "%s()"} {
			texts = append(texts, fmt.Sprintf(form, a))
		}
		for _, f := range env.Functions() {
			texts = append(texts, fmt.Sprintf("%s.%s()", a, f.Name), fmt.Sprintf("%s(%s)", f.Name, a), fmt.Sprintf("%s.%s(%s, 1)", a, f.Name, a))
		}
	}
	kinds := []string{"person.no_name", "person.age", "person.rate", "person.salary", "person.active", "person.born", "person.seen", "person.grade",
		"person.languages", "person.extra", "person.address", "contract", "leaves", "null"}
	for _, a := range kinds {
		for _, b := range kinds {
			for _, operator := range []string{"+", "-", "*", "/", "%", "==", "!=", "<", ">=", "in", "&&", "||"} {
				texts = append(texts, a+" "+operator+" "+b)
			}
		}
	}
	wrong := 0
	for _, text := range texts {
		for _, use := range []expr.Use{expr.Transform, expr.Condition} {
			program, problems := env.Compile(text, use)
			for _, p := range problems {
				requireOurWords(t, p)
				require.NotEqual(t, "This is not possible here", p.Summary, text) // the words for what nobody thought of
			}
			if program == nil {
				require.NotEmpty(t, problems, text)
				wrong++
			}
		}
	}
	require.Greater(t, wrong, 5000)
}
