package report

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
)

// Line is one result of a run as people ask for it: who, where they can be opened,
// what was to be done, how it ended.
type Line struct {
	ledger.Result
	SourceURL, TargetURL string // where people open the record; "" where no address is known
	Case                 string // provisioning, update, deprovisioning, link, reactivation, unlink; "" where nothing was to be done
	Verdict              string // success, failed or skipped

	says    map[string]Text // of the run's require blocks
	records bool            // it is not about a person
}

// How a result ended, in the three words that HR systems' own monitoring has.
const (
	Success = "success"
	Failure = "failed"  // somebody has to mend something, or to look
	Skip    = "skipped" // left as it is, on purpose: not ready, waiting for a word, no longer read
)

// cases are the operations as those who pay for them name them.
var cases = map[string]string{
	"create": "provisioning", "update": "update", "deactivate": "deprovisioning", "delete": "deprovisioning",
	"link": "link", "reactivate": "reactivation", "unlink": "unlink",
}

func verdictOf(outcome string) string {
	switch outcome {
	case ledger.Succeeded:
		return Success
	case ledger.Held, ledger.Failed, ledger.Ambiguous:
		return Failure
	}
	return Skip
}

func lineOf(result *ledger.Result, profiles ledger.Profiles, story *Story) Line {
	l := Line{Result: *result, Case: cases[result.Operation], Verdict: verdictOf(result.Outcome), says: story.Says, records: story.Records}
	l.SourceURL, _ = protocol.ProfileURL(profiles.Source, l.SourceID)
	l.TargetURL, _ = protocol.ProfileURL(profiles.Target, l.TargetID)
	return l
}

// Lines are all results of a run. Who has a link but was not written has the
// target's id as it is now.
func Lines(ctx context.Context, l *ledger.Ledger, run *ledger.Run) ([]Line, error) {
	story, _, err := storyOf(ctx, l, run.ID)
	if err != nil {
		return nil, err
	}
	return lines(ctx, l, run, story)
}

func lines(ctx context.Context, l *ledger.Ledger, run *ledger.Run, story *Story) ([]Line, error) {
	var results []ledger.Result
	var unnamed []string
	for r, err := range l.Results(ctx, run.ID) {
		if err != nil {
			return nil, err
		}
		if results = append(results, r); r.TargetID == "" {
			unnamed = append(unnamed, r.SourceID)
		}
	}
	targets, err := l.TargetsOf(ctx, run.Mapping, unnamed)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(results))
	for i := range results {
		if results[i].TargetID == "" {
			results[i].TargetID = targets[results[i].SourceID]
		}
		out[i] = lineOf(&results[i], run.Profiles, story)
	}
	return out, nil
}

// Told is a line in words.
type Told struct{ Case, Verdict, Message string }

// In says a line in a language.
func (l *Line) In(lang Language) Told {
	w := wordsOf(lang, l.records)
	told := Told{Case: w.cases[l.Case], Verdict: w.verdict[l.Verdict], Message: l.message(w, lang)}
	for _, f := range l.LeftOut {
		told.Message += w.further + fmt.Sprintf(w.but, f.Field) + w.colon + " " + w.leftOut(&f, lang)
	}
	return told
}

func (l *Line) message(w *words, lang Language) string {
	switch {
	case l.Outcome == ledger.Succeeded:
		return w.done[l.Operation][2]
	case l.Outcome == ledger.Gone:
		return w.goneSay[0]
	case l.Outcome == ledger.Blocked:
		if forms, known := w.part[l.Field]; known {
			return forms[0]
		}
		return w.waits
	case l.Outcome == ledger.Unchanged && l.Code == ledger.CodeByHand:
		return fmt.Sprintf(w.byHandIn, l.Field)
	}
	why := w.because(&Yours{Outcome: l.Outcome, Code: l.Code, Field: l.Field, Summary: l.Summary}, l.says, lang)
	return strings.TrimSuffix(cmp.Or(why, l.Summary), ".")
}

// Someone is how a report calls a person, and where they can be opened.
type Someone struct{ Name, URL string }

// there is a person whom something was done with: one looks at the target.
func (l *Line) there() Someone { return l.someone(l.TargetURL, l.SourceURL) }

// here is a person who is to be mended: mostly at the source.
func (l *Line) here() Someone { return l.someone(l.SourceURL, l.TargetURL) }

func (l *Line) someone(first, second string) Someone {
	if first == "" {
		first = second
	}
	return Someone{Name: nameOf(&l.Result), URL: first}
}
