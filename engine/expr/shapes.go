package expr

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
)

// shape is one way to call a function, of ours or of CEL's.
type shape struct {
	member bool
	args   []*types.Type
	result *types.Type
}

func (e *Env) shapes(name string) []shape {
	f, ok := e.cel.Functions()[name]
	if !ok {
		return nil
	}
	var out []shape
	for _, o := range f.OverloadDecls() {
		if slices.ContainsFunc(o.ArgTypes(), unheard) {
			continue
		}
		// CEL converts every type to itself; nobody needs to hear of string(string).
		if len(o.ArgTypes()) == 1 && sameType(o.ArgTypes()[0], o.ResultType()) && name == typeName(e.provider, o.ResultType()) {
			continue
		}
		out = append(out, shape{member: o.IsMemberFunction(), args: o.ArgTypes(), result: o.ResultType()})
	}
	return out
}

// unheard are types that CEL has and the language has not.
func unheard(t *types.Type) bool {
	return t.Kind() == types.BytesKind || t.Kind() == types.UintKind
}

// forms are ways to write a call, at most three.
func (e *Env) forms(name string) []string {
	var out []string
	for _, s := range e.shapes(name) {
		form := writeForm(e.provider, name, s)
		if len(out) < 3 && !slices.Contains(out, form) {
			out = append(out, form)
		}
	}
	return out
}

func writeForm(p *provider, name string, s shape) string {
	args := make([]string, len(s.args))
	for i, t := range s.args {
		args[i] = typeName(p, t)
	}
	if s.member {
		return "`" + args[0] + "." + name + "(" + strings.Join(args[1:], ", ") + ")`"
	}
	return "`" + name + "(" + strings.Join(args, ", ") + ")`"
}

// receivers are the types that a function is called on.
func (e *Env) receivers(name string) []string {
	var out []string
	for _, s := range e.shapes(name) {
		if s.member {
			out = append(out, typeName(e.provider, s.args[0]))
		}
	}
	return out
}

func (e *Env) onlyMember(name string) bool {
	for _, s := range e.shapes(name) {
		if !s.member {
			return false
		}
	}
	return true
}

func (e *Env) takesCount(name string, n int, member bool) bool {
	for _, s := range e.shapes(name) {
		if s.member == member && len(s.args) == n {
			return true
		}
	}
	return false
}

// firstWrong is the first argument that no form with as many arguments takes.
func (e *Env) firstWrong(m mismatch) int {
	for i, given := range m.args {
		fits := false
		for _, s := range e.shapes(m.function) {
			if s.member == m.member && len(s.args) == len(m.args) && fitsType(e.provider, s.args[i], given) {
				fits = true
			}
		}
		if !fits {
			return i
		}
	}
	return -1
}

func fitsType(p *provider, want *types.Type, given string) bool {
	name := typeName(p, want)
	plain := plainType(given)
	return name == "any" || plain == "any" || name == plain
}

// wantedAt lists the types that argument i may have: "a string or an int".
func (e *Env) wantedAt(m mismatch, i int) string {
	var names []string
	for _, s := range e.shapes(m.function) {
		if s.member != m.member || len(s.args) != len(m.args) {
			continue
		}
		if name := withArticle(typeName(e.provider, s.args[i])); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
