package expr

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// Fork is one ?: of an expression. Its condition can be asked of a record by
// itself, so that it can be told which side a record takes.
type Fork struct {
	Start, End int // of the condition, in runes of the text
	Inside     int // the fork on whose side this one stands, by its place in the list; -1: on none
	Then       bool
	when       *Program
}

// Forks are the ?: that stand in a text, outermost first. Those inside a loop
// such as filter are left out, for their conditions are about its elements, and
// so are those in the text of a transform.
func (e *Env) Forks(text string) []Fork {
	parsed, issues := e.cel.Parse(text)
	if issues.Err() != nil {
		return nil
	}
	tree := parsed.NativeRep()
	f := &forks{env: e, src: newSource(text, tree)}
	f.visit(tree.Expr(), -1, false)
	return f.found
}

// Side is the side that a record takes; false where the condition has no answer
// for it.
func (f *Fork) Side(in *Input) (then, ok bool) {
	value, failure := f.when.Eval(in)
	if failure != nil || value.IsEmpty() {
		return false, false
	}
	return value.Bool(), true
}

type forks struct {
	env   *Env
	src   *source
	found []Fork
}

func (f *forks) visit(x ast.Expr, inside int, then bool) {
	if x.Kind() == ast.ComprehensionKind {
		f.visit(x.AsComprehension().IterRange(), inside, then)
		return
	}
	if x.Kind() != ast.CallKind || x.AsCall().FunctionName() != operators.Conditional {
		for _, child := range children(x) {
			f.visit(child, inside, then)
		}
		return
	}
	args := x.AsCall().Args()
	f.visit(args[0], inside, then)
	start, end := f.src.span(args[0])
	when, _ := f.env.Compile(string(f.src.runes[start:end]), Condition)
	if when == nil { // it needs what stands around it
		return
	}
	at := len(f.found)
	f.found = append(f.found, Fork{Start: start, End: end, Inside: inside, Then: then, when: when})
	f.visit(args[1], at, true)
	f.visit(args[2], at, false)
}
