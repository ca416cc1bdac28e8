package connector

import (
	"fmt"
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// Page is a description in Markdown. What the connector wrote is shown without
// the characters that could move a terminal's cursor.
func Page(d *protocol.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s\n\n", text(titleOf(d)), text(d.GetVersion()))
	if about := strings.TrimSpace(d.GetAbout()); about != "" {
		fmt.Fprintf(&b, "%s\n\n", text(about))
	}
	if url := d.GetDocsUrl(); url != "" {
		fmt.Fprintf(&b, "More: %s\n\n", text(url))
	}
	fmt.Fprintf(&b, "Plugin `%s`.", text(d.GetName()))
	if rate := d.GetRateLimit(); rate != "" {
		fmt.Fprintf(&b, " It keeps to %s requests unless told otherwise.", text(rate))
	}
	if abilities := d.GetCapabilities(); len(abilities) > 0 {
		fmt.Fprintf(&b, " It answers: %s.", text(strings.Join(abilities, ", ")))
	}
	b.WriteString("\n\n## Settings of a connection\n\n")
	settings(&b, d.GetSettings())
	for _, r := range d.GetResources() {
		resource(&b, r)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func titleOf(d *protocol.Description) string {
	if en := d.GetTitle().GetEn(); en != "" {
		return en
	}
	return d.GetName()
}

func settings(b *strings.Builder, list []*protocol.Setting) {
	if len(list) == 0 {
		b.WriteString("None.\n\n")
		return
	}
	b.WriteString("| setting | type | |\n|---|---|---|\n")
	for _, s := range list {
		var notes []string
		if s.GetRequired() {
			notes = append(notes, "Required.")
		}
		if s.GetSecret() {
			notes = append(notes, "Secret.")
		}
		if opens := s.GetOpens(); opens != "" {
			notes = append(notes, "In a sandbox the "+opens+" it names is open.")
		}
		if one := s.GetOneOf(); len(one) > 0 {
			notes = append(notes, "One of "+strings.Join(one, ", ")+".")
		}
		if s.GetAbout() != "" {
			notes = append(notes, s.GetAbout())
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", cell(s.GetName()), cell(s.GetType()), cell(strings.Join(notes, " ")))
	}
	b.WriteByte('\n')
}

func resource(b *strings.Builder, r *protocol.Resource) {
	fmt.Fprintf(b, "## Resource %s\n\n", text(r.GetName()))
	var can []string
	if r.GetReadable() {
		can = append(can, "read")
	}
	if r.GetWritable() {
		can = append(can, "written")
	}
	fmt.Fprintf(b, "Can be %s.", strings.Join(can, " and "))
	if identity := r.GetIdentity(); len(identity) > 0 {
		fmt.Fprintf(b, " Its records are told apart by %s.", text(strings.Join(identity, ", ")))
	}
	if r.GetIncremental() != nil {
		b.WriteString(" It can be read by what changed alone: `incremental = true`.")
	}
	if r.GetOpen() {
		b.WriteString(" It may have more fields than these.")
	}
	b.WriteString("\n\n")
	if fields := r.GetFields(); len(fields) > 0 {
		b.WriteString("| field | type | |\n|---|---|---|\n")
		for _, f := range fields {
			notes := slices.DeleteFunc([]string{f.GetClass(), f.GetSharp()}, func(s string) bool { return s == "" })
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", cell(f.GetPath()), cell(f.GetType()), cell(strings.Join(notes, ", ")))
		}
		b.WriteByte('\n')
	}
	if len(r.GetReadSettings()) > 0 {
		b.WriteString("Settings of a source:\n\n")
		settings(b, r.GetReadSettings())
	}
	if len(r.GetWriteSettings()) > 0 {
		b.WriteString("Settings of a target:\n\n")
		settings(b, r.GetWriteSettings())
	}
}

func text(s string) string { return diag.Visible(s) }

// cell keeps a text in its cell of a table.
func cell(s string) string {
	return strings.ReplaceAll(diag.VisibleLine(strings.ReplaceAll(s, "\n", " ")), "|", `\|`)
}
