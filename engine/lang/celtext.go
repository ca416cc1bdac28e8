package lang

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v17/textseg"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"passerelle/engine/diag"
)

// celText collects decoded runes, each with its place in the file.
type celText struct {
	text strings.Builder
	pos  []diag.Pos
}

func (t *celText) add(r rune, at diag.Pos) {
	t.text.WriteRune(r)
	t.pos = append(t.pos, at)
}

// literal decodes one literal token as HCL does. at gives the place of each of
// its bytes. Only in a quoted string is a backslash an escape; $${ and %%{ are
// everywhere. The token was accepted by HCL's parser, so every escape is valid.
func (t *celText) literal(raw []byte, at func(int) diag.Pos, quoted bool) {
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case quoted && r == '\\' && i+1 < len(raw):
			r, size = unescaped(raw[i:])
		case (r == '$' || r == '%') && i+2 < len(raw) && raw[i+1] == raw[i] && raw[i+2] == '{':
			t.add(r, at(i))
			r, size = '{', 3
			t.add(r, at(i+2))
			i += size
			continue
		}
		t.add(r, at(i))
		i += size
	}
}

// unescaped reads the escape that raw begins with: the rune and its length.
func unescaped(raw []byte) (rune, int) {
	digits := 0
	switch raw[1] {
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	if digits > 0 && len(raw) >= 2+digits {
		if n, err := strconv.ParseUint(string(raw[2:2+digits]), 16, 32); err == nil {
			return rune(n), 2 + digits
		}
	}
	r, size := utf8.DecodeRune(raw[1:])
	return r, 1 + size
}

// places gives the position of every byte of a token, and of the one past it.
// All bytes of a grapheme cluster share its column, as HCL counts.
func places(raw []byte, start hcl.Pos) []diag.Pos {
	out := make([]diag.Pos, 0, len(raw)+1)
	p := diag.Pos{Line: start.Line, Column: start.Column, Byte: start.Byte}
	for rest := raw; len(rest) > 0; {
		n, cluster, err := textseg.ScanGraphemeClusters(rest, true)
		if err != nil || n == 0 {
			n, cluster = 1, rest[:1]
		}
		for i := range n {
			out = append(out, diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte + i})
		}
		p.Byte += n
		p.Column++
		if cluster[len(cluster)-1] == '\n' {
			p.Line, p.Column = p.Line+1, 1
		}
		rest = rest[n:]
	}
	return append(out, p)
}

// fromTokens decodes the tokens of one quoted string or heredoc. ok is false
// when it holds an interpolation, whose range is then given.
func fromTokens(tokens hclsyntax.Tokens) (t celText, interpolation hcl.Range, ok bool) {
	if at, found := interpolated(tokens); found {
		return t, at, false
	}
	skip := flushed(tokens)
	var end diag.Pos
	for i, tok := range tokens {
		if tok.Type != hclsyntax.TokenQuotedLit && tok.Type != hclsyntax.TokenStringLit {
			continue
		}
		pos := places(tok.Bytes, tok.Range.Start)
		n := skip[i]
		t.literal(tok.Bytes[n:], func(b int) diag.Pos { return pos[n+b] }, tok.Type == hclsyntax.TokenQuotedLit)
		end = pos[len(pos)-1]
	}
	if len(t.pos) == 0 && len(tokens) > 0 {
		end = posOf(tokens[0].Range.End)
	}
	t.pos = append(t.pos, end)
	return t, hcl.Range{}, true
}

// interpolated finds the first ${…} or %{…}, from its opening to its end.
func interpolated(tokens hclsyntax.Tokens) (hcl.Range, bool) {
	for i, tok := range tokens {
		if tok.Type != hclsyntax.TokenTemplateInterp && tok.Type != hclsyntax.TokenTemplateControl {
			continue
		}
		depth := 0
		for _, end := range tokens[i:] {
			switch end.Type {
			case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
				depth++
			case hclsyntax.TokenTemplateSeqEnd:
				if depth--; depth == 0 {
					return hcl.RangeBetween(tok.Range, end.Range), true
				}
			}
		}
		return tok.Range, true
	}
	return hcl.Range{}, false
}

// flushed says how many bytes <<- takes from the start of each token: the
// least indentation of all lines, counted in characters, lines of nothing but
// blanks left aside. It follows flushHeredocTemplateParts of hashicorp/hcl.
func flushed(tokens hclsyntax.Tokens) map[int]int {
	skip := map[int]int{}
	if len(tokens) == 0 || tokens[0].Type != hclsyntax.TokenOHeredoc || !strings.HasPrefix(string(tokens[0].Bytes), "<<-") {
		return skip
	}
	least, newline := -1, true
	var lines []int
	for i, tok := range tokens {
		if tok.Type != hclsyntax.TokenStringLit {
			continue
		}
		line := string(tok.Bytes)
		if newline {
			trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
			if trimmed != "" || !strings.HasSuffix(line, "\n") {
				blank := clusterCount(line[:len(line)-len(trimmed)])
				lines = append(lines, i)
				if least < 0 || blank < least {
					least = blank
				}
			}
		}
		newline = strings.HasSuffix(line, "\n")
	}
	for _, i := range lines {
		rest := tokens[i].Bytes
		for range least {
			n, _, err := textseg.ScanGraphemeClusters(rest, true)
			if err != nil || n == 0 {
				break
			}
			skip[i] += n
			rest = rest[n:]
		}
	}
	return skip
}

func clusterCount(s string) int {
	count := 0
	for rest := []byte(s); len(rest) > 0; count++ {
		n, _, err := textseg.ScanGraphemeClusters(rest, true)
		if err != nil || n == 0 {
			n = 1
		}
		rest = rest[n:]
	}
	return count
}
