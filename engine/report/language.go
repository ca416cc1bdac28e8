package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/ledger"
)

// Language of a report.
type Language string

const (
	French  Language = "fr"
	English Language = "en"
)

// Languages are those that a report can be had in.
func Languages() []string { return []string{string(French), string(English)} }

// words is all that a report says in one language.
type words struct {
	date     func(time.Time) string
	day      func(time.Time) string
	status   map[string]string
	done     map[string][4]string // by operation: one, many, what that means for one, for many
	outcome  map[string][2]string // by outcome of what is left to people: one, many
	reason   map[string]string    // by code; %s is the field
	remedy   map[string]string    // by code
	part     map[string][2]string // by part of a guard: one, many
	cases    map[string]string    // by Line.Case
	verdict  map[string]string    // by Line.Verdict
	columns  [6]string            // of the list of everybody
	everyone string               // its title
	profile  func(string) string  // what a link leads to, of somebody
	further  string               // between two things said of one person
	but      string               // all but the field %s
	inField  string               // of what the target left out: the field %s
	waits    string               // for a word, under a part that has none of its own
	people   [2]string
	others   [2]string
	calls    [2]string
	one      func(n int64) bool // whether the singular is used
	quote    [2]string
	and      string
	colon    string // with the space before it that French wants
	same     [2]string
	yours    string
	notDone  string
	nothing  string
	settled  string // where only what changed was read
	pilot    string
	running  string
	problem  string
	gone     [2]string
	goneSay  [2]string
	ifRight  string
	byHand   [2]string
	byHandIn string
	known    string    // until %s
	reads    string    // how it was read
	readAll  [2]string // "%s announced, %d read"
	callsTo  string    // number and system
	least    string    // of these, how many are the least possible
	isLeast  string    // they are
	unread   [2]string
	unkept   string
}

func wordsOf(lang Language, records bool) *words {
	switch {
	case lang == French && records:
		return &ofFiches
	case lang == French:
		return &inFrench
	case records:
		return &ofRecords
	}
	return &inEnglish
}

// StatusIn is the status of a run as a report says it.
func StatusIn(status string, lang Language) string { return wordsOf(lang, false).status[status] }

// MomentIn is a day and a time of it as a report says them.
func MomentIn(t time.Time, lang Language) string { return wordsOf(lang, false).date(t) }

// counted is a number with its word.
func (w *words) counted(n int64, forms [2]string) string {
	return strconv.FormatInt(n, 10) + " " + w.form(n, forms)
}

func (w *words) form(n int64, forms [2]string) string {
	if w.one(n) {
		return forms[0]
	}
	return forms[1]
}

// fewNames is how many people of one kind a report names.
const fewNames = 5

// few are the first people of a kind, and how many others there are, in words.
func (w *words) few(people []Someone) (first []Someone, more string) {
	if len(people) <= fewNames {
		return people, ""
	}
	few := fewNames - 1
	return people[:few], w.and + " " + w.counted(int64(len(people)-few), w.others)
}

// leftOut is why the target did not take a field.
func (w *words) leftOut(f *ledger.LeftOut, lang Language) string {
	return strings.TrimSuffix(w.because(&Yours{Outcome: leftOut, Code: f.Code, Summary: f.Summary}, nil, lang), ".")
}

// because is why somebody was not sent: in this language where the code is one
// that is known, else as the engine or the connector wrote it.
func (w *words) because(y *Yours, says map[string]Text, lang Language) string {
	if y.Outcome == "waiting" {
		if say := says[y.Field]; say.In(lang) != "" {
			return say.In(lang)
		}
		return y.Field
	}
	text, known := w.reason[y.Code]
	switch {
	case !known && lang == English, !known && y.Summary == "":
		return y.Summary
	case !known:
		return w.quote[0] + y.Summary + w.quote[1]
	case strings.Contains(text, "%s"):
		return fmt.Sprintf(text, y.Field)
	}
	return text
}

func (w *words) whatToDo(y *Yours, lang Language) string {
	if text, known := w.remedy[y.Code]; known {
		return text
	}
	if lang == English {
		return y.Remedy
	}
	return ""
}
