package expr

import (
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// function is one function of the language, with every way to call it.
type function struct {
	name      string
	doc       string
	overloads []*overload
	examples  []Example
	hidden    bool // a form that only the compiler writes
	// unguarded functions check their arguments themselves. cel-go's own check looks
	// at the first element of a list, and takes an empty one for a wrong type.
	unguarded bool
}

// overload is one way to call a function. Arguments are never empty unless it
// is lenient; the receiver of a member call is the first one.
type overload struct {
	id       string
	function string
	names    []string // of the arguments
	args     []*cel.Type
	result   *cel.Type
	member   bool
	lenient  bool
	call     func(args []ref.Val) ref.Val
	text     func(string) string // call, where it makes a text of a text; otherwise nil
	// native is call, or what fix gives, over Go's own values; nil for arguments that it
	// doesn't cover, and where there is no such form.
	native func(args []*native) *native
	// fix, where not nil, takes the place of call: it checks the arguments
	// other than subject and gives the function that remains of the call. With
	// literals that happens once, at Compile; otherwise at each evaluation.
	fix     func(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint)
	subject int
	literal bool // the fixed arguments must be literals
}

// complaint is what is wrong with one of the fixed arguments.
type complaint struct {
	code, summary, detail, remedy string
	arg                           int // counted among the fixed ones
}

func (c *complaint) at(arg int) *complaint {
	c.arg = arg
	return c
}

// run evaluates a call whose fixed arguments are known only now.
func (o *overload) run(args []ref.Val) ref.Val {
	if o.fix == nil {
		return o.call(args)
	}
	fixed := make([]ref.Val, 0, len(args)-1)
	for i, a := range args {
		if i != o.subject {
			fixed = append(fixed, a)
		}
	}
	f, bad := o.fix(fixed)
	if bad != nil {
		return (&fault{code: bad.code, summary: bad.summary, detail: bad.detail, remedy: bad.remedy, function: o.function}).fail()
	}
	return f(args[o.subject])
}

func (o *overload) option() cel.FunctionOpt {
	opts := []cel.OverloadOpt{cel.FunctionBinding(func(args ...ref.Val) ref.Val { return o.run(args) })}
	switch len(o.args) {
	case 1:
		opts[0] = cel.UnaryBinding(func(a ref.Val) ref.Val { return o.run([]ref.Val{a}) })
	case 2:
		opts[0] = cel.BinaryBinding(func(a, b ref.Val) ref.Val { return o.run([]ref.Val{a, b}) })
	}
	if o.lenient {
		opts = append(opts, cel.OverloadIsNonStrict())
	}
	if o.member {
		return cel.MemberOverload(o.id, o.args, o.result, opts...)
	}
	return cel.Overload(o.id, o.args, o.result, opts...)
}

// signature writes a way to call as the reference shows it.
func (o *overload) signature(p *provider) string {
	args := make([]string, len(o.args))
	for i, t := range o.args {
		args[i] = typeName(p, t)
		if i < len(o.names) && !(o.member && i == 0) {
			args[i] = o.names[i] + " " + args[i]
		}
	}
	var b strings.Builder
	if o.member {
		b.WriteString(args[0] + ".")
		args = args[1:]
	}
	b.WriteString(o.function + "(" + strings.Join(args, ", ") + ") " + typeName(p, o.result))
	return b.String()
}

// language1 is every function of language version 1 that CEL does not bring.
func (e *Env) language1() []*function {
	var all []*function
	all = append(all, emptyFunctions()...)
	all = append(all, textFunctions()...)
	all = append(all, pieceFunctions()...)
	all = append(all, listFunctions()...)
	all = append(all, dateFunctions()...)
	all = append(all, numberFunctions()...)
	all = append(all, formFunctions()...)
	all = append(all, bankFunctions()...)
	all = append(all, addressFunctions()...)
	all = append(all, e.peopleFunctions()...)
	all = append(all, referenceFunctions()...)
	for _, f := range all {
		for _, o := range f.overloads {
			o.function = f.name
		}
	}
	return all
}

func emptyFunctions() []*function {
	t := cel.TypeParamType("T")
	coalesces := &function{
		name: "coalesce",
		doc:  "The first of two to five values that is not empty; empty when all are.",
		examples: []Example{
			{"coalesce('', 'x')", `"x"`},
			{"coalesce(null, '', 'y')", `"y"`},
			{"coalesce(null, '')", "empty"},
		},
	}
	args := []*cel.Type{t}
	for _, id := range []string{"coalesce2", "coalesce3", "coalesce4", "coalesce5"} {
		args = append(args, t)
		coalesces.overloads = append(coalesces.overloads, &overload{id: id, args: args[:len(args):len(args)], result: t, lenient: true, call: coalesce})
	}
	return []*function{
		{
			name:      "filled",
			doc:       "True when a field, a joined record or an element of a list is there and not empty. An empty list is a value.",
			overloads: []*overload{{id: "filled", args: []*cel.Type{t}, result: types.BoolType, lenient: true, call: filledValue}},
			examples:  []Example{{"filled('x')", "true"}, {"filled('')", "false"}, {"filled([])", "true"}},
		},
		{
			name:      "empty",
			doc:       "True when a field, a joined record or an element of a list is not there or empty. The contrary of filled.",
			overloads: []*overload{{id: "empty", args: []*cel.Type{t}, result: types.BoolType, lenient: true, call: emptyValue}},
			examples:  []Example{{"empty('')", "true"}, {"empty(0)", "false"}},
		},
		coalesces,
		{
			name:      "orValue",
			doc:       "The value, or the other one where it is empty.",
			overloads: []*overload{{id: "or_value", member: true, names: []string{"", "other"}, args: []*cel.Type{t, t}, result: t, lenient: true, call: coalesce}},
			examples:  []Example{{"''.orValue('none')", `"none"`}, {"'a'.orValue('none')", `"a"`}},
		},
		{
			name:      emptyFunction,
			hidden:    true,
			overloads: []*overload{{id: "empty_literal", result: t, call: func([]ref.Val) ref.Val { return emptyErr }}},
		},
	}
}

func textFunctions() []*function {
	s := types.StringType
	onOne := func(name, doc string, f func(string) string, examples ...Example) *function {
		return &function{name: name, doc: doc, examples: examples, overloads: []*overload{
			{id: "text_" + name, member: true, args: []*cel.Type{s}, result: s, call: onText(f), text: f},
		}}
	}
	cased := func(f *function, c func() *casing) *function {
		f.overloads[0].native = nativeCase(c)
		return f
	}
	return []*function{
		cased(onOne("upper", "The text in capitals, accents kept.", upper, Example{"'Zoé Müller'.upper()", `"ZOÉ MÜLLER"`}, Example{"'Strauß'.upper()", `"STRAUSS"`}), upperCasing),
		cased(onOne("lower", "The text in small letters.", lower, Example{"'Zoé@EXAMPLE.org'.lower()", `"zoé@example.org"`}), lowerCasing),
		onOne("title", "A name with capitals, also after a hyphen or an apostrophe. The particles de, du, des, d', l', la, le, von and van stay small inside the name.", title,
			Example{"'JEAN-LUC DE LA TOUR'.title()", `"Jean-Luc de la Tour"`}, Example{"\"anne d'arc o'brien\".title()", `"Anne d'Arc O'Brien"`}),
		onOne("trim", "The text without the white space at its ends.", strings.TrimSpace, Example{"'  Lyon '.trim()", `"Lyon"`}, Example{"'  '.trim()", "empty"}),
		onOne("unaccent", "The text without accents; ligatures are written out.", unaccent, Example{"'Cœur-Élodie'.unaccent()", `"Coeur-Elodie"`}),
		{
			name:      "replace",
			doc:       "The text with every occurrence of old replaced.",
			overloads: []*overload{{id: "text_replace", member: true, names: []string{"", "old", "new"}, args: []*cel.Type{s, s, s}, result: s, call: replace, native: nativeReplace}},
			examples:  []Example{{"'1 234,5'.replace(' ', '').replace(',', '.')", `"1234.5"`}},
		},
		{
			name:      "before",
			doc:       "What stands before the first occurrence of sep; the whole text when there is none.",
			overloads: []*overload{{id: "text_before", member: true, names: []string{"", "sep"}, args: []*cel.Type{s, s}, result: s, call: before, native: nativeCut(textBefore)}},
			examples:  []Example{{"'zoe@example.org'.before('@')", `"zoe"`}, {"'zoe'.before('@')", `"zoe"`}},
		},
		{
			name:      "after",
			doc:       "What stands after the first occurrence of sep; empty when there is none.",
			overloads: []*overload{{id: "text_after", member: true, names: []string{"", "sep"}, args: []*cel.Type{s, s}, result: s, call: after, native: nativeCut(textAfter)}},
			examples:  []Example{{"'zoe@example.org'.after('@')", `"example.org"`}, {"'zoe'.after('@')", "empty"}},
		},
		{
			name:      "sha256",
			doc:       "The SHA-256 of the text's UTF-8 bytes, in 64 hexadecimal digits.",
			overloads: []*overload{{id: "text_sha256", args: []*cel.Type{s}, result: s, call: onText(sha256Hex)}},
			examples:  []Example{{"sha256('abc')", `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`}},
		},
	}
}
