package reference

import (
	"fmt"
	"strings"
)

// Rule is one thing that a plugin is held to.
type Rule struct{ Name, Says, Why string }

// Conformance is the page of the rules of `engine plugin test`: those that a
// plugin must keep, and those that it should.
func Conformance(must, should []Rule) string {
	var b strings.Builder
	b.WriteString(heading("Conformance", ``+"`engine plugin test`"+` holds a plugin, in any language, to these rules of the
[protocol](../protocol.md). Each stands for something that went wrong, or could, with people's data.`))
	b.WriteString("\n# What a plugin must do\n")
	rules(&b, must)
	b.WriteString("\n# What it should do\n\nIt works without, but worse: a breach is advice, and no failure.\n")
	rules(&b, should)
	return b.String()
}

func rules(b *strings.Builder, list []Rule) {
	for _, r := range list {
		fmt.Fprintf(b, "\n## %s\n\n%s\n\n*Why:* %s\n", r.Name, r.Says, r.Why)
	}
}
