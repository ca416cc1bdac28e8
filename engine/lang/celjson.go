package lang

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"passerelle/engine/diag"
)

// fromJSON decodes a JSON string, quotes included, that stands at start. HCL
// reads its content as a template, so $${ and interpolations count here too.
func fromJSON(raw []byte, start hcl.Pos) (t celText, interpolation hcl.Range, ok bool) {
	text, at := unquotedJSON(raw, places(raw, start))
	tokens, _ := hclsyntax.LexTemplate(text, "", hcl.InitialPos)
	if r, found := interpolated(tokens); found {
		return t, hcl.Range{Start: hclPos(at[r.Start.Byte]), End: hclPos(at[r.End.Byte])}, false
	}
	for _, tok := range tokens {
		if tok.Type != hclsyntax.TokenStringLit {
			continue
		}
		from := tok.Range.Start.Byte
		t.literal(tok.Bytes, func(b int) diag.Pos { return at[from+b] }, false)
	}
	t.pos = append(t.pos, at[len(at)-1])
	return t, hcl.Range{}, true
}

// unquotedJSON gives the decoded bytes of a JSON string and, for each of them
// and for the end, the place of what it was written as (RFC 8259, section 7). A
// surrogate without its pair becomes U+FFFD, as in encoding/json.
func unquotedJSON(raw []byte, pos []diag.Pos) (text []byte, at []diag.Pos) {
	end := len(raw)
	if end > 1 && raw[end-1] == '"' {
		end--
	}
	for i := min(1, end); i < end; {
		r, size := utf8.DecodeRune(raw[i:end])
		if r == '\\' && i+1 < end {
			r, size = jsonEscape(raw[i:end])
		}
		text = utf8.AppendRune(text, r)
		for len(at) < len(text) {
			at = append(at, pos[i])
		}
		i += size
	}
	return text, append(at, pos[end])
}

func jsonEscape(raw []byte) (rune, int) {
	switch raw[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'u':
		r, ok := hex4(raw)
		if !ok {
			return utf8.RuneError, 2
		}
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
			if low, ok := hex4(raw[6:]); ok {
				if whole := utf16.DecodeRune(r, low); whole != utf8.RuneError {
					return whole, 12
				}
			}
		}
		return utf8.RuneError, 6
	}
	return rune(raw[1]), 2
}

func hex4(raw []byte) (rune, bool) {
	if len(raw) < 6 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 32)
	return rune(n), err == nil
}

func posOf(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }

func hclPos(p diag.Pos) hcl.Pos { return hcl.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }

func rangeOf(r hcl.Range) diag.Range {
	return diag.Range{File: r.Filename, Start: posOf(r.Start), End: posOf(r.End)}
}
