package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// sends finds what is sent of a record, of all its operations together: an update
// may follow a reactivation, and a reference a creation.
func (t *trial) sends(ctx context.Context, b *Became, made *plan.Plan, entries []plan.Entry) error {
	sent := map[string]any{}
	for _, e := range entries {
		if e.SourceID != b.ID {
			continue
		}
		merge(sent, decode(e.Body))
		for _, ref := range e.References {
			id, err := t.referred(ctx, made.Summary.References[ref.To].Scope, ref.SourceID)
			if err != nil {
				return err
			}
			field := &t.mapping.Target.Fields[ref.Field]
			var value any = id
			if as, fits := field.ReferenceValue(id); fits {
				value = json.RawMessage(as.AppendJSON(nil))
			}
			put(sent, field.Path, value)
		}
	}
	if len(sent) > 0 {
		b.Output = inOrder(t.mapping, sent)
	}
	return nil
}

// referred is the target's id of a record. One that this very plan creates has
// none yet: it is called new and its id at the source.
func (t *trial) referred(ctx context.Context, scope ledger.Scope, sourceID string) (string, error) {
	in, err := t.ledger.Scope(ctx, scope)
	if err != nil {
		return "", err
	}
	links, err := t.ledger.Links(ctx, in, []string{sourceID}, nil)
	if err != nil || len(links) == 0 || links[0].TargetID == "" {
		return "new:" + sourceID, err
	}
	return links[0].TargetID, nil
}

// decode reads an object; its numbers stay as they are written.
func decode(text []byte) map[string]any {
	var out map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	_ = decoder.Decode(&out) // without one, there is nothing in it
	return out
}

// merge puts an object over another.
func merge(into, from map[string]any) {
	for name, value := range from {
		inner, nested := value.(map[string]any)
		outer, there := into[name].(map[string]any)
		if nested && there {
			merge(outer, inner)
			continue
		}
		into[name] = value
	}
}

// put sets one value at a path.
func put(into map[string]any, path []string, value any) {
	for len(path) > 1 {
		inner, ok := into[path[0]].(map[string]any)
		if !ok {
			inner = map[string]any{}
			into[path[0]] = inner
		}
		into, path = inner, path[1:]
	}
	into[path[0]] = value
}

// inOrder writes what is sent in the order of map.
func inOrder(m *compile.Mapping, object map[string]any) []byte {
	paths := make([][]string, len(m.Target.Fields))
	for i := range m.Target.Fields {
		paths[i] = m.Target.Fields[i].Path
	}
	var out bytes.Buffer
	writeInOrder(&out, object, paths)
	return out.Bytes()
}

func writeInOrder(out *bytes.Buffer, object map[string]any, paths [][]string) {
	var names []string
	below := map[string][][]string{}
	for _, path := range paths {
		if _, there := object[path[0]]; there && !slices.Contains(names, path[0]) {
			names = append(names, path[0])
		}
		if len(path) > 1 {
			below[path[0]] = append(below[path[0]], path[1:])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) { // what a template adds
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteByte(',')
		}
		writeJSON(out, name)
		out.WriteByte(':')
		if inner, nested := object[name].(map[string]any); nested {
			writeInOrder(out, inner, below[name])
			continue
		}
		writeJSON(out, object[name])
	}
	out.WriteByte('}')
}

// writeJSON writes what came out of JSON.
func writeJSON(out *bytes.Buffer, value any) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // such values always encode
	out.Truncate(out.Len() - 1)
}
