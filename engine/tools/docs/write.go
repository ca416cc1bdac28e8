package docs

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"unicode"
)

// Mark begins every page that is written, so that one that somebody wrote by hand
// is never overwritten.
const Mark = "<!-- engine docs -->"

// WriteMarkdown writes a page in Markdown.
func WriteMarkdown(out io.Writer, p *Page) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n# %s\n", Mark, markdown(p.Title))
	for _, block := range p.Blocks {
		b.WriteByte('\n')
		switch {
		case block.Heading != "":
			fmt.Fprintf(&b, "%s %s\n", strings.Repeat("#", block.Level), markdown(block.Heading))
		case block.Text != "":
			fmt.Fprintf(&b, "%s\n", markdown(block.Text))
		case block.Code != "":
			fmt.Fprintf(&b, "```hcl\n%s```\n", block.Code)
		case block.Table != nil:
			markdownTable(&b, block.Table)
		}
		for _, item := range block.List {
			fmt.Fprintf(&b, "* %s\n", markdown(item))
		}
		for i, item := range block.Steps {
			fmt.Fprintf(&b, "%d. %s\n", i+1, markdown(item))
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func markdownTable(b *strings.Builder, rows [][]string) {
	for i, row := range rows {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = strings.ReplaceAll(markdown(cell), "|", `\|`)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintf(b, "|%s\n", strings.Repeat("---|", len(row)))
		}
	}
}

// markdown leaves names between backquotes alone and keeps the rest from being
// read as anything but text.
func markdown(text string) string {
	return outsideNames(oneLine(text), escapes.Replace)
}

// outsideNames changes what does not stand between two backquotes.
func outsideNames(text string, change func(string) string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		if i%2 == 0 || i == len(parts)-1 { // outside, or an odd backquote
			parts[i] = change(parts[i])
		}
	}
	return strings.Join(parts, "`")
}

var escapes = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`, "]", `\]`)

// oneLine leaves the no-break spaces, which strings.Fields would take as well.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r != '\u00a0' && r != '\u202f' && unicode.IsSpace(r) }), " ")
}

// WriteHTML writes a page as a document of its own.
func WriteHTML(out io.Writer, p *Page) error {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n%s\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n%s</head>\n<body>\n<h1>%s</h1>\n",
		Mark, p.Language, html.EscapeString(p.Title), style, inHTML(p.Title))
	for _, block := range p.Blocks {
		switch {
		case block.Heading != "":
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", block.Level, inHTML(block.Heading), block.Level)
		case block.Text != "":
			fmt.Fprintf(&b, "<p>%s</p>\n", inHTML(block.Text))
		case block.Code != "":
			fmt.Fprintf(&b, "<pre><code>%s</code></pre>\n", html.EscapeString(block.Code))
		case block.Table != nil:
			tableInHTML(&b, block.Table)
		}
		listInHTML(&b, "ul", block.List)
		listInHTML(&b, "ol", block.Steps)
	}
	b.WriteString("</body>\n</html>\n")
	_, err := io.WriteString(out, b.String())
	return err
}

const style = `<style>
body { font-family: system-ui, sans-serif; line-height: 1.5; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
code { background: #f3f3f3; padding: 0 .2rem; }
pre { background: #f3f3f3; padding: 1rem; overflow-x: auto; }
</style>
`

func listInHTML(b *strings.Builder, tag string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(b, "<%s>\n", tag)
	for _, item := range items {
		fmt.Fprintf(b, "<li>%s</li>\n", inHTML(item))
	}
	fmt.Fprintf(b, "</%s>\n", tag)
}

func tableInHTML(b *strings.Builder, rows [][]string) {
	b.WriteString("<table>\n")
	for i, row := range rows {
		tag := "td"
		if i == 0 {
			tag = "th"
		}
		b.WriteString("<tr>")
		for _, cell := range row {
			fmt.Fprintf(b, "<%s>%s</%s>", tag, inHTML(cell), tag)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
}

var quoted = regexp.MustCompile("`([^`]*)`")

func inHTML(text string) string {
	return quoted.ReplaceAllString(html.EscapeString(oneLine(text)), "<code>$1</code>")
}
