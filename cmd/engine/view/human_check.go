package view

import (
	"strings"

	"passerelle/engine"
	"passerelle/engine/diag"
)

func (h *human) Checked(c *engine.Checked) {
	h.clear()
	if c.Found.HasErrors() {
		return // it could not be tried, which has been said
	}
	way := "read"
	if c.Write {
		way = "written"
	}
	h.printf("%s\n\n", h.paint(bold, c.System+"    "+c.Resource+", "+way+" by "+c.Mapping))
	if len(c.Findings) == 0 {
		h.printf("  The connector has nothing to say about it.\n\n")
		return
	}
	for _, f := range c.Findings {
		h.finding(f)
	}
	h.printf("\n")
}

func (h *human) finding(f engine.Finding) {
	sign, color := "?", yellow
	switch f.Evidence {
	case engine.Readable:
		if f.Remedy == "" {
			sign, color = "✓", green
		} else {
			sign = "!" // it works, and something is to be done all the same
		}
	case engine.NotPermitted, engine.NotInstalled, engine.UnknownField:
		sign, color = "✗", red
	}
	what, found := f.Path, string(f.Evidence)
	switch {
	case what != "":
	case f.RightEN == "":
		what = "the resource"
	default: // reading and writing it may be a right each
		what = f.RightEN
		if f.Evidence == engine.Readable {
			found = "granted"
		}
	}
	h.printf("  %s %s %s\n", h.paint(color, sign), pad(diag.VisibleLine(what), 32), found)
	if f.Evidence == engine.Readable && f.Say == "" {
		return
	}
	indent := strings.Repeat(" ", 37)
	if f.Say != "" {
		h.printf("%s", wrap(diag.VisibleLine(f.Say)+".", h.width, indent))
	}
	if f.Remedy != "" {
		h.printf("%s", wrap(diag.VisibleLine(f.Remedy), h.width, indent))
	}
	if f.Evidence != engine.Readable && f.RightEN != "" && !strings.Contains(f.Remedy, f.RightEN) {
		h.printf("%s", wrap("Right: "+diag.VisibleLine(f.RightEN)+" / "+diag.VisibleLine(f.RightFR)+".", h.width, indent))
	}
}
