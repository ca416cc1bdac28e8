package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// shownValues is how many values of one field are named.
const shownValues = 12

// checkTables says for each table that a field is looked up in which values the
// source has, and which of them the table lacks. It knows those that the connector
// discovers: the entries of choice lists, and short lists of words. What can't be
// discovered is passed over: that is no fault of the mapping's.
func (w *Workspace) checkTables(ctx context.Context, m *compile.Mapping) []Finding {
	uses := tableUses(m)
	if len(uses) == 0 || !slices.Contains(w.schemas[m.Source.Connection.Plugin].GetCapabilities(), "discover") {
		return nil
	}
	connection, found := w.connect(ctx, m.Source.Connection)
	if found.HasErrors() {
		return nil
	}
	fields, complaints := connection.Discover(ctx, m.Source.Resource.GetName())
	if len(complaints) > 0 {
		return nil
	}
	var out []Finding
	for _, use := range uses {
		if values := valuesOf(fields, use.path); len(values) > 0 {
			out = append(out, use.finding(values))
		}
	}
	return out
}

// tableUse is one field looked up in one table.
type tableUse struct {
	table *lang.Table
	path  record.Path
	shown string
}

func tableUses(m *compile.Mapping) []tableUse {
	var out []tableUse
	for i := range m.Target.Fields {
		for _, l := range m.Target.Fields[i].Lookups() {
			if l.Field.Source != 0 || l.Field.Field >= len(m.Source.Fields) || m.Source.Fields[l.Field.Field].Walk != nil {
				continue // a joined source has a resource of its own
			}
			j := slices.IndexFunc(m.Decl.Module.Tables, func(t *lang.Table) bool { return t.Name == l.Table })
			if j < 0 {
				continue
			}
			use := tableUse{m.Decl.Module.Tables[j], m.Source.Slots[l.Field.Field].Path, m.Source.Slots[l.Field.Field].Path.String()}
			if !slices.ContainsFunc(out, func(other tableUse) bool { return other.table == use.table && other.shown == use.shown }) {
				out = append(out, use)
			}
		}
	}
	return out
}

// valuesOf are the labels that a discovered field has: what a text field holds.
func valuesOf(fields []*protocol.CustomField, path record.Path) []string {
	var out []string
	for _, f := range fields {
		if p, err := record.ParsePath(f.GetField().GetPath()); err != nil || !slices.Equal(p, path) {
			continue
		}
		for _, choice := range f.GetChoices() {
			out = append(out, choice.GetLabel())
		}
	}
	return out
}

func (u tableUse) finding(values []string) Finding {
	var missing []string
	for _, value := range values {
		if !slices.ContainsFunc(u.table.Values, func(e lang.TableEntry) bool { return e.Key == value }) {
			missing = append(missing, value)
		}
	}
	out := Finding{Path: fmt.Sprintf("table %q", u.table.Name), Evidence: Readable, Say: u.shown + " has " + quoted(values)}
	switch {
	case len(missing) == 0:
		out.Say += "; the table knows them all"
	case u.table.Unknown.Do == "keep":
		out.Say += "; the table keeps as they are " + quoted(missing)
	case u.table.Unknown.Do == "text":
		out.Say += fmt.Sprintf("; the table makes %q of %s", u.table.Unknown.Text, quoted(missing))
	default:
		out.Say += "; the table has no " + quoted(missing)
		out.Remedy = "Add what is missing to the table, or say with `unknown` what becomes of it: until then whoever has it is held back."
	}
	return out
}

func quoted(values []string) string {
	parts := make([]string, 0, len(values))
	for _, value := range values[:min(len(values), shownValues)] {
		parts = append(parts, fmt.Sprintf("%q", value))
	}
	if more := len(values) - shownValues; more > 0 {
		return strings.Join(parts, ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(parts, ", ")
}
