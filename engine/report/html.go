package report

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Parse(pageText))

// HTML writes a report as one page that needs nothing else: no style sheet, font
// or script from anywhere.
func (r *Report) HTML(to io.Writer, lang Language) error { return page.Execute(to, r.sheet(lang)) }
