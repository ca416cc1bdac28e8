package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"

	"passerelle/plugins/record"
)

// Program is a compiled expression. It is immutable and safe for several
// goroutines.
type Program struct {
	env        *Env
	src        *source
	program    cel.Program // nil for a copy
	native     *native     // nil where only cel-go will do
	typ        record.Type
	mayBeEmpty bool
	reads      []Ref
	names      []Naming
	lookups    []Lookup
	sources    []int
	today      bool
	copyOf     Ref
	copies     bool
	linked     string // the mapping that linked() names
}

// Type of the result. Kind Empty: any type.
func (p *Program) Type() record.Type { return p.typ }

// MayBeEmpty is false only where the result is sure not to be empty.
func (p *Program) MayBeEmpty() bool { return p.mayBeEmpty }

// Reads lists the fields that the expression reads, sorted, each once. A record
// used as a whole, as in filled(contract), counts for none of its fields.
func (p *Program) Reads() []Ref { return slices.Clone(p.reads) }

// Sources lists the sources that the expression names, by their place in
// Options, those used as a whole included.
func (p *Program) Sources() []int { return slices.Clone(p.sources) }

// Today reports whether the result depends on the day, and not on the record
// alone.
func (p *Program) Today() bool { return p.today }

// CopyOf says that the expression is one field and nothing else. Callers then
// take the value from the row themselves.
func (p *Program) CopyOf() (Ref, bool) { return p.copyOf, p.copies }

// Eval computes the expression over one record. An empty result is the empty
// value and no failure, of a Condition too: it is for the caller to hold the
// record then. It reads in and keeps nothing of it but values in the result.
func (p *Program) Eval(in *Input) (record.Value, *Failure) {
	if p.copies {
		return p.copied(in), nil
	}
	if p.native != nil {
		if v, state := p.native.eval(in); state != gives {
			return v, nil
		}
	}
	return p.interpret(in)
}

// interpret leaves the evaluation to cel-go.
func (p *Program) interpret(in *Input) (record.Value, *Failure) {
	a := p.env.pool.Get().(*activation)
	a.fill(in)
	out, _, err := p.program.Eval(a)
	var result record.Value
	var failed *types.Err
	if err == nil {
		// Copied out before the activation is used again.
		result, failed = unbox(out)
	}
	a.clear()
	p.env.pool.Put(a)
	switch {
	case err != nil:
		return p.failure(err)
	case failed != nil:
		return p.failure(failed)
	}
	return result, nil
}

func (p *Program) copied(in *Input) record.Value {
	if v := in.at(p.copyOf); v != nil {
		return *v
	}
	return record.Value{}
}

// failure tells the empty value from real failures, and puts these into our
// words. CEL's own texts may hold values of the record, so none is passed on.
func (p *Program) failure(err error) (record.Value, *Failure) {
	// Nothing wraps what cel-go returns, and errors.As would cost more than the
	// evaluation of an empty field.
	e, ok := err.(*types.Err)
	if !ok {
		return record.Value{}, p.place(&fault{
			code:    "cel-fault",
			summary: "The expression could not be computed",
			detail:  "It met a value that the engine does not handle.",
			remedy:  "Please report the expression.",
		}, 0)
	}
	if isEmptyErr(e) {
		return record.Value{}, nil
	}
	if ours, ok := e.Value().(*fault); ok {
		return record.Value{}, p.place(ours, e.NodeID())
	}
	return record.Value{}, p.place(p.celFault(e), e.NodeID())
}

// celFault recognises CEL's own errors by their texts, which a test holds.
func (p *Program) celFault(e *types.Err) *fault {
	message := e.String()
	switch {
	case strings.Contains(message, "division by zero"):
		return &fault{code: "division-by-zero", summary: "A number is divided by zero", remedy: "Ask first: b != 0 ? a / b : 0.", function: operators.Divide}
	case strings.Contains(message, "modulus by zero"):
		return &fault{code: "division-by-zero", summary: "A number is divided by zero", remedy: "Ask first: b != 0 ? a % b : 0.", function: operators.Modulo}
	case strings.Contains(message, "overflow") || strings.Contains(message, "out of range"):
		return &fault{code: "number-overflow", summary: "A number or a date becomes too large", detail: "Ints have 64 bits.", remedy: "Use decimal or double, or correct the value at its source."}
	case strings.Contains(message, "index out of bounds") || strings.Contains(message, "invalid_argument"):
		return &fault{code: "index-out-of-range", summary: "The list has no element at this place", detail: "Places are counted from 0.", remedy: "Ask first: size(list) > 0 ? list[0] : null.", function: operators.Index}
	case strings.Contains(message, "no such overload"):
		return &fault{code: "wrong-type", summary: "A value is not of the type that is needed here", remedy: "Declare the field's type, or convert the value, for example with string(…)."}
	}
	if node, ok := p.src.nodes[e.NodeID()]; ok && node.Kind() == ast.CallKind {
		switch name := node.AsCall().FunctionName(); name {
		case "int", "double":
			return badNumber(name)
		case "timestamp":
			return &fault{code: "bad-timestamp", summary: "A text is no moment in time", remedy: "A moment is written 2026-09-01T08:00:00+02:00, with its offset. A day is a date: date(text, 'yyyy-MM-dd').", function: name}
		case "duration":
			return &fault{code: "bad-duration", summary: "A text is no duration", remedy: "A duration is written 36h, 90m or 10s.", function: name}
		case "bool":
			return &fault{code: "bad-bool", summary: "A text is neither true nor false", remedy: "Compare it instead, for example text == 'oui'.", function: name}
		}
	}
	return &fault{code: "cel-failed", summary: "The expression could not be computed for this record", detail: "One of its parts does not take the value that it was given.", remedy: "Check the conversions in it against the values of the source."}
}

// place points at the node that failed. cel-go's node ids are hints: errors that
// it shares between programs carry the id of the first one. An id is believed
// only where its node is a call of what the failure is about; otherwise the
// whole expression is meant.
func (p *Program) place(f *fault, id int64) *Failure {
	out := &Failure{Code: f.code, Summary: f.summary, Detail: f.detail, Remedy: f.remedy}
	out.Start, out.End = p.src.all()
	if node, ok := p.src.nodes[id]; ok && f.function != "" && node.Kind() == ast.CallKind {
		if strings.TrimPrefix(node.AsCall().FunctionName(), "@") == strings.TrimPrefix(f.function, "@") {
			out.Start, out.End = p.src.token(node)
			if call := p.src.inside[id]; call != nil {
				out.Start, out.End = call.start, call.end
				out.Detail = strings.TrimSpace(out.Detail + " It came about in the transform `" + call.transform.Name + "`.")
			}
		}
	}
	return out
}
