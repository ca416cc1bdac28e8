package view

import (
	"strconv"

	"passerelle/engine/plan"
)

// pending says which fields wait for the records that they refer to.
func (h *human) pending(s *plan.Summary, pending map[string]int64) {
	said := false
	one, many := folk(s.Records)
	for _, f := range s.Fields {
		if n := pending[f.Name]; n > 0 {
			h.printf("%s", wrap(f.Name+": "+counted(n, one+" goes", many+" go")+" without it, because the record that it refers to is not linked by mapping "+
				strconv.Quote(f.Refers)+". It is sent once that one is.", h.width, "    "))
			said = true
		}
		if f.Expected > 0 {
			h.printf("%s", wrap(f.Name+": for "+counted(f.Expected, one, many)+" it is expected from mapping "+
				strconv.Quote(f.Refers)+", which runs before this one.", h.width, "    "))
			said = true
		}
	}
	if said {
		h.printf("\n")
	}
}

func pendingOf(s *plan.Summary) map[string]int64 {
	out := map[string]int64{}
	for _, f := range s.Fields {
		out[f.Name] = f.Pending
	}
	return out
}
