package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

// showing is what stands around the results of a run, in one language. The French
// is read by the one who administers HR data.
type showing struct {
	run, began, ended        string
	did                      [13][2]string // in the order of counts: one, many
	nothing                  string
	more, said, none         string
	calls, to, notSaid       string
	callsTo                  string // of %s
	isLeast, least, thousand string
	source, target           string
	one                      func(n int64) bool
	status                   func(r *report.Run) string
	at                       func(t time.Time) string
}

var inEnglish = showing{
	run: "Run %s", began: "Began %s", ended: ", ended %s",
	did: [13][2]string{{"created"}, {"updated"}, {"linked"}, {"deactivated or deleted"}, {"reactivated"}, {"unlinked"}, {"blocked"},
		{"refused by the target"}, {"never answered"}, {"held"}, {"waiting"}, {"unchanged"}, {"an undo"}},
	nothing: "nothing", more: "and %d more; --all lists everybody", said: "The target said: ",
	none:  "No single result is kept: nothing was written, held or blocked, or it was too long ago.",
	calls: "Calls: %s.", to: "%d to %s", callsTo: "to %s: not said", notSaid: "not said",
	isLeast: " (the least possible)", least: " (the least possible is %d)", thousand: " For 1,000 records read that is %d against %d.",
	source: "the source", target: "the target",
	one:    func(int64) bool { return true }, // these words have no plural
	status: func(r *report.Run) string { words, _ := runStatus(r); return words },
	at:     moment,
}

var inFrench = showing{
	run: "Passage %s", began: "Commencé le %s", ended: ", terminé le %s",
	did: [13][2]string{{"créée", "créées"}, {"mise à jour", "mises à jour"}, {"rattachée", "rattachées"}, {"désactivée ou supprimée", "désactivées ou supprimées"},
		{"réactivée", "réactivées"}, {"lien défait", "liens défaits"}, {"en attente d'un accord", "en attente d'un accord"},
		{"refusée par la cible", "refusées par la cible"}, {"sans réponse de la cible", "sans réponse de la cible"}, {"retenue", "retenues"},
		{"en attente", "en attente"}, {"sans changement", "sans changement"}, {"une annulation"}},
	nothing: "rien", more: "et %d de plus ; --all donne toute la liste", said: "Réponse de la cible : ",
	none:  "Aucun résultat n'est gardé un à un : rien n'a été écrit, retenu ni bloqué, ou c'était il y a trop longtemps.",
	calls: "Appels : %s.", to: "%d à %s", callsTo: "à %s : nombre inconnu", notSaid: "nombre inconnu",
	isLeast: " (le moins possible)", least: " (le moins possible est %d)", thousand: " Pour 1 000 fiches lues, cela fait %d contre %d.",
	source: "la source", target: "la cible",
	one:    func(n int64) bool { return n < 2 },
	status: func(r *report.Run) string { return report.StatusIn(r.Status, report.French) },
	at:     func(t time.Time) string { return report.MomentIn(t.Local(), report.French) },
}

func showingIn(lang report.Language) *showing {
	if lang == report.French {
		return &inFrench
	}
	return &inEnglish
}

func (h *human) RunResults(run *report.Run, lines []report.Line, lang report.Language, everybody bool) {
	w := showingIn(lang)
	_, color := runStatus(run)
	h.printf("%s    %s\n\n", h.paint(bold, fmt.Sprintf(w.run, run.ID)+"    "+diag.VisibleLine(run.Mapping)), h.paint(color+bold, said(lang, w.status(run))))
	when := fmt.Sprintf(w.began, w.at(run.Started))
	if !run.Ended.IsZero() {
		when += fmt.Sprintf(w.ended, w.at(run.Ended))
	}
	did := w.counts(run)
	h.printf("  %s. %s.\n", when, strings.ToUpper(did[:1])+did[1:])
	h.calls(lang, report.CallsOf(run), w.source, w.target, run.Counts[plan.CountReceived])
	h.printf("\n")
	shown := map[string]int{}
	left := 0
	for i := range lines {
		r := &lines[i]
		kind := r.Outcome + r.Operation
		if shown[kind]++; shown[kind] > firstOfEach && !everybody {
			left++
			continue
		}
		h.line(r, lang)
	}
	if left > 0 {
		h.printf("  %s\n", said(lang, fmt.Sprintf(w.more, left)))
	}
	if len(lines) == 0 {
		h.printf("  %s\n", said(lang, w.none))
	}
}

// said is a sentence with the spaces that its language wants.
func said(lang report.Language, text string) string {
	if lang == report.French {
		return diag.French(text)
	}
	return text
}

// line is one result: date, who, ids, operation, result, message.
func (h *human) line(r *report.Line, lang report.Language) {
	told := r.In(lang)
	h.printf("  %s  %s  %s  %s %s  %s%s\n", moment(r.At), pad(Name(r.ShownName, r.SourceID), 24), h.ids(r), pad(told.Case, 17), pad(told.Verdict, 7),
		said(lang, diag.VisibleLine(told.Message)), h.coded(r.Code))
	if r.Answer != "" {
		h.printf("%s", wrap(said(lang, showingIn(lang).said)+diag.VisibleLine(r.Answer), h.width, "      "))
	}
	for _, at := range []struct{ id, address string }{{r.SourceID, r.SourceURL}, {r.TargetID, r.TargetURL}} {
		if at.address != "" && !h.outColor { // otherwise the id leads there
			h.printf("      %s  %s\n", diag.VisibleLine(at.id), at.address)
		}
	}
}

// counts is what a run did, in one line.
func (w *showing) counts(r *report.Run) string {
	n := report.Operations(r)
	var parts []string
	for i, n := range []int64{n.Provisioning, n.Update, n.Link, n.Deprovisioning, n.Reactivation, r.Counts["unlink"], r.Counts["blocked"],
		r.Counts["failed"], r.Counts["ambiguous"], r.Counts["held"], r.Counts["waiting"], r.Counts["unchanged"]} {
		if n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+" "+w.form(i, n))
		}
	}
	if r.Trigger == "undo" {
		parts = append(parts, w.form(len(w.did)-1, 1))
	}
	if len(parts) == 0 {
		return w.nothing
	}
	return strings.Join(parts, ", ")
}

func (w *showing) form(what int, n int64) string {
	if w.one(n) {
		return w.did[what][0]
	}
	return w.did[what][1]
}

// calls is how many requests were made to both sides, as far as it was said, and
// how many of them nothing could do without.
func (h *human) calls(lang report.Language, of [2]report.Calls, source, target string, read int64) {
	w := showingIn(lang)
	var parts []string
	for i, name := range []string{source, target} {
		c := of[i]
		part := fmt.Sprintf(w.to, c.Made, name)
		switch {
		case c.Made < 0:
			part = fmt.Sprintf(w.callsTo, name)
		case c.Made == 0:
		case c.Least == c.Made:
			part += w.isLeast
		case c.Least >= 0:
			part += fmt.Sprintf(w.least, c.Least)
		}
		parts = append(parts, part)
	}
	if of[0].Made < 0 && of[1].Made < 0 {
		parts = []string{w.notSaid}
	}
	text := fmt.Sprintf(w.calls, strings.Join(parts, ", "))
	if per := report.PerThousand(of, read); per.Made >= 0 && per.Least >= 0 {
		text += fmt.Sprintf(w.thousand, per.Made, per.Least)
	}
	h.printf("%s", wrap(said(lang, text), h.width, "  "))
}
