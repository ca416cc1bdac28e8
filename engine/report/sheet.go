package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/diag"
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
	Everybody            []everybody
	EverybodyTitle       string
	Columns              [6]string
}

// everybody is one line of the list of everybody.
type everybody struct {
	At, Who             string
	Source, Target      Someone // by their ids
	Case, Verdict, Tone string
	Message, Answer     string
}

// row is one line of a report.
type row struct {
	Count       int64
	Label, What string
	People      []Someone // the first few
	More        string    // and how many others
	Do          string
	Profiles    []profile // of the first few, where they can be opened
}

// profile leads to one person.
type profile struct{ Label, URL string }

// part is something that a guard stopped.
type part struct {
	Count            int64
	Label, Say       string
	People           []Someone
	More             string
	IfRight, Command string
	Do               string
}

// sheet says a report in a language.
func (r *Report) sheet(lang Language) *sheet {
	w := wordsOf(lang, r.Story.Records)
	s := &sheet{
		Lang: lang, Mapping: r.Run.Mapping, Date: w.date(r.Run.Started.In(r.zone())), Status: w.status[r.Run.Status], Tone: tone(r.Run.Status),
		YoursTitle: w.yours, NotTitle: w.notDone, RunID: r.Run.ID, Colon: w.colon,
		EverybodyTitle: w.everyone, Columns: w.columns,
	}
	if s.Route = r.Run.Mapping; r.Story.From != (Text{}) {
		s.Route = r.Story.From.In(lang) + " → " + r.Story.To.In(lang)
	}
	s.Lead = r.lead(w, lang)
	s.Done = r.done(w)
	s.Yours = r.left(w, lang)
	s.Not = r.not(w, lang)
	s.Everybody = r.everybody(lang)
	if r.Whole {
		s.Read = r.read(w, lang)
	}
	if len(s.Done) == 1 && len(s.Yours)+len(s.Not)+len(s.Lead) == 0 && r.Run.Status == "succeeded" && len(r.Done) == 0 {
		s.Lead = []string{w.nothing}
		if !r.Story.Read.Since.IsZero() {
			s.Lead = []string{w.settled}
		}
	}
	if lang == French {
		s.typeset()
	}
	return s
}

// typeset puts the spaces of French punctuation into what is said, and leaves
// names and commands as they are.
func (s *sheet) typeset() {
	set := func(texts ...*string) {
		for _, text := range texts {
			*text = diag.French(*text)
		}
	}
	set(&s.Status, &s.YoursTitle, &s.NotTitle, &s.Read, &s.Colon)
	for i := range s.Lead {
		set(&s.Lead[i])
	}
	for i := range s.Columns {
		set(&s.Columns[i])
	}
	for i := range s.Everybody {
		set(&s.Everybody[i].Message)
	}
	for _, rows := range [][]row{s.Done, s.Yours} {
		for i := range rows {
			set(&rows[i].Label, &rows[i].What, &rows[i].Do)
		}
	}
	for i := range s.Not {
		p := &s.Not[i]
		set(&p.Label, &p.Say, &p.IfRight, &p.Do)
	}
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
func (r *Report) lead(w *words, lang Language) []string {
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
		texts := []string{p.Summary + ".", p.Detail, p.Remedy}
		for i, text := range texts {
			if lang == French && text != "" { // in the words of the machine, which are English
				texts[i] = w.quote[0] + text + w.quote[1]
			}
		}
		out = append(out, w.problem+w.colon+" "+texts[0], texts[1], texts[2])
	}
	return out
}

