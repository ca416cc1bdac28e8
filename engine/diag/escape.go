package diag

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible writes the characters that a terminal would obey, or that would
// reorder what a person reads, as \u{…}: C0 and C1 controls (escape included),
// bidirectional overrides and isolates, line separators, and bytes that are no
// UTF-8. Text from files, systems and plugins passes here before it is shown.
// Newlines and tabs stay; who prints one line takes VisibleLine.
func Visible(s string) string {
	return escape(s, func(r rune) bool { return r != '\n' && r != '\t' && unsafeToShow(r) })
}

// VisibleLine is Visible for what must stay on one line: newlines and tabs are
// written out too.
func VisibleLine(s string) string { return escape(s, unsafeToShow) }

func escape(s string, hide func(rune) bool) string {
	if !strings.ContainsFunc(s, hide) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hide(r) {
			b.WriteString(written(r))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func written(r rune) string { return fmt.Sprintf(`\u{%x}`, r) }

// unsafeToShow takes in U+FFFD because ranging over a string gives it for every
// byte that is no UTF-8.
func unsafeToShow(r rune) bool {
	return unicode.IsControl(r) || reorders(r) || r == 0xFFFD || r == 0x2028 || r == 0x2029 || r == 0xFEFF
}

// reorders lists the Unicode controls that change the order of what is shown
// (Unicode Standard Annex 9, and CVE-2021-42574).
func reorders(r rune) bool {
	return r == 0x061C || r == 0x200E || r == 0x200F || (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069)
}
