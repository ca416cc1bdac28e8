package expr

import (
	"strconv"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"passerelle/plugins/record"
)

// Names of our types begin with @, which no expression can write, so they can
// never hide a name of the mapping file.
var (
	dateType    = cel.ObjectType("@date", traits.ComparerType)
	decimalType = cel.ObjectType("@decimal", traits.AdderType, traits.SubtractorType, traits.MultiplierType, traits.NegatorType, traits.ComparerType)
	choiceType  = cel.ObjectType("@choice")
)

// provider declares our types and one object type per source, and per declared
// object, beside CEL's own. The registry must be embedded: parts of cel-go ask
// the provider for more than types.Provider.
type provider struct {
	*types.Registry
	structs map[string]*structType
}

// structType is a declared object: a source's record or an object({…}).
type structType struct {
	typ    *types.Type
	source int // index of the source, or -1
	fields []structField
	index  map[string]int
}

type structField struct {
	name string
	typ  *types.Type
	decl record.Type
}

func newProvider() (*provider, error) {
	reg, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	return &provider{Registry: reg, structs: map[string]*structType{}}, nil
}

func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if s, ok := p.structs[name]; ok {
		return types.NewTypeTypeWithParam(s.typ), true
	}
	switch name {
	case "@date", "@decimal", "@choice":
		return types.NewTypeTypeWithParam(cel.ObjectType(name)), true
	}
	// CEL also knows the message types of protobuf. They are no part of the language.
	return nil, false
}

func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	if name == "@choice" {
		return []string{"code", "label"}, true
	}
	s, ok := p.structs[name]
	if !ok {
		return nil, false
	}
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names, true
}

func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == "@choice" {
		return choiceField(field)
	}
	s, ok := p.structs[name]
	if !ok {
		return nil, false
	}
	i, ok := s.index[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type:    s.fields[i].typ,
		IsSet:   func(target any) bool { return !slotOf(target, i, field).IsEmpty() },
		GetFrom: func(target any) (any, error) { return boxedSlot(target, i, field) },
	}, true
}

// FindIdent keeps the names of protobuf's types and enums out of the language.
func (p *provider) FindIdent(name string) (ref.Val, bool) { return nil, false }

func (p *provider) addStruct(name string, source int, fields []record.TypeField) *types.Type {
	s := &structType{typ: cel.ObjectType(name, traits.IndexerType), source: source, index: make(map[string]int, len(fields))}
	p.structs[name] = s
	for i, f := range fields {
		s.index[f.Name] = i
		s.fields = append(s.fields, structField{name: f.Name, typ: p.celType(f.Type), decl: f.Type})
	}
	return s.typ
}

// celType is the CEL type of a declared type. Each object gets a struct.
func (p *provider) celType(t record.Type) *types.Type {
	switch t.Kind {
	case record.Bool:
		return types.BoolType
	case record.Int:
		return types.IntType
	case record.Double:
		return types.DoubleType
	case record.Decimal:
		return decimalType
	case record.String:
		return types.StringType
	case record.Date:
		return dateType
	case record.Timestamp:
		return types.TimestampType
	case record.Choice:
		return choiceType
	case record.List:
		return types.NewListType(p.elemType(t))
	case record.Map:
		return types.NewMapType(types.StringType, p.elemType(t))
	case record.Object:
		return p.addStruct("@object"+strconv.Itoa(len(p.structs)), -1, t.Fields)
	}
	return types.DynType
}

func (p *provider) elemType(t record.Type) *types.Type {
	if t.Elem == nil {
		return types.DynType
	}
	return p.celType(*t.Elem)
}

// recordType is the reverse of celType. False: no field can hold such a value.
func (p *provider) recordType(t *types.Type) (record.Type, bool) {
	switch t.Kind() {
	case types.BoolKind:
		return record.Basic(record.Bool), true
	case types.IntKind:
		return record.Basic(record.Int), true
	case types.DoubleKind:
		return record.Basic(record.Double), true
	case types.StringKind:
		return record.Basic(record.String), true
	case types.TimestampKind:
		return record.Basic(record.Timestamp), true
	case types.DynKind, types.NullTypeKind, types.TypeParamKind:
		return record.Type{}, true
	case types.ListKind:
		elem, ok := p.recordType(t.Parameters()[0])
		return record.ListOf(elem), ok
	case types.MapKind:
		key := t.Parameters()[0].Kind()
		elem, ok := p.recordType(t.Parameters()[1])
		return record.MapOf(elem), ok && (key == types.StringKind || key == types.DynKind || key == types.TypeParamKind)
	case types.StructKind:
		return p.structRecordType(t.TypeName())
	}
	return record.Type{}, false
}

func (p *provider) structRecordType(name string) (record.Type, bool) {
	switch name {
	case "@date":
		return record.Basic(record.Date), true
	case "@decimal":
		return record.Basic(record.Decimal), true
	case "@choice":
		return record.Basic(record.Choice), true
	}
	s, ok := p.structs[name]
	if !ok {
		return record.Type{}, false
	}
	t := record.Basic(record.Object)
	for _, f := range s.fields {
		t.Fields = append(t.Fields, record.TypeField{Name: f.name, Type: f.decl})
	}
	return t, true
}

// fieldsOf are the names that may be selected from a value of type t.
func (p *provider) fieldsOf(t *types.Type) []string {
	if t == nil || t.Kind() != types.StructKind {
		return nil
	}
	names, _ := p.FindStructFieldNames(t.TypeName())
	return names
}
