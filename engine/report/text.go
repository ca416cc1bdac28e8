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
	writeRows(&b, s.Done, func(r row) (string, string) { return r.What, names(r.People, r.More) })
	if len(s.Yours) > 0 {
		fmt.Fprintf(&b, "%s\n", s.YoursTitle)
		writeRows(&b, s.Yours, func(r row) (string, string) { return names(r.People, r.More), r.What }) // a person before the reason
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

// names are the first few people, and how many others there are.
func names(people []Someone, more string) string {
	var out []string
	for _, p := range people {
		out = append(out, p.Name)
	}
	return strings.TrimSpace(strings.Join(out, ", ") + " " + more)
}

// writeRows aligns rows on their own widest label, and their two texts.
func writeRows(b *strings.Builder, rows []row, texts func(row) (first, second string)) {
	label, what := 0, 0
	for _, r := range rows {
		label = max(label, runewidth.StringWidth(r.Label))
		if first, second := texts(r); second != "" {
			what = max(what, runewidth.StringWidth(first))
		}
	}
	what = min(what, 40)
	for _, r := range rows {
		first, second := texts(r)
		line := fmt.Sprintf("%5d %s  %s  %s", r.Count, padded(r.Label, label), padded(first, what), second)
		fmt.Fprintf(b, "%s\n", strings.TrimRight(line, " "))
		if r.Do != "" {
			fmt.Fprintf(b, "      → %s\n", r.Do)
		}
		for _, p := range r.Profiles {
			fmt.Fprintf(b, "      → %s  %s\n", p.Label, p.URL)
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
	if len(p.People) > 0 {
		fmt.Fprintf(b, "      %s\n", names(p.People, p.More))
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
