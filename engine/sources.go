package engine

import (
	"context"
	"slices"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// openOthers opens the connections of a mapping's joined sources.
func (w *Workspace) openOthers(ctx context.Context, m *compile.Mapping) (flow.Connections, error) {
	out := flow.Connections{}
	for _, j := range m.Joined {
		opened, found := w.connect(ctx, j.Connection)
		if found.HasErrors() {
			return nil, found.Err()
		}
		out[j.Connection] = opened
	}
	return out, nil
}

// connectionsOf are the connections of a mapping, each once.
func connectionsOf(m *compile.Mapping) []*lang.Connection {
	out := []*lang.Connection{m.Source.Connection}
	add := func(c *lang.Connection) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, j := range m.Joined {
		add(j.Connection)
	}
	add(m.Target.Connection)
	return out
}

// checkOthers tries what is read beside the first source.
func (w *Workspace) checkOthers(ctx context.Context, m *compile.Mapping) []*Checked {
	var out []*Checked
	for _, j := range m.Joined {
		out = append(out, w.checkSide(ctx, m, j.Connection, j.Resource, &protocol.CheckResource{
			Resource: j.Resource.GetName(), Projection: j.Projection, SettingsJson: j.Settings,
		}))
	}
	for _, t := range m.Tables {
		if t.Fed < 0 {
			out = append(out, w.checkSide(ctx, m, t.Connection, t.Resource, &protocol.CheckResource{
				Resource: t.Resource.GetName(), Projection: t.Projection, SettingsJson: t.Settings,
			}))
		}
	}
	return out
}
