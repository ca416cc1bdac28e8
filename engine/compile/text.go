package compile

import (
	"strconv"
	"strings"

	"passerelle/engine/diag"
	"passerelle/plugins/record"
)

func quote(name string) string { return strconv.Quote(name) }

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	switch len(out) {
	case 0:
		return ""
	case 1:
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
}

func article(t record.Type) string {
	name := t.String()
	if strings.ContainsRune("aeio", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

// suggestion is a sentence that names the nearest candidate, or lists them when
// they are few, or "".
func suggestion(given string, candidates []string) string {
	if near := diag.DidYouMean(given, candidates); near != "" {
		return "Did you mean " + quote(near) + "?"
	}
	if len(candidates) > 0 && len(candidates) <= 12 {
		return "There is " + quoted(candidates) + "."
	}
	return ""
}
