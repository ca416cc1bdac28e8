package generate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// sourceName is how expressions call a record of the source: a word that no
// expression reads as something else.
const sourceName = "record"

func (g *generator) line(text string, args ...any) {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	g.out.WriteString(text + "\n")
}

// comment writes a line that is not read; what connectors say stays on it.
func (g *generator) comment(text string) { g.line("# " + strings.Join(strings.Fields(text), " ")) }

func (g *generator) write() string {
	g.comment(fmt.Sprintf("A first mapping, from %s to %s: read every line before it runs.", g.from.Title, g.to.Title))
	g.comment("Fields were paired by what both systems call them; what is left stands beside as comments.")
	g.line("")
	for i := range g.pairs {
		g.table(&g.pairs[i])
	}
	g.line("mapping %s {", quote(identifier(g.from.Resource.GetName())+"_to_"+identifier(g.to.Resource.GetName())))
	g.line("trigger { manual = true }")
	g.line("")
	g.source()
	g.line("")
	g.target()
	g.line("}")
	return g.out.String()
}

// quote writes a text as HCL does.
func quote(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(text))
}

// table is needed where the target takes a few values only.
func (g *generator) table(p *pair) {
	if !choosesOf(p) {
		return
	}
	g.line("table %s {", quote(tableOf(p)))
	g.line("values = {")
	for _, value := range p.target.GetOneOf() {
		g.line("%s = %s", quote(value), quote(value))
	}
	for _, choice := range p.source.choices {
		if slices.Contains(p.target.GetOneOf(), choice.GetLabel()) {
			continue
		}
		if to := nearest(choice.GetLabel(), p.target.GetOneOf()); to != "" {
			g.line("%s = %s", quote(choice.GetLabel()), quote(to))
		} else {
			g.comment(quote(choice.GetLabel()) + ` = "…" occurs at the source`)
		}
	}
	g.line("}")
	g.line(`unknown = "hold"`)
	g.line("}")
	g.line("")
}

// nearest is the value that differs by case, accents or hyphens alone.
func nearest(label string, values []string) string {
	for _, v := range values {
		if diag.Fold(v) == diag.Fold(label) {
			return v
		}
	}
	return ""
}

func choosesOf(p *pair) bool {
	return len(p.target.GetOneOf()) > 0 && (p.source.of.Kind == record.String || p.source.of.Kind == record.Choice)
}

func tableOf(p *pair) string { return identifier(p.target.GetPath()) }

func (g *generator) source() {
	g.line("source %s {", quote(sourceName))
	g.line("connection = connection.%s", g.from.Connection)
	g.line("resource = %s", quote(g.from.Resource.GetName()))
	if len(g.from.Resource.GetIdentity()) == 0 && len(g.pairs) > 0 {
		g.line("id = [%s] # what identifies a record for good: is it this?", quote(g.pairs[0].source.name))
	}
	for _, s := range g.from.Resource.GetReadSettings() {
		g.comment(s.GetName() + ": " + s.GetAbout())
	}
	g.line("")
	for _, c := range g.sources {
		if !c.custom {
			g.field(c)
		}
	}
	g.sections()
	g.line("}")
}

// field writes a field that is used, or its name as a comment.
func (g *generator) field(c *candidate) {
	text := fmt.Sprintf("field %s { path = %s }", quote(g.shownName(c)), quote(c.field.GetPath()))
	if label := labelOf(c.field); label != "" {
		text += " # " + label
	}
	if c.name == "" {
		text = "# " + text
		if class := c.field.GetClass(); slices.Contains(needsPurpose, class) {
			text += " (" + class + ": needs a block purpose " + quote(class) + ")"
		}
	}
	g.line(oneLine(text))
}

func (g *generator) shownName(c *candidate) string {
	if c.name != "" {
		return c.name
	}
	return wordFor(c)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func labelOf(f *protocol.Field) string {
	if en := f.GetLabel().GetEn(); en != "" {
		return en
	}
	return f.GetLabel().GetFr()
}

// sections writes the custom fields by section, in the order in which they come.
func (g *generator) sections() {
	var names []string
	for _, c := range g.sources {
		if c.custom && !slices.Contains(names, c.section) {
			names = append(names, c.section)
		}
	}
	for _, name := range names {
		title := name
		g.line("")
		if name == "" {
			g.comment("The source does not say in which section these fields are: write its name, for the right is granted by section.")
			title = "custom fields"
		}
		used := slices.ContainsFunc(g.sources, func(c *candidate) bool { return c.custom && c.section == name && c.name != "" })
		mark := ""
		if !used {
			mark = "# "
		}
		g.line("%ssection %s {", mark, quote(title))
		for _, c := range g.sources {
			if c.custom && c.section == name {
				g.custom(c)
			}
		}
		g.line("%s}", mark)
	}
}

func (g *generator) custom(c *candidate) {
	lines := []string{
		fmt.Sprintf("field %s {", quote(g.shownName(c))), "  path = " + quote(g.inSection(c.field.GetPath())), "  type = " + c.of.String(),
	}
	if label := c.field.GetLabel(); label.GetFr()+label.GetEn() != "" {
		lines = append(lines, fmt.Sprintf("  label = { fr = %s, en = %s }", quote(oneLine(label.GetFr())), quote(oneLine(label.GetEn()))))
	}
	for _, line := range append(lines, "}") {
		if c.name == "" {
			line = "#   " + line
		}
		g.line("%s", line)
	}
}

// inSection is a path as a section writes it: after where custom fields live.
func (g *generator) inSection(path string) string {
	whole, err := record.ParsePath(path)
	above, wrong := record.ParsePath(g.from.Resource.GetSectionPath())
	if err != nil || wrong != nil || len(whole) <= len(above) || !slices.Equal(whole[:len(above)], above) {
		return path
	}
	return whole[len(above):].String()
}
