package expr

import (
	"unicode"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// written is the text of somebody. All offsets are in runes.
type written []rune

// source is a text with the places of its nodes.
type source struct {
	runes  written
	info   *ast.SourceInfo
	nodes  map[int64]ast.Expr
	inside map[int64]*call // of nodes that a transform brought: their places lie in its text
}

// call is one call of a transform.
type call struct {
	transform  *transform
	start, end int // of its name, in the expression's own text
}

func newSource(text string, a *ast.AST) *source {
	s := &source{runes: written(text), info: a.SourceInfo(), nodes: map[int64]ast.Expr{}, inside: map[int64]*call{}}
	s.note(a.Expr())
	return s
}

// note knows the nodes of e by their ids.
func (s *source) note(e ast.Expr) {
	visit(e, func(x ast.Expr) { s.nodes[x.ID()] = x })
}

// textOf is the text that a node's place lies in.
func (s *source) textOf(e ast.Expr) written {
	if call := s.inside[e.ID()]; call != nil {
		return call.transform.runes
	}
	return s.runes
}

// visit calls f for e and everything under it, parents first.
func visit(e ast.Expr, f func(ast.Expr)) {
	if e.Kind() == ast.UnspecifiedExprKind {
		return
	}
	f(e)
	for _, c := range children(e) {
		visit(c, f)
	}
}

func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return c.Args()
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var out []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			out = append(out, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		return out
	case ast.StructKind:
		var out []ast.Expr
		for _, field := range e.AsStruct().Fields() {
			out = append(out, field.AsStructField().Value())
		}
		return out
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}

// token is the smallest piece of text that stands for a node: a name, an
// operator, a literal. cel-go gives the dot of a selection and the parenthesis
// of a call; the names beside them are what a person looks for.
func (s *source) token(e ast.Expr) (start, end int) {
	of := s.textOf(e)
	r, ok := s.info.GetOffsetRange(e.ID())
	if !ok {
		return 0, len(of)
	}
	start, end = of.clamp(int(r.Start), int(r.Stop))
	switch e.Kind() {
	case ast.SelectKind:
		return of.nameAfter(start, end)
	case ast.CallKind:
		if e.AsCall().FunctionName() == operators.Index {
			return start, end
		}
		return of.nameBefore(start, end)
	case ast.ComprehensionKind, ast.StructKind:
		return of.nameBefore(start, end)
	}
	return start, end
}

func (s *source) all() (start, end int) { return 0, len(s.runes) }

func (t written) clamp(start, end int) (int, int) {
	start = min(max(start, 0), len(t))
	return start, min(max(end, start), len(t))
}

// nameBefore goes from an opening parenthesis or brace back to the name.
func (t written) nameBefore(start, end int) (int, int) {
	if start >= len(t) || (t[start] != '(' && t[start] != '{') {
		return start, end
	}
	stop := start
	for stop > 0 && unicode.IsSpace(t[stop-1]) {
		stop--
	}
	from := stop
	for from > 0 && isNameRune(t[from-1]) {
		from--
	}
	if from == stop {
		return start, end
	}
	return from, stop
}

// nameAfter goes from the dot of a selection on to the name.
func (t written) nameAfter(start, end int) (int, int) {
	if start >= len(t) || t[start] != '.' {
		return start, end
	}
	from := start + 1
	for from < len(t) && unicode.IsSpace(t[from]) {
		from++
	}
	stop := from
	if stop < len(t) && t[stop] == '`' {
		stop++
		for stop < len(t) && t[stop] != '`' {
			stop++
		}
		return t.clamp(from, stop+1)
	}
	for stop < len(t) && isNameRune(t[stop]) {
		stop++
	}
	if stop == from {
		return start, end
	}
	return from, stop
}

func isNameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// span is the text from the first to the last token of a node and everything
// under it, with the parentheses that they open.
func (s *source) span(e ast.Expr) (start, end int) {
	start, end = s.token(e)
	visit(e, func(x ast.Expr) {
		if _, ok := s.info.GetOffsetRange(x.ID()); !ok || s.inside[x.ID()] != s.inside[e.ID()] {
			return // also what a transform was given, or brings: it stands elsewhere
		}
		from, to := s.token(x)
		start, end = min(start, from), max(end, to)
	})
	return start, s.textOf(e).closed(start, end)
}

// closed moves end behind the parentheses that the text from start opens, which
// are no nodes. Quotes are passed over.
func (t written) closed(start, end int) int {
	depth := 0
	var quote rune
	for i := start; i < len(t); i++ {
		if i >= end && depth == 0 {
			return i
		}
		switch r := t[i]; {
		case quote != 0:
			if r == '\\' {
				i++
			} else if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '(' || r == '[' || r == '{':
			depth++
		case r == ')' || r == ']' || r == '}':
			depth--
		}
		if depth < 0 {
			return max(end, i)
		}
	}
	if depth == 0 {
		return max(end, len(t))
	}
	return end
}

// word is the text of the token at offset: a name or number, or one rune.
func (t written) word(offset int) (start, end int) {
	start, _ = t.clamp(offset, offset)
	end = start
	for end < len(t) && isNameRune(t[end]) {
		end++
	}
	if end == start && end < len(t) {
		end++
	}
	return start, end
}
