package report

import (
	"fmt"
	"strconv"
	"time"
)

// sheet is a report in words, before it is laid out as text or as HTML.
type sheet struct {
	Lang                 Language
	Route, Mapping       string
	Date, Status, Tone   string // tone: good, part, bad
	Lead                 []string
	Done, Yours          []row
	YoursTitle, NotTitle string
	Not                  []part
	Read                 string
	RunID, Colon         string
}

// row is one line of a report.
type row struct {
	Count       int64
	Label, What string
	Names       string
	Do          string
}

// part is something that a guard stopped.
type part struct {
	Count            int64
	Label, Say       string
	Names            string
	IfRight, Command string
	Do               string
}

// sheet says a report in a language.
func (r *Report) sheet(lang Language) *sheet {
	w := wordsOf(lang)
	s := &sheet{
		Lang: lang, Mapping: r.Run.Mapping, Date: w.date(r.Run.Started.In(r.zone())), Status: w.status[r.Run.Status], Tone: tone(r.Run.Status),
		YoursTitle: w.yours, NotTitle: w.notDone, RunID: r.Run.ID, Colon: w.colon,
	}
	if s.Route = r.Run.Mapping; r.Story.From != (Text{}) {
		s.Route = r.Story.From.In(lang) + " → " + r.Story.To.In(lang)
	}
	s.Lead = r.lead(w)
	s.Done = r.done(w)
	s.Yours = r.left(w, lang)
	s.Not = r.not(w, lang)
	if r.Whole {
		s.Read = r.read(w, lang)
	}
	if len(s.Done) == 1 && len(s.Yours)+len(s.Not)+len(s.Lead) == 0 && r.Run.Status == "succeeded" && len(r.Done) == 0 {
		s.Lead = []string{w.nothing}
	}
	return s
}

func tone(status string) string {
	switch status {
	case "succeeded":
		return "good"
	case "partial", "running":
		return "part"
	}
	return "bad"
}

// lead is what must be known before the numbers.
func (r *Report) lead(w *words) []string {
	var out []string
	if r.Run.Status == "running" {
		out = append(out, w.running)
	} else if !r.Whole {
		out = append(out, w.unkept)
	}
	if r.Story.Pilot {
		out = append(out, w.pilot)
	}
	for _, p := range r.Story.Problems {
		out = append(out, w.problem+w.colon+" "+p.Summary+".", p.Detail, p.Remedy)
	}
	return out
}

func (r *Report) done(w *words) []row {
	var rows []row
	for _, d := range r.Done {
		n := int64(len(d.People))
		forms := w.done[d.Operation]
		one := row{Count: n, Label: w.form(n, [2]string{forms[0], forms[1]}), What: forms[2], Names: w.names(d.People)}
		if d.Operation == "update" {
			one.What, one.Names = r.fields(), ""
		}
		rows = append(rows, one)
	}
	if n := r.Run.Counts["unchanged"]; n > 0 {
		rows = append(rows, row{Count: n, Label: w.form(n, w.same)})
	}
	return rows
}

// fields are the target fields that changed, and for how many people.
func (r *Report) fields() string {
	text := ""
	for _, f := range r.Story.Fields {
		if n := f.Changed + f.Added + f.Cleared; n > 0 {
			if text != "" {
				text += ", "
			}
			text += f.Name + " " + strconv.FormatInt(n, 10)
		}
	}
	return text
}

// left is what only a person can do.
func (r *Report) left(w *words, lang Language) []row {
	var rows []row
	for i := range r.Yours {
		y := &r.Yours[i]
		n := int64(len(y.People))
		one := row{Count: n, Label: w.form(n, w.outcome[y.Outcome]), Names: w.names(y.People), What: w.because(y, r.Story.Says, lang), Do: w.whatToDo(y, lang)}
		if !y.Known.IsZero() {
			one.What += " (" + fmt.Sprintf(w.known, w.day(y.Known.Add(-time.Second).In(r.zone()))) + ")"
		}
		rows = append(rows, one)
	}
	for _, f := range r.Story.Fields {
		if f.ByHand > 0 {
			rows = append(rows, row{Count: f.ByHand, Label: w.form(f.ByHand, w.byHand), What: fmt.Sprintf(w.byHandIn, f.Name)})
		}
	}
	if n := int64(len(r.Gone)); n > 0 {
		rows = append(rows, row{Count: n, Label: w.form(n, w.gone), Names: w.names(r.Gone), What: w.form(n, w.goneSay)})
	}
	return rows
}

// not is what the guards stopped, and how to agree.
func (r *Report) not(w *words, lang Language) []part {
	var parts []part
	for _, b := range r.Blocked {
		n := int64(len(b.People))
		p := part{Count: n, Say: inWords(b.Say, lang), Names: w.names(b.People), Do: inWords(b.Do, lang)}
		if forms, known := w.part[b.Part]; known {
			p.Label = w.form(n, forms)
		} else {
			p.Label = w.form(n, w.people) + " (" + b.Part + ")"
		}
		if b.Ask {
			p.IfRight, p.Command = w.ifRight, "engine approve "+r.Run.ID+" --part "+b.Part
		}
		parts = append(parts, p)
	}
	return parts
}

func (r *Report) read(w *words, lang Language) string {
	read := r.Story.Read
	if read.Received == 0 && read.Calls == 0 {
		return ""
	}
	how := fmt.Sprintf(w.unread, w.counted(read.Received, w.people))
	if read.Expected >= 0 {
		how = fmt.Sprintf(w.readAll, w.counted(read.Expected, w.people), read.Received)
	}
	return fmt.Sprintf(w.reads, how, fmt.Sprintf(w.callsTo, w.counted(read.Calls, w.calls), r.Story.From.In(lang)))
}
