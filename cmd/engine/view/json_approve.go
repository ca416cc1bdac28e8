package view

import (
	"time"

	"passerelle/engine"
)

func (e *events) Approved(a *engine.Approved) {
	people := make([]person, len(a.People))
	for i, p := range a.People {
		people[i] = person{p.SourceID, p.Shown}
	}
	e.write(map[string]any{
		"type": "approved", "mapping": a.Mapping, "run": a.RunID, "part": a.Part, "people": people,
		"until": a.Until.UTC().Format(time.RFC3339),
	})
}
