package view

import (
	"strings"

	"passerelle/engine"
)

func (h *human) Approved(a *engine.Approved) {
	h.clear()
	names := make([]string, len(a.People))
	for i, p := range a.People {
		names[i] = Name(p.Shown, p.SourceID)
	}
	h.printf("Approved until %s, for %s of run %s:\n", a.Until.Local().Format("2006-01-02 15:04"), a.Part, a.RunID)
	if len(names) > 0 {
		h.printf("%s\n", wrap(strings.Join(names, ", "), h.width, "  "))
	}
	h.printf("Nothing was sent. The next run of %s does it, for those who are still in that case.\n", a.Mapping)
}
