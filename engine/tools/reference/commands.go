package reference

import (
	"fmt"
	"strings"
)

// Command is one command as the page shows it.
type Command struct {
	Use, Short, Long, Example string
	Flags                     []Flag // its own
}

// Flag is one flag of a command.
type Flag struct {
	Written string // --only stringArray
	About   string
	Default string // "" where it says nothing
}

// Commands is the page of the commands: the whole first, whose flags all others
// have.
func Commands(root Command, all []Command) string {
	var b strings.Builder
	b.WriteString(heading("Commands", root.Long))
	b.WriteString("\n## Flags of every command\n\n")
	flags(&b, root.Flags)
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n\n", title(c.Use))
		fmt.Fprintf(&b, "```\n%s\n```\n\n", c.Use)
		text := c.Long
		if text == "" {
			text = c.Short + "."
		}
		fmt.Fprintf(&b, "%s\n", text)
		if c.Example != "" {
			fmt.Fprintf(&b, "\n```\n%s\n```\n", unindent(c.Example))
		}
		if len(c.Flags) > 0 {
			b.WriteByte('\n')
			flags(&b, c.Flags)
		}
	}
	return b.String()
}

// title is the words of a command without its arguments, which are written in
// capitals or brackets.
func title(use string) string {
	words := strings.Fields(use)[1:]
	n := 0
	for n < len(words) && words[n] == strings.ToLower(words[n]) && !strings.HasPrefix(words[n], "[") && !strings.HasPrefix(words[n], "-") {
		n++
	}
	return strings.Join(words[:n], " ")
}

func flags(b *strings.Builder, list []Flag) {
	b.WriteString("| flag | |\n|---|---|\n")
	for _, f := range list {
		about := strings.ReplaceAll(f.About, "|", `\|`)
		if f.Default != "" {
			about += " (default " + f.Default + ")"
		}
		fmt.Fprintf(b, "| %s | %s |\n", cell(f.Written), about)
	}
}

func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "  ")
	}
	return strings.Join(lines, "\n")
}
