package report

import (
	"context"
	"encoding/json"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// Text is one text in two languages; either may be "".
type Text struct{ FR, EN string }

// In is the text in a language, or in the other one where it has none.
func (t Text) In(lang Language) string {
	if lang == French && t.FR != "" || t.EN == "" {
		return t.FR
	}
	return t.EN
}

// Story is what a run says besides its results: kept with it, so that a report
// can be made long after.
type Story struct {
	From, To Text   // what people call the two systems
	Zone     string // IANA name, of the integration; "" is UTC
	Records  bool   // what it was about is not people
	Pilot    bool   // it was for named people alone

	Blocks   []plan.Block
	Fields   []plan.FieldCount
	Read     plan.Reading
	Counts   plan.Counts
	Says     map[string]Text // by name of a require block: how it is told to people
	Problems []Problem       // why the run ended as failed
}

// Problem is a diagnostic as it is kept: texts without a place.
type Problem struct{ Code, Summary, Detail, Remedy string }

// Problems are the errors among diagnostics.
func Problems(ds diag.Diagnostics) []Problem {
	var out []Problem
	for _, d := range ds.Errors() {
		out = append(out, Problem{Code: d.Code, Summary: d.Summary, Detail: d.Detail, Remedy: d.Remedy})
	}
	return out
}

// Keep writes a run's story into the ledger, sealed.
func (s *Story) Keep(ctx context.Context, l *ledger.Ledger, runID string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return l.SaveStory(ctx, runID, text)
}

// storyOf is a run's story; an empty one where it has none, because it was
// killed, or is kept no longer.
func storyOf(ctx context.Context, l *ledger.Ledger, runID string) (*Story, bool, error) {
	text, err := l.Story(ctx, runID)
	if err != nil || text == nil {
		return &Story{Read: plan.Reading{Expected: -1}}, false, err
	}
	var s Story
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, false, err
	}
	return &s, true, nil
}
