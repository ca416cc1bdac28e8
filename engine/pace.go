package engine

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/compile"
	"passerelle/plugins/protocol"
)

// Pace is the most that a target is sent, and how long a plan then takes if every
// operation is one request. Zero: nothing is known of it.
type Pace struct {
	Rate  string // as settings have it: "20/s", "300/min"
	Takes time.Duration
}

// pace reckons with the rate that the file gives, or else the connector's own. A
// target that takes many records in one request has none.
func (w *Workspace) pace(m *compile.Mapping, operations int64) Pace {
	many := func(e *protocol.EndpointDeclaration) bool { return e.GetBatch() == "array" || e.GetBatch() == "ndjson" }
	if m.Target.Snapshot != nil || slices.ContainsFunc(m.Target.Endpoints, many) {
		return Pace{}
	}
	rate := m.Target.Connection.RateLimit
	if rate == "" {
		for _, s := range w.schemas[m.Target.Connection.Plugin].GetSettings() {
			if s.GetName() == "rate_limit" && json.Unmarshal([]byte(s.GetDefaultJson()), &rate) != nil {
				return Pace{}
			}
		}
	}
	number, per, _ := strings.Cut(rate, "/")
	n, err := strconv.ParseFloat(number, 64)
	unit := map[string]time.Duration{"s": time.Second, "min": time.Minute, "h": time.Hour}[per]
	if err != nil || n <= 0 || unit == 0 {
		return Pace{}
	}
	return Pace{Rate: rate, Takes: time.Duration(float64(operations) / n * float64(unit))}
}
