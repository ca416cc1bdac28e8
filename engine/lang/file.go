package lang

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"

	"passerelle/engine/diag"
)

// file is one parsed mapping file, in HCL's native or JSON syntax.
type file struct {
	name   string
	src    []byte
	json   bool
	body   hcl.Body
	broken bool // its syntax is wrong: what else it says can't be judged
	tokens hclsyntax.Tokens
}

func parse(name string, src []byte) (*file, hcl.Diagnostics) {
	f := &file{name: name, src: src, json: strings.HasSuffix(name, ".json")}
	var parsed *hcl.File
	var found hcl.Diagnostics
	if f.json {
		parsed, found = hcljson.Parse(src, name)
	} else {
		parsed, found = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	}
	f.broken = found.HasErrors()
	if parsed != nil {
		f.body = parsed.Body
	}
	return f, found
}

// notUTF8 finds the first byte of a file that belongs to no character.
func notUTF8(name string, src []byte) (diag.Range, bool) {
	if utf8.Valid(src) {
		return diag.Range{}, false
	}
	at := 0
	for {
		r, n := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		at += n
	}
	line := src[bytes.LastIndexByte(src[:at], '\n')+1 : at]
	p := diag.Pos{Line: 1 + bytes.Count(src[:at], []byte("\n")), Column: 1 + clusterCount(string(line)), Byte: at}
	end := diag.Pos{Line: p.Line, Column: p.Column + 1, Byte: at + 1}
	return diag.Range{File: name, Start: p, End: end}, true
}

// tokensIn gives the lexical tokens inside a range, lexing the file once.
func (f *file) tokensIn(r hcl.Range) hclsyntax.Tokens {
	if f.tokens == nil {
		f.tokens, _ = hclsyntax.LexConfig(f.src, f.name, hcl.InitialPos)
	}
	from := sort.Search(len(f.tokens), func(i int) bool { return f.tokens[i].Range.Start.Byte >= r.Start.Byte })
	to := sort.Search(len(f.tokens), func(i int) bool { return f.tokens[i].Range.Start.Byte >= r.End.Byte })
	return f.tokens[from:max(from, to)]
}

// starts reports whether what stands at a range begins with the given byte.
func (f *file) starts(r hcl.Range, with byte) bool {
	at := r.Start.Byte
	return at < len(f.src) && f.src[at] == with
}

// inner takes the quotes off the range of a quoted text on one line, so that a
// diagnostic underlines the text alone.
func (f *file) inner(r hcl.Range) diag.Range {
	out := rangeOf(r)
	if r.End.Byte-r.Start.Byte < 3 || r.End.Byte > len(f.src) || r.Start.Line != r.End.Line {
		return out
	}
	text := f.src[r.Start.Byte:r.End.Byte]
	if bytes.HasPrefix(text, []byte(`"`)) && bytes.HasSuffix(text, []byte(`"`)) {
		out.Start.Byte, out.Start.Column = out.Start.Byte+1, out.Start.Column+1
		out.End.Byte, out.End.Column = out.End.Byte-1, out.End.Column-1
	}
	return out
}
