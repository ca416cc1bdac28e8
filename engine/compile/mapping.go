package compile

import (
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// Mapping is one mapping, checked and ready to execute. It is immutable and may
// be used concurrently; scanners and encoders are made per stream.
type Mapping struct {
	Address string
	Decl    *lang.Mapping
	Source  Source
	Target  Target
	// People: the records are people. It decides how they are spoken of, and nothing else.
	People  bool
	ShownAs *expr.Program // nil: people are named by their id
	Where   *expr.Program // nil: everybody
	// Zone is the integration's time zone, in which it becomes today; nil: none.
	Zone       *time.Location
	Leavers    *Leavers // nil: nobody leaves
	Requires   []*Require
	SamePerson []PersonField // none: nobody is known again under another id
	After      []Before      // the mappings that it comes after, stated or implied
	// What is read beside the first source, and what is made of it. All of it is
	// empty for an ordinary mapping, whose records stream.
	Joined []*Joined
	Tables []*Table // records that paths lead into
	Each   *Each    // nil: one target record a source record

	shared expr.Options
}

// Source is what is read.
type Source struct {
	Name       string
	Connection *lang.Connection
	Resource   *protocol.Resource
	Settings   []byte   // JSON of the source block's settings
	Projection []string // the paths of Slots, each once
	// Slots of a row: the declared fields in order, then the identity's paths.
	Slots    []record.Slot
	Fields   []SourceField
	Identity []int // slots; none in a joined source
	Group    []int // fields; none: each record for itself
	Window   *Window
	Decl     *lang.Source
}

// SourceField is one declared field; its slot has the same index.
type SourceField struct {
	Name     string
	Type     record.Type // any type where it could not be found out
	Required bool
	Decl     *lang.Field
	Walk     []Hop  // from the id that its slot reads to the value; none: the slot reads the value
	sharp    string // login, e-mail, status, end-date, bank, social-security; "" for others
	filled   bool   // the connector says that it is never empty
}

// Target is what is written.
type Target struct {
	Name       string
	Connection *lang.Connection
	Resource   *protocol.Resource
	Settings   []byte // JSON of the target block's settings
	Fields     []TargetField
	Key        []int  // indexes of Fields
	Match      *Match // nil: the key says who is there already
	PutsBack   bool   // what was edited at the target is put back
	Schema     []*protocol.Field
	Endpoints  []*protocol.EndpointDeclaration
	Identity   record.Slot // where a found record holds its id
	Abilities  Abilities
	Snapshot   *Snapshot // nil: written record by record
}

// Abilities are what the target's endpoints can do, as declared or by default.
type Abilities struct {
	Create, Update   bool
	ChangedOnly      bool // update takes the changed fields alone
	FindByKey        bool
	FindByID         bool
	Deactivate       bool
	Reactivate       bool
	Delete           bool
	CreateReconciled protocol.Reconcile
	UpdateReconciled protocol.Reconcile
}

// Can reports whether an operation has an endpoint.
func (a Abilities) Can(operation protocol.Operation) bool {
	switch operation {
	case protocol.Operation_OPERATION_CREATE:
		return a.Create
	case protocol.Operation_OPERATION_UPDATE:
		return a.Update
	case protocol.Operation_OPERATION_DEACTIVATE:
		return a.Deactivate
	case protocol.Operation_OPERATION_REACTIVATE:
		return a.Reactivate
	case protocol.Operation_OPERATION_DELETE:
		return a.Delete
	case protocol.Operation_OPERATION_FIND:
		return a.FindByKey
	}
	return false
}

// TargetField is one leaf of what is sent.
type TargetField struct {
	Name     string   // path joined by dots: "poste.debut"
	Path     []string // in the target's JSON object
	Type     record.Type
	Required bool
	// KeepsFilled: never cleared, because emptying a login, an address or a bank
	// account is rarely what somebody meant.
	KeepsFilled bool
	Once        bool // sent at creation and return only
	Sharp       bool // what guards watch closest
	EndDate     bool // sharp when it appears, and like any other field when it moves
	Place       diag.Range
	// Linked is the mapping whose record's id the field takes: the value is then
	// that record's id at the source, as text, until it is sent. Nil: an ordinary
	// field.
	Linked    *Mapping
	reference string // the resource whose ids the connector says it holds
	value     valueOf
	seen      func(*expr.Input) // of Given: told of each evaluation
}

// Layout of what is sent, for record.NewEncoder.
func (t *Target) Layout() []record.OutField {
	layout := make([]record.OutField, len(t.Fields))
	for i, f := range t.Fields {
		layout[i] = record.OutField{Path: f.Path, Type: f.Type}
	}
	return layout
}

// FoundSlots read a found record: its target fields, then its id.
func (t *Target) FoundSlots() []record.Slot {
	slots := make([]record.Slot, 0, len(t.Fields)+1)
	for _, f := range t.Fields {
		path := make(record.Path, len(f.Path))
		for i, name := range f.Path {
			path[i] = record.Step{Name: name}
		}
		slots = append(slots, record.Slot{Path: path, Type: f.Type})
	}
	return append(slots, t.Identity)
}

// Failure is why one record can't be sent. It holds no value.
type Failure struct {
	Code    string
	Field   string // the target field, or the source field before mapping
	Summary string
	Detail  string
	Remedy  string
	Place   *diag.Range
}

// Evaluate computes one target field from a row. The value is empty or of the
// field's type. It may be called concurrently.
func (f *TargetField) Evaluate(in *expr.Input) (record.Value, *Failure) {
	if f.seen != nil {
		f.seen(in)
	}
	return f.value.evaluate(in, f)
}
