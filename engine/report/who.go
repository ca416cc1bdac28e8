package report

import (
	"context"
	"slices"
	"time"

	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
)

// lastResults is how many results of a person are shown a mapping.
const lastResults = 5

// Who is all that the ledger knows of somebody.
type Who struct {
	Asked  string
	Near   []string // names close to it, where nobody fits
	People []Known
}

// Known is one person, mapping by mapping.
type Known struct {
	Person
	Mappings []InMapping `json:"mappings"`
}

// State is where somebody stands in one mapping, in a word.
type State string

const (
	AtTarget    State = "at the target"    // linked, active, and nothing is wrong
	NotUpToDate State = "not up to date"   // linked, and the last try did not end well
	SwitchedOff State = "switched off"     // linked, deactivated
	NotThere    State = "not there"        // not linked, and the ledger knows why
	NeverSent   State = "never sent there" // not linked, and nothing was ever recorded
	Undecided   State = "nobody knows"     // ambiguous
)

// InMapping is what one mapping did with a person.
type InMapping struct {
	Mapping        string
	TargetTenant   string
	TargetResource string
	State          State
	TargetID       string // "" without a link
	SourceURL      string // where people open the record; "" where no address is known
	TargetURL      string
	Since          time.Time // when the link was last changed
	Results        []PersonLine
	Held           *ledger.HeldRecord
	Approvals      []ledger.Approval
	LastRun        *ledger.Run // of the mapping
}

// PersonLine is one result of a person, and the run that it is of.
type PersonLine struct {
	RunID string
	Line
}

// Without are the fields that the target did not take, as far as the last run
// tells of it.
func (m *InMapping) Without() []ledger.LeftOut {
	if !m.Told() {
		return nil
	}
	var out []ledger.LeftOut
	for i := range m.Results {
		if m.Results[i].RunID == m.LastRun.ID {
			out = append(out, m.Results[i].LeftOut...)
		}
	}
	return out
}

// Told reports whether the mapping's last run recorded something of the person.
// A run keeps no result of who is unchanged.
func (m *InMapping) Told() bool {
	return m.LastRun != nil && len(m.Results) > 0 && m.Results[0].RunID == m.LastRun.ID
}

// LookUp gathers what the ledger knows of everybody who fits a name or an id.
func LookUp(ctx context.Context, l *ledger.Ledger, asked string) (*Who, error) {
	found, err := Find(ctx, l, asked)
	if err != nil {
		return nil, err
	}
	out := &Who{Asked: asked, Near: found.Near}
	for _, p := range found.People {
		known, err := lookUp(ctx, l, p)
		if err != nil {
			return nil, err
		}
		out.People = append(out.People, *known)
	}
	return out, nil
}

func lookUp(ctx context.Context, l *ledger.Ledger, p Person) (*Known, error) {
	links, err := l.LinksOf(ctx, p.SourceID, "")
	if err != nil {
		return nil, err
	}
	results, err := l.ResultsOf(ctx, p.SourceID, 1000)
	if err != nil {
		return nil, err
	}
	approvals, err := l.ApprovalsOf(ctx, p.SourceID)
	if err != nil {
		return nil, err
	}
	out := &Known{Person: p}
	for _, way := range p.ways {
		m := InMapping{Mapping: way.Mapping, TargetTenant: way.Of.TargetTenant, TargetResource: way.Of.TargetResource, Approvals: lastWords(approvals[way.Mapping])}
		for _, link := range links {
			if link.Scope == way.Scope {
				m.TargetID, m.Since = link.TargetID, time.UnixMicro(link.Changed).UTC()
				if m.State = AtTarget; link.Link.State == ledger.Deactivated {
					m.State = SwitchedOff
				}
			}
		}
		if err := m.last(ctx, l, results); err != nil {
			return nil, err
		}
		if err := m.now(ctx, l, p.SourceID); err != nil {
			return nil, err
		}
		out.Mappings = append(out.Mappings, m)
	}
	return out, nil
}

// lastWords leaves out what the same person had signed before and signed again,
// alone and then with all, say: latest first, the latest stands.
func lastWords(approvals []ledger.Approval) []ledger.Approval {
	var out []ledger.Approval
	for _, a := range approvals {
		if !slices.ContainsFunc(out, func(b ledger.Approval) bool {
			return a.Operation == b.Operation && a.RunID == b.RunID && a.Who == b.Who
		}) {
			out = append(out, a)
		}
	}
	return out
}

// last adds the last results, each with the links of its own run.
func (m *InMapping) last(ctx context.Context, l *ledger.Ledger, results []ledger.PersonResult) error {
	stories := map[string]*Story{}
	profiles := map[string]ledger.Profiles{}
	for _, r := range results {
		if r.Mapping != m.Mapping || len(m.Results) == lastResults {
			continue
		}
		if stories[r.RunID] == nil {
			run, _, err := l.FindRun(ctx, r.RunID)
			if err != nil {
				return err
			}
			if stories[r.RunID], _, err = storyOf(ctx, l, r.RunID); err != nil {
				return err
			}
			profiles[r.RunID] = run.Profiles
		}
		m.Results = append(m.Results, PersonLine{r.RunID, lineOf(&r.Result, profiles[r.RunID], stories[r.RunID])})
	}
	return nil
}

// now adds how it stands at present.
func (m *InMapping) now(ctx context.Context, l *ledger.Ledger, sourceID string) error {
	held, err := l.HeldNow(ctx, m.Mapping)
	if err != nil {
		return err
	}
	for i := range held {
		if held[i].SourceID == sourceID {
			m.Held = &held[i]
		}
	}
	last, err := l.LastRuns(ctx, m.Mapping, 1)
	if err != nil {
		return err
	}
	if len(last) > 0 {
		m.LastRun = &last[0]
		m.SourceURL, _ = protocol.ProfileURL(m.LastRun.Profiles.Source, sourceID)
		m.TargetURL, _ = protocol.ProfileURL(m.LastRun.Profiles.Target, m.TargetID)
	}
	switch {
	case m.Held != nil && m.Held.Outcome == ledger.Ambiguous:
		m.State = Undecided
	case m.Held != nil && m.State == "":
		m.State = NotThere
	case m.Held != nil:
		m.State = NotUpToDate
	case m.State == "" && len(m.Results) > 0:
		m.State = NotThere
	case m.State == "":
		m.State = NeverSent
	}
	return nil
}
