package report

import "passerelle/engine/plan"

// inWords is what a guard says, in the report's language.
func inWords(t plan.Text, lang Language) string {
	if lang == English {
		return t.EN
	}
	return t.FR
}
