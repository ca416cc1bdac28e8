package expr

import (
	"fmt"
	"sync"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/decls"
	"github.com/google/cel-go/common/env"
	"github.com/google/cel-go/common/types"

	"passerelle/plugins/record"
)

// Limits of one expression. They are static: counting the cost while running
// would more than double it. What an accepted expression can do is bounded by
// its size, by two nested loops over lists of one record, and by maxText.
const (
	maxRunes   = 10_000
	maxNodes   = 2_000
	maxNesting = 60
	maxLoops   = 2
	maxRegex   = 500   // bytes of a regular expression
	maxProgram = 1_000 // instructions of one
)

// Env is what expressions may name. It is immutable, and safe for several
// goroutines.
type Env struct {
	cel       *cel.Env
	provider  *provider
	sources   []Source
	structs   []*structType // of the sources, in their order
	inputs    *namespace
	locals    *namespace
	tables    map[string]Table
	named     []*transform
	mappings  []string
	zone      *time.Location
	countries *countries
	functions []*function
	overloads map[string]*overload // of the functions, by id
	pool      sync.Pool            // of *activation
}

// namespace is input or local: an object whose fields are constants.
type namespace struct {
	constants []Constant
	value     *object
	typ       *types.Type
}

// New prepares an Env. The errors are mistakes of the caller's, such as two
// sources of one name.
func New(o Options) (*Env, error) {
	p, err := newProvider()
	if err != nil {
		return nil, fmt.Errorf("preparing expressions: %w", err)
	}
	e := &Env{
		provider:  p,
		sources:   o.Sources,
		tables:    make(map[string]Table, len(o.Tables)),
		mappings:  o.Mappings,
		zone:      o.Zone,
		countries: &countries{},
		overloads: map[string]*overload{},
	}
	for _, t := range o.Tables {
		e.tables[t.Name] = t
	}
	for i, t := range o.Transforms {
		e.named = append(e.named, &transform{NamedTransform: t, index: i})
	}
	e.inputs = e.newNamespace("input", o.Inputs)
	e.locals = e.newNamespace("local", o.Locals)
	e.pool.New = func() any { return newActivation(e) }

	opts, err := e.variables()
	if err != nil {
		return nil, err
	}
	opts = append(opts, e.functionOptions()...)
	e.cel, err = cel.NewCustomEnv(append(baseOptions(p), opts...)...)
	if err != nil {
		return nil, fmt.Errorf("preparing expressions: %w", err)
	}
	return e, nil
}

// baseOptions are the parts of CEL that language version 1 has.
func baseOptions(p *provider) []cel.EnvOption {
	return []cel.EnvOption{
		cel.CustomTypeProvider(p),
		cel.CustomTypeAdapter(p),
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{ExcludeFunctions: leftOut()})),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.EnableIdentifierEscapeSyntax(),
		cel.EnableMacroCallTracking(),
		cel.ParserExpressionSizeLimit(maxRunes),
		cel.ParserRecursionLimit(maxNesting),
		cel.ExpressionNodeLimit(maxNodes),
	}
}

// leftOut are functions of CEL that language version 1 does not have. No field
// holds bytes, unsigned numbers or types; dyn would switch the checks off; the
// parts of a moment in UTC are seldom those that people mean. A later version
// may add what this one lacks, never the reverse.
func leftOut() []*env.Function {
	var out []*env.Function
	for _, name := range []string{
		"bytes", "uint", "type", "dyn",
		"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear",
		"getHours", "getMinutes", "getSeconds", "getMilliseconds",
	} {
		out = append(out, env.NewFunction(name))
	}
	return out
}

func (e *Env) variables() ([]cel.EnvOption, error) {
	opts := []cel.EnvOption{
		cel.Variable("input", e.inputs.typ),
		cel.Variable("local", e.locals.typ),
		cel.Variable(todayVariable, dateType),
	}
	seen := map[string]bool{"input": true, "local": true}
	for i, s := range e.sources {
		if seen[s.Name] {
			return nil, fmt.Errorf("two sources of expressions are called %q", s.Name)
		}
		seen[s.Name] = true
		fields := make([]record.TypeField, len(s.Fields))
		for j, f := range s.Fields {
			fields[j] = record.TypeField{Name: f.Name, Type: f.Type}
		}
		t := e.provider.addStruct("@source:"+s.Name, i, fields)
		e.structs = append(e.structs, e.provider.structs[t.TypeName()])
		if s.Many {
			t = types.NewListType(t)
		}
		opts = append(opts, cel.Variable(s.Name, t))
	}
	return opts, nil
}

func (e *Env) newNamespace(name string, constants []Constant) *namespace {
	n := &namespace{constants: constants, value: &object{kind: record.Object, keys: []string{}}}
	fields := make([]record.TypeField, len(constants))
	for i, c := range constants {
		fields[i] = record.TypeField{Name: c.Name, Type: c.Type}
		n.value.keys = append(n.value.keys, c.Name)
		if !c.Known {
			n.value.vals = append(n.value.vals, record.Value{})
			continue
		}
		n.value.vals = append(n.value.vals, c.Value)
	}
	n.typ = e.provider.addStruct("@"+name, -1, fields)
	return n
}

func (e *Env) functionOptions() []cel.EnvOption {
	opts := append(ordering(), arithmetic()...)
	e.functions = e.language1()
	for _, f := range e.functions {
		overloads := []cel.FunctionOpt{decls.DisableTypeGuards(f.unguarded)}
		for _, o := range f.overloads {
			overloads = append(overloads, o.option())
			e.overloads[o.id] = o
		}
		opts = append(opts, cel.Function(f.name, overloads...))
	}
	return opts
}
