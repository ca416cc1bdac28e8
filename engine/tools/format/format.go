package format

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"passerelle/engine/diag"
)

// rounds is how often the layout is worked out anew until it no longer moves.
// HCL's own formatter needs a second round now and then; what has not settled by
// then is left as it is.
const rounds = 5

// Source formats the text of one mapping file; name is what diagnostics call
// it. With errors among them the text is not HCL, and is returned as it came.
// Formatting the result again changes nothing.
func Source(name string, src []byte) ([]byte, diag.Diagnostics) {
	if !utf8.Valid(src) {
		return src, diag.Diagnostics{{
			Code: "not-utf8", Subject: &diag.Range{File: name},
			Summary: "This file is not UTF-8",
			Detail:  "A byte in it belongs to no character; the file was probably saved in another encoding.",
			Remedy:  "Save the file as UTF-8.",
		}}
	}
	if _, problems := hclsyntax.ParseConfig(src, name, hcl.InitialPos); problems.HasErrors() {
		return src, fromHCL(problems)
	}
	out := src
	for range rounds {
		next := hclwrite.Format(out)
		if bytes.Equal(next, out) {
			return out, nil
		}
		if !sameWords(out, next) {
			break
		}
		out = next
	}
	return src, diag.Diagnostics{{
		Severity: diag.Warning, Code: "not-formatted", Subject: &diag.Range{File: name},
		Summary: "This file keeps its layout",
		Detail:  "Some of its lines have no layout in which every word stays as it was written; a heredoc in the middle of a line is the usual reason.",
		Remedy:  "Nothing needs to be done. To have it formatted, write the heredoc on lines of its own, or as a quoted text.",
	}}
}

// sameWords reports whether two texts hold the same words in the same order, so
// that a mistake of the formatter can change the layout of a file, never what it
// says.
func sameWords(a, b []byte) bool {
	x, y := words(a), words(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].Type != y[i].Type || !bytes.Equal(x[i].Bytes, y[i].Bytes) {
			return false
		}
	}
	return true
}

func words(src []byte) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	for i := range tokens {
		// The marks of a heredoc carry the spaces around them, and a comment the
		// end of its line.
		switch tokens[i].Type {
		case hclsyntax.TokenOHeredoc, hclsyntax.TokenCHeredoc, hclsyntax.TokenComment:
			tokens[i].Bytes = bytes.TrimSpace(tokens[i].Bytes)
		}
	}
	return tokens
}

func fromHCL(problems hcl.Diagnostics) diag.Diagnostics {
	var out diag.Diagnostics
	for _, p := range problems {
		d := diag.Diagnostic{Code: "syntax", Summary: p.Summary, Detail: p.Detail, Remedy: "Correct the file at this place."}
		if p.Severity == hcl.DiagWarning {
			d.Severity = diag.Warning
		}
		if p.Subject != nil {
			d.Subject = &diag.Range{File: p.Subject.Filename, Start: position(p.Subject.Start), End: position(p.Subject.End)}
		}
		out = append(out, d)
	}
	return out
}

func position(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
