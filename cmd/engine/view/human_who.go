package view

import (
	"strconv"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/report"
)

func (h *human) Who(w *report.Who) {
	switch len(w.People) {
	case 0:
		h.printf("No run that is still remembered has met a person or a record called %s.\n", strconv.Quote(diag.VisibleLine(w.Asked)))
		for _, near := range w.Near {
			h.printf("Did you mean %s?\n", diag.VisibleLine(near))
		}
		h.printf("%s", wrap("Who is passed over by where, has left without ever being linked, or is not given by the source at all leaves no trace here. "+
			"What has not changed for long is found by id alone.", h.width, ""))
		return
	case 1:
		h.known(&w.People[0])
		return
	}
	h.printf("Several fit %s. Name one by the source's id:\n\n", strconv.Quote(diag.VisibleLine(w.Asked)))
	for i := range w.People {
		p := &w.People[i]
		h.printf("  %s  %s  %s at %s\n", pad(diag.VisibleLine(p.SourceID), 12), pad(Name(p.Shown, p.SourceID), 28), diag.VisibleLine(p.Resource), diag.VisibleLine(p.Tenant))
	}
}

func (h *human) known(k *report.Known) {
	h.printf("%s    id %s of %s at %s\n", h.paint(bold, Name(k.Shown, k.SourceID)), diag.VisibleLine(k.SourceID), diag.VisibleLine(k.Resource), diag.VisibleLine(k.Tenant))
	for i := range k.Mappings {
		h.inMapping(&k.Mappings[i], k.Called())
	}
}

func (h *human) inMapping(m *report.InMapping, called string) {
	h.printf("\n  %s\n", h.paint(bold, diag.VisibleLine(m.Mapping)+" → "+diag.VisibleLine(m.TargetResource)+" at "+diag.VisibleLine(m.TargetTenant)))
	h.printf("%s", wrap(stands(m, called), h.width, "    "))
	h.profiles("    ", m.SourceURL, m.TargetURL)
	for _, f := range m.Without() {
		h.printf("%s", wrap("Without the field "+diag.VisibleLine(f.Field)+": "+strings.TrimSuffix(diag.VisibleLine(f.Summary), ".")+" ["+f.Code+"]. "+diag.VisibleLine(f.Remedy), h.width, "    "))
	}
	if m.Held != nil {
		h.printf("%s", wrap("Why: "+diag.VisibleLine(m.Held.Summary)+" ["+m.Held.Code+"]"+at(m.Held.Place)+". "+diag.VisibleLine(m.Held.Remedy), h.width, "    "))
		if m.Held.Answer != "" {
			h.printf("%s", wrap("The target said: "+diag.VisibleLine(m.Held.Answer), h.width, "    "))
		}
		if !m.Held.KnownUntil.IsZero() {
			h.printf("    Acknowledged by %s until %s.\n", diag.VisibleLine(m.Held.KnownBy), moment(m.Held.KnownUntil))
		}
	}
	if m.LastRun != nil {
		h.printf("%s", wrap(lastRun(m, called), h.width, "    "))
	}
	for i := range m.Results {
		r := &m.Results[i]
		line := moment(r.At) + "  " + pad(did(&r.Result), 24) + "  run " + r.RunID + "  " + diag.VisibleLine(r.In(report.English).Message)
		h.printf("    %s\n", strings.TrimRight(line, " "))
	}
	for _, a := range m.Approvals {
		h.printf("    %s  %s approved by %s, good until %s\n", moment(a.At), a.Operation, diag.VisibleLine(a.Who), moment(a.Expires))
	}
}

// stands says where a person stands, in a sentence.
func stands(m *report.InMapping, called string) string {
	switch m.State {
	case report.AtTarget:
		return "At the target, under the id " + diag.VisibleLine(m.TargetID) + ", last written or linked " + moment(m.Since) + "."
	case report.SwitchedOff:
		return "Switched off at the target, where the id is " + diag.VisibleLine(m.TargetID) + ", since " + moment(m.Since) + "."
	case report.NotUpToDate:
		return "At the target, under the id " + diag.VisibleLine(m.TargetID) + ", but not up to date: " + m.Held.Outcome + " since " + moment(m.Held.FirstSeen) + "."
	case report.Undecided:
		return "Nobody knows: it was sent, and the target never answered. Somebody must look there and say so with engine held drop."
	case report.NeverSent:
		return "Never sent there, and the ledger doesn't know why: the mapping's where may not select this " + called + ", it may have ended before it was ever linked, or the source did not give it to this mapping."
	}
	if m.Held != nil {
		return "Not at the target: " + m.Held.Outcome + " since " + moment(m.Held.FirstSeen) + "."
	}
	return "Not linked to any record of the target now."
}

// lastRun says what the mapping's last run tells of a person.
func lastRun(m *report.InMapping, called string) string {
	r := m.LastRun
	head := "The last run, " + r.ID + ", "
	switch r.Status {
	case report.Running:
		return head + "has not ended."
	case report.NotBegun:
		return head + "was blocked before it planned anything: it says nothing of anybody."
	case report.Failed:
		return head + "failed: it may not have come to this " + called + "."
	}
	switch {
	case m.Told():
		return head + "is told below."
	case m.TargetID != "" && m.Held == nil:
		return head + "found nothing to send: results of who or what has not changed, or is out of scope, are not kept one by one."
	}
	return head + "recorded nothing of this " + called + "."
}
