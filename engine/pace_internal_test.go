package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

func TestPace(t *testing.T) {
	t.Parallel()
	w := &Workspace{schemas: compile.Schemas{
		"slow":  {Settings: []*protocol.Setting{{Name: "url"}, {Name: "rate_limit", DefaultJson: `"20/s"`}}},
		"quick": {},
	}}
	for name, c := range map[string]struct {
		plugin, rate, batch string
		want                Pace
	}{
		"the connector's own":   {"slow", "", "", Pace{"20/s", 3 * time.Minute}},
		"the file's":            {"slow", "300/min", "one", Pace{"300/min", 12 * time.Minute}},
		"by the hour":           {"quick", "3600/h", "", Pace{"3600/h", time.Hour}},
		"many in one request":   {"slow", "", "array", Pace{}},
		"nothing known":         {"quick", "", "", Pace{}},
		"a rate without a unit": {"quick", "20", "", Pace{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &compile.Mapping{Target: compile.Target{
				Connection: &lang.Connection{Plugin: c.plugin, RateLimit: c.rate},
				Endpoints:  []*protocol.EndpointDeclaration{{Batch: c.batch}},
			}}
			require.Equal(t, c.want, w.pace(m, 3600))
		})
	}
	flat := &compile.Mapping{Target: compile.Target{Connection: &lang.Connection{Plugin: "slow"}, Snapshot: &compile.Snapshot{}}}
	require.Zero(t, w.pace(flat, 3600), "a file is written at once")
}
