package view

import (
	"time"

	"passerelle/engine/plan"
)

type keptLine struct {
	Person person    `json:"person"`
	Why    string    `json:"why"`
	Since  time.Time `json:"since"`
}

// snapshotOf is what becomes of a target that is written as a whole.
func snapshotOf(s *plan.Snapshot) map[string]any {
	kept := []keptLine{}
	for _, who := range s.Kept {
		kept = append(kept, keptLine{person{who.SourceID, who.Shown}, who.Why, who.Since})
	}
	return map[string]any{"lines": s.Lines, "write": s.Write, "why": s.Why, "blocked": s.Blocked, "pending": s.Pending, "kept": kept}
}
