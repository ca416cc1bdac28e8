package compile

import (
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// Joined is a source beyond the first: its records are tied to those before by
// equal keys.
type Joined struct {
	Source
	On    []JoinKey
	Many  bool          // all that match; otherwise one or none
	Where *expr.Program // over its own fields; nil: all
}

// JoinKey says that a field of the joined source equals an expression over the
// sources before it.
type JoinKey struct {
	Field int
	Value *expr.Program
	CEL   *lang.CEL
}

// keys compiles on. The sources before are in scope.
func (c *compiler) keys(j *Joined, source int) {
	block := "source " + quote(j.Name)
	for _, on := range j.Decl.On {
		value := c.program(on.Value, expr.Transform, block)
		at := c.fieldNamed(&j.Source, on.Word, "on", block)
		if at < 0 {
			continue
		}
		c.used[source][at] = true
		f := &j.Fields[at]
		if c.walks(f, "on", on.Range, block) || !c.single(f, "on", on.Range, block) || value == nil {
			continue
		}
		if of := value.Type(); !assignable(of, f.Type) || isMany(of) && !isMany(f.Type) {
			place := on.Value.Range
			c.report(diag.Diagnostic{
				Code: "wrong-type", Subject: &place,
				Summary: quote(f.Name) + " can never equal this",
				Detail:  "The field is " + article(f.Type) + ", and this expression gives " + article(of) + ".",
				Remedy:  "Compare two values of one type; convert one of them where they are written differently.",
			}, block)
			continue
		}
		j.On = append(j.On, JoinKey{Field: at, Value: value, CEL: on.Value})
	}
}

func isMany(of record.Type) bool {
	return of.Kind == record.List || of.Kind == record.Map || of.Kind == record.Object
}
