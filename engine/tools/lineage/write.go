package lineage

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"passerelle/engine/diag"
)

// WriteText writes lineages for people.
func WriteText(w io.Writer, mappings []Mapping) error {
	var b strings.Builder
	for i, m := range mappings {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s %s → %s %s\n", m.Name, m.From.System, m.From.Resource, m.To.System, m.To.Resource)
		rows := make([][3]string, 0, len(m.Fields))
		for _, f := range m.Fields {
			rows = append(rows, [3]string{f.Target, origin(f.Sources), how(f)})
		}
		table(&b, rows, "←")
		for _, u := range m.Uses {
			fmt.Fprintf(&b, "  %s\n", joined(": ", u.Word+" reads "+origin(u.Sources), u.Expression))
		}
		if len(m.Unused) > 0 {
			fmt.Fprintf(&b, "  read, but used by nothing: %s\n", origin(m.Unused))
		}
	}
	_, err := io.WriteString(w, diag.Visible(b.String()))
	return err
}

// origin lists source fields with their paths where these say more.
func origin(sources []Source) string {
	if len(sources) == 0 {
		return "constant"
	}
	parts := make([]string, len(sources))
	for i, s := range sources {
		parts[i] = s.Name
		if _, field, _ := strings.Cut(s.Name, "."); field != s.Path {
			parts[i] += " (" + s.Path + ")"
		}
	}
	return strings.Join(parts, ", ")
}

// joined puts sep between two texts that both say something.
func joined(sep, a, b string) string {
	if b == "" {
		return a
	}
	return a + sep + b
}

func how(f Field) string {
	switch {
	case f.Copied:
		return ""
	case f.Expression == "":
		return "given by an input"
	}
	return f.Expression
}

func table(b *strings.Builder, rows [][3]string, arrow string) {
	var widths [2]int
	for _, r := range rows {
		for i := range widths {
			widths[i] = max(widths[i], runewidth.StringWidth(r[i]))
		}
	}
	for _, r := range rows {
		line := "  " + runewidth.FillRight(r[0], widths[0]) + "  " + arrow + "  " + runewidth.FillRight(r[1], widths[1])
		if r[2] != "" {
			line += "  " + r[2]
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// WriteJSON writes lineages as one JSON document.
func WriteJSON(w io.Writer, mappings []Mapping) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"mappings": mappings})
}

// WriteMermaid writes lineages as one Mermaid flow chart, which GitHub and GitLab
// draw in a Markdown page: a box for each source and target, an arrow for each
// field that goes from one to the other, with the expression on it unless the
// field is copied.
func WriteMermaid(w io.Writer, mappings []Mapping) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, m := range mappings {
		chart{&b, fmt.Sprintf("m%d", i)}.write(m)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// chart writes one mapping. Ids carry its prefix, so that two mappings with a
// field of one name have two boxes.
type chart struct {
	*strings.Builder
	prefix string
}

func (c chart) write(m Mapping) {
	ids := map[string]string{}
	var boxes []string
	note := func(sources []Source) {
		for _, s := range sources {
			if _, ok := ids[s.Name]; !ok {
				ids[s.Name] = fmt.Sprintf("%ss%d", c.prefix, len(ids))
				boxes = append(boxes, fmt.Sprintf("    %s[%s]\n", ids[s.Name], label(s.Name)))
			}
		}
	}
	for _, f := range m.Fields {
		note(f.Sources)
	}
	for _, u := range m.Uses {
		note(u.Sources)
	}
	c.box(c.prefix+"from", m.From.System+" "+m.From.Resource, boxes)
	boxes = nil
	for i, f := range m.Fields {
		boxes = append(boxes, fmt.Sprintf("    %st%d[%s]\n", c.prefix, i, label(f.Target)))
	}
	c.box(c.prefix+"to", m.To.System+" "+m.To.Resource+" ("+m.Name+")", boxes)
	for i, f := range m.Fields {
		for _, s := range f.Sources {
			if f.Copied {
				fmt.Fprintf(c, "  %s --> %st%d\n", ids[s.Name], c.prefix, i)
				continue
			}
			fmt.Fprintf(c, "  %s -- %s --> %st%d\n", ids[s.Name], label(f.Expression), c.prefix, i)
		}
	}
	for i, u := range m.Uses {
		fmt.Fprintf(c, "  %su%d{{%s}}\n", c.prefix, i, label(joined(": ", u.Word, u.Expression)))
		for _, s := range u.Sources {
			fmt.Fprintf(c, "  %s -.-> %su%d\n", ids[s.Name], c.prefix, i)
		}
	}
}

func (c chart) box(id, title string, boxes []string) {
	fmt.Fprintf(c, "  subgraph %s[%s]\n", id, label(title))
	for _, box := range boxes {
		c.WriteString(box)
	}
	c.WriteString("  end\n")
}

// label quotes a text for Mermaid, which has entities and no escapes.
func label(text string) string {
	return `"` + strings.NewReplacer(`#`, "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\n", " ").Replace(diag.VisibleLine(text)) + `"`
}
