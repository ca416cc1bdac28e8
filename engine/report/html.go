package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed report.html
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{"whole": unbroken.Replace}).Parse(pageText))

// unbroken keeps French punctuation on the line of its word.
var unbroken = strings.NewReplacer("« ", "«\u00a0", " »", "\u00a0»", " :", "\u00a0:", " ;", "\u00a0;")

// HTML writes a report as one page that needs nothing else: no style sheet, font
// or script from anywhere.
func (r *Report) HTML(to io.Writer, lang Language) error { return page.Execute(to, r.sheet(lang)) }
