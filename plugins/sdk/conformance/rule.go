package conformance

import (
	"errors"
	"fmt"
	"slices"
)

// Rule is one thing that a plugin must do, or should.
type Rule struct {
	Name   string // lower-case with hyphens, stable
	Says   string // what the plugin does, in a sentence
	Why    string // what goes wrong otherwise
	Should bool   // it works without, but worse: a breach is advice
	check  func(*trial) error
}

// phases are tried one after the other: first what only looks, because it counts
// what is there; then what writes; then what looks at all that was heard.
var phases = [][][]Rule{
	{processRules, describeRules, settingRules, connectionRules, readRules, cursorRules, troubleRules},
	{writeRules, changeRules, incrementalRules, lostRules, snapshotRules},
	{discretionRules},
}

// Rules are all rules, in the order in which they are reported.
func Rules() []Rule {
	var all []Rule
	for _, phase := range phases {
		all = append(all, slices.Concat(phase...)...)
	}
	return all
}

// Outcome is how a rule ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Advised Outcome = "advised" // a rule that a plugin should keep was not kept
	Skipped Outcome = "skipped"
)

// Finding is what became of one rule.
type Finding struct {
	Rule    Rule
	Outcome Outcome
	Detail  string // why it failed or was skipped
}

// Report is what became of all rules, in their order.
type Report struct{ Findings []Finding }

// Count is how many rules ended in this way.
func (r Report) Count(outcome Outcome) int {
	count := 0
	for _, f := range r.Findings {
		if f.Outcome == outcome {
			count++
		}
	}
	return count
}

// skipped is why a rule can't be tried on this plugin.
type skipped struct{ why string }

func (s *skipped) Error() string { return s.why }

func skip(format string, args ...any) error { return &skipped{fmt.Sprintf(format, args...)} }

// inEach tries something on several resources: it is skipped only where it was
// for all of them.
func inEach(names []string, none string, try func(string) error) error {
	var left error
	tried := false
	for _, name := range names {
		err := try(name)
		var s *skipped
		switch {
		case errors.As(err, &s):
			left = err
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		default:
			tried = true
		}
	}
	switch {
	case tried:
		return nil
	case left != nil:
		return left
	}
	return skip("%s", none)
}