func (r *Report) done(w *words) []row {
	var rows []row
	for _, d := range r.Done {
		n := int64(len(d.People))
		forms := w.done[d.Operation]
		one := row{Count: n, Label: w.form(n, [2]string{forms[0], forms[1]}), What: w.form(n, [2]string{forms[2], forms[3]})}
		if d.Operation == "update" {
			one.What = r.fields()
		} else {
			one.People, one.More = w.few(d.People)
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
		one := row{Count: n, Label: w.form(n, w.outcome[y.Outcome]), What: w.because(y, r.Story.Says, lang), Do: w.whatToDo(y, lang)}
		if y.Outcome == leftOut {
			one.What = fmt.Sprintf(w.inField, y.Field) + w.colon + " " + one.What
		}
		w.name(&one, y.People)
		if !y.Known.IsZero() {
			one.What += " (" + fmt.Sprintf(w.known, w.day(y.Known.Add(-time.Second).In(r.zone()))) + ")"
		}
		rows = append(rows, one)
	}
	for _, f := range r.Story.Fields {
		if f.ByHand > 0 {
			one := row{Count: f.ByHand, Label: w.form(f.ByHand, w.byHand), What: fmt.Sprintf(w.byHandIn, f.Name)}
			w.name(&one, r.ByHand[f.Name])
			rows = append(rows, one)
		}
	}
	if n := int64(len(r.Gone)); n > 0 {
		one := row{Count: n, Label: w.form(n, w.gone), What: w.form(n, w.goneSay)}
		w.name(&one, r.Gone)
		rows = append(rows, one)
	}
	return rows
}

// name puts the first few into a row, with where they can be opened.
func (w *words) name(to *row, people []Someone) {
	to.People, to.More = w.few(people)
	for _, p := range to.People {
		if p.URL != "" {
			to.Profiles = append(to.Profiles, profile{w.profile(p.Name), p.URL})
		}
	}
}

// everybody is the whole list, in the words of HR systems' own monitoring.
func (r *Report) everybody(lang Language) []everybody {
	out := make([]everybody, len(r.Lines))
	for i := range r.Lines {
		l := &r.Lines[i]
		told := l.In(lang)
		out[i] = everybody{
			At: l.At.In(r.zone()).Format("2006-01-02 15:04"), Who: nameOf(&l.Result),
			Source: Someone{diag.VisibleLine(l.SourceID), l.SourceURL}, Target: Someone{diag.VisibleLine(l.TargetID), l.TargetURL},
			Case: told.Case, Verdict: told.Verdict, Tone: map[string]string{Success: "good", Failure: "bad", Skip: "part"}[l.Verdict],
			Message: diag.VisibleLine(told.Message), Answer: diag.VisibleLine(l.Answer),
		}
	}
	return out
}

// not is what the guards stopped, and how to agree.
func (r *Report) not(w *words, lang Language) []part {
	var parts []part
	for _, b := range r.Blocked {
		n := int64(len(b.People))
		p := part{Count: n, Say: inWords(b.Say, lang), Do: inWords(b.Do, lang)}
		p.People, p.More = w.few(b.People)
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
	how := fmt.Sprintf(w.form(read.Received, w.unread), w.counted(read.Received, w.people))
	if read.Expected >= 0 {
		how = fmt.Sprintf(w.form(read.Expected, w.readAll), w.counted(read.Expected, w.people), read.Received)
	}
	said := fmt.Sprintf(w.reads, how)
	if calls := r.calls(w, lang); calls != "" {
		said += " " + calls + "."
	}
	if how := inWords(read.Say(r.zone()), lang); how != "" {
		said += " " + how
	}
	return said
}

// calls is how many requests were made to each side, as far as it was said.
func (r *Report) calls(w *words, lang Language) string {
	var out []string
	for i, c := range CallsOf(&r.Run) {
		if c.Made < 0 {
			continue
		}
		count := w.counted(c.Made, w.calls)
		if len(out) > 0 {
			count = strconv.FormatInt(c.Made, 10)
		}
		said := fmt.Sprintf(w.callsTo, count, [2]Text{r.Story.From, r.Story.To}[i].In(lang))
		switch {
		case c.Made == 0 || c.Least < 0:
		case c.Least == c.Made:
			said += " (" + w.isLeast + ")"
		default:
			said += " (" + fmt.Sprintf(w.least, c.Least) + ")"
		}
		out = append(out, said)
	}
	return strings.Join(out, ", ")
}
