package plan

import (
	"slices"
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/plugins/record"
)

// keyOf is a record's key at the target.
type keyOf struct {
	json []byte // {"matricule":"00057"}, without what refers to another record
	find []byte // what to look up: all of it; nil while part of it has no id yet
	hash fingerprint
	// lacks is a field of match that is empty; nil: none is.
	lacks *compile.TargetField
}

// keyFields writes a record's key. An empty key holds the record: nothing would
// tell it from another.
func (p *planner) keyFields(item *flow.Item) (keyOf, *compile.Failure) {
	bits := record.NewBits(len(p.fields))
	for _, at := range p.Mapping.Target.Key {
		if item.Values[at].IsEmpty() {
			field := &p.Mapping.Target.Fields[at]
			return keyOf{}, &compile.Failure{
				Code:    "empty-key",
				Field:   field.Name,
				Summary: "The key " + strconv.Quote(field.Name) + " is empty",
				Detail:  "Without it, this record can't be told from another at the target.",
				Remedy:  "Fill what it comes from at the source.",
				Place:   &field.Place,
			}
		}
		bits.Set(at)
	}
	begin := len(p.keys)
	p.keys = p.encoder.Append(p.keys, item.Values, bits, record.OmitEmpty)
	key := keyOf{json: slices.Clip(p.keys[begin:])}
	key.find, key.hash = key.json, p.duplicates.hash(key.json)
	p.refs.key(p, item, bits, &key)
	return key, nil
}
