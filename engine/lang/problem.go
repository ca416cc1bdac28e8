package lang

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"passerelle/engine/diag"
)

// place is where a problem stands: a range and the blocks around it.
type place struct {
	at diag.Range
	in []string
}

// problems collects diagnostics; nothing here stops at the first.
type problems struct {
	found   diag.Diagnostics
	unknown int // names that nothing has
}

func (p *problems) add(d diag.Diagnostic) { p.found = append(p.found, d) }

// refuse reports a mistake in the files. The detail says why, the remedy what
// to do.
func (p *problems) refuse(where place, code, summary, detail, remedy string) {
	d := diag.Diagnostic{Code: code, Summary: summary, Detail: detail, Remedy: remedy, In: slices.Clone(where.in)}
	if where.at.File != "" {
		at := where.at
		d.Subject = &at
	}
	p.add(d)
}

func (p *problems) notYet(where place, word string) {
	p.refuse(where, "not-yet",
		"`"+word+"` belongs to the language, but this version can't carry it out yet",
		"Ignoring it would do something else than the file says, so nothing is run.",
		"Take it out if the mapping is right without it, or use a version of engine that knows it.")
}

// syntax passes on what HCL's own parser found. Its texts quote names and
// punctuation of the file, never values.
func (p *problems) syntax(found hcl.Diagnostics) {
	for _, hd := range found {
		d := diag.Diagnostic{
			Code:    "syntax",
			Summary: hd.Summary,
			Detail:  hd.Detail,
			Remedy:  syntaxRemedy(hd.Summary),
		}
		if hd.Severity == hcl.DiagWarning {
			d.Severity = diag.Warning
		}
		if hd.Summary == "Attribute redefined" {
			d.Code = "duplicate-name"
			d.Remedy = "Keep one of the two."
		}
		if hd.Subject != nil {
			at := rangeOf(*hd.Subject)
			d.Subject = &at
		}
		p.add(d)
	}
}
