package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Text writes a report for a terminal or a mail.
func (r *Report) Text(to io.Writer, lang Language) error {
	s := r.sheet(lang)
	var b strings.Builder
	fmt.Fprintf(&b, "%s    %s    %s\n\n", s.Route, s.Date, s.Status)
	for _, line := range s.Lead {
		if line != "" {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	if len(s.Lead) > 0 {
		b.WriteByte('\n')
	}
	writeRows(&b, s.Done)
	if len(s.Yours) > 0 {
		fmt.Fprintf(&b, "%s\n", s.YoursTitle)
		for i := range s.Yours { // here a person comes before the reason
			s.Yours[i].What, s.Yours[i].Names = s.Yours[i].Names, s.Yours[i].What
		}
		writeRows(&b, s.Yours)
	}
	if len(s.Not) > 0 {
		fmt.Fprintf(&b, "%s\n", s.NotTitle)
		for _, p := range s.Not {
			writePart(&b, s, p)
		}
		b.WriteByte('\n')
	}
	if s.Read != "" {
		fmt.Fprintf(&b, "%s\n", s.Read)
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// writeRows aligns rows on their own widest label.
func writeRows(b *strings.Builder, rows []row) {
	label, what := 0, 0
	for _, r := range rows {
		label = max(label, runewidth.StringWidth(r.Label))
		if r.Names != "" {
			what = max(what, runewidth.StringWidth(r.What))
		}
	}
	what = min(what, 40)
	for _, r := range rows {
		line := fmt.Sprintf("%5d %s  %s  %s", r.Count, padded(r.Label, label), padded(r.What, what), r.Names)
		fmt.Fprintf(b, "%s\n", strings.TrimRight(line, " "))
		if r.Do != "" {
			fmt.Fprintf(b, "      → %s\n", r.Do)
		}
	}
	if len(rows) > 0 {
		b.WriteByte('\n')
	}
}

func writePart(b *strings.Builder, s *sheet, p part) {
	if p.Count > 0 {
		fmt.Fprintf(b, "%5d %s\n", p.Count, p.Label)
	}
	fmt.Fprintf(b, "      %s\n", p.Say)
	if p.Names != "" {
		fmt.Fprintf(b, "      %s\n", p.Names)
	}
	if p.Command != "" {
		fmt.Fprintf(b, "      %s%s    %s\n", p.IfRight, s.Colon, p.Command)
	}
	if p.Do != "" {
		fmt.Fprintf(b, "      %s\n", p.Do)
	}
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-runewidth.StringWidth(text)))
}
