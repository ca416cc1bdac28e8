package diag

import "strings"

// French puts the no-break spaces into a French sentence that its punctuation
// wants, so that no line begins with a colon or a closing guillemet. It changes
// spaces alone, and what has them already stays as it is.
func French(text string) string { return french.Replace(text) }

var french = strings.NewReplacer(
	" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!",
	" %", "\u00a0%", "« ", "«\u00a0", " »", "\u00a0»",
)
