package compile

import (
	"cmp"
	"slices"
	"strings"

	"passerelle/engine/expr"
	"passerelle/engine/lang"
)

// Env is what the mapping's expressions may name: a tool that evaluates one more
// expression compiles it there. Nil with no error when it can't be prepared,
// which Workspace has then reported.
func (m *Mapping) Env() *expr.Env {
	c := &compiler{module: m.Decl.Module, decl: m.Decl, shared: m.shared}
	c.scope = c.open(c.visible(m)...)
	return c.scope.env
}

// Reads lists the source fields that a target field is computed from, sorted,
// each once. None: it is a constant.
func (f *TargetField) Reads() []expr.Ref {
	refs := f.value.reads()
	slices.SortFunc(refs, func(a, b expr.Ref) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Field, b.Field))
	})
	return slices.Compact(refs)
}

func (v *valueOf) reads() []expr.Ref {
	if v.program != nil {
		return v.program.Reads()
	}
	var refs []expr.Ref
	for i := range v.items {
		refs = append(refs, v.items[i].reads()...)
	}
	return refs
}

// Lookups lists the tables that a target field looks source fields up in.
func (f *TargetField) Lookups() []expr.Lookup { return f.value.lookups() }

func (v *valueOf) lookups() []expr.Lookup {
	if v.program != nil {
		return v.program.Lookups()
	}
	var out []expr.Lookup
	for i := range v.items {
		out = append(out, v.items[i].lookups()...)
	}
	return out
}

// Text is what a target field is computed by, as CEL has it; of a constant its
// value as JSON, or "" before lang.Bind where the constant names an input. After
// Bind it may be sensitive.
func (f *TargetField) Text() string { return f.value.text() }

func (v *valueOf) text() string {
	switch {
	case v.cel != nil:
		return v.cel.Text
	case v.items != nil:
		parts := make([]string, len(v.items))
		for i := range v.items {
			parts[i] = v.items[i].text()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if v.fixed.IsEmpty() {
		return ""
	}
	return string(v.fixed.AppendJSON(nil))
}

// Copies reports whether a target field is one source field as it stands.
func (f *TargetField) Copies() bool { return f.value.copies && f.value.linked == "" }

// CELs are the expressions that a target field is computed by: one, or those of
// a list or object that the file writes out. None: a constant.
func (f *TargetField) CELs() []*lang.CEL { return f.value.cels() }

func (v *valueOf) cels() []*lang.CEL {
	if v.cel != nil {
		return []*lang.CEL{v.cel}
	}
	var out []*lang.CEL
	for i := range v.items {
		out = append(out, v.items[i].cels()...)
	}
	return out
}
