package engine

import (
	"context"
	"fmt"
	"os"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/engine/report"
	"passerelle/engine/tools/load"
)

// LedgerUse says what a ledger is opened for.
type LedgerUse int

const (
	ToRead  LedgerUse = iota // beside a run that writes: no lock is taken
	ToWrite                  // takes the lock
)

// OpenLedger opens the ledger of a workspace without its mapping files and
// plugins: package report asks it what happened. It must be closed.
func OpenLedger(ctx context.Context, dir string, o Options, use LedgerUse) (*ledger.Ledger, diag.Diagnostics) {
	path := LedgerPath(dir, o)
	if exists, err := ledger.Exists(path); err != nil {
		return nil, diag.From(err, "looking for the ledger")
	} else if !exists {
		return nil, diag.Diagnostics{noLedger(path)}
	}
	w := &Workspace{Dir: dir, options: withDefaults(o)}
	key, err := ledger.LoadKey(w.keyOptions(path, false))
	if err != nil {
		return nil, diag.From(err, "reading the ledger's key")
	}
	open := ledger.OpenReader
	if use == ToWrite {
		open = ledger.Open
	}
	l, err := open(ctx, ledger.Options{Path: path, Key: key, Command: o.Command, Clock: w.options.Now})
	if err != nil {
		return nil, diag.From(err, "opening the ledger")
	}
	if w.ledger = l; use == ToWrite {
		if err := w.openPlans(ctx); err != nil { // what a killed process left holds people
			_ = l.Close()
			return nil, diag.From(err, "sweeping the folder for plans")
		}
	}
	return l, nil
}

// LedgerPath is where a workspace's ledger is.
func LedgerPath(dir string, o Options) string {
	w := &Workspace{Dir: dir, options: withDefaults(o)}
	return w.ledgerPath()
}

func noLedger(path string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "no-ledger", Summary: "There is no ledger yet",
		Detail: "Nothing is at " + path + ": no run has been made with it.",
		Remedy: "Run the workspace first, or name the ledger with --ledger or ENGINE_LEDGER, and the workspace's folder with --workspace.",
	}
}

// RetentionOf is how long a workspace keeps things; the defaults where its files
// can't be read.
func RetentionOf(dir string) lang.Retention {
	module, _, found := lang.Load(dir, lang.LoadOptions{PackagePath: load.PackagePath()})
	if found.HasErrors() {
		return lang.DefaultRetention()
	}
	return module.Retention()
}

// keepStory keeps with a run what a report needs besides its results.
func (w *Workspace) keepStory(ctx context.Context, ran *Ran) error {
	story := report.Story{
		Records: ran.Plan.Records, Pilot: ran.Plan.Pilot,
		Blocks: ran.Plan.Blocked, Fields: ran.Plan.Fields, Read: ran.Plan.Read, Counts: ran.Plan.Counts,
		Says: map[string]report.Text{}, Problems: report.Problems(ran.Found),
	}
	for _, m := range w.mappings {
		if m.Address != ran.Mapping {
			continue
		}
		story.From, story.To = w.called(m.Source.Connection), w.called(m.Target.Connection)
		story.Zone = zoneOf(m).String()
		for _, r := range m.Requires {
			story.Says[r.Decl.Name] = report.Text(r.Decl.Say)
		}
	}
	return story.Keep(ctx, w.ledger, ran.RunID)
}

// called is what people call the system behind a connection: its connector's
// title, with the connection's own name where the workspace has another of the
// same plugin.
func (w *Workspace) called(c *lang.Connection) report.Text {
	d := w.schemas[c.Plugin]
	en := title(d)
	fr := d.GetTitle().GetFr()
	if fr == "" {
		fr = en
	}
	for _, m := range compile.Modules(w.module) {
		for _, other := range m.Connections {
			if other != c && other.Plugin == c.Plugin {
				return report.Text{FR: fr + " (" + c.Name + ")", EN: en + " (" + c.Name + ")"}
			}
		}
	}
	return report.Text{FR: fr, EN: en}
}

// countKnown counts those of a run who are held, refused or ambiguous and of
// whom somebody has said that they know.
func (w *Workspace) countKnown(ctx context.Context, ran *Ran) error {
	held, err := w.ledger.HeldNow(ctx, ran.Mapping)
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.LastRun == ran.RunID && h.Outcome != ledger.Waiting && !h.KnownUntil.IsZero() {
			ran.Known++
		}
	}
	return nil
}

// Open is how many people a run leaves held, refused by the target or ambiguous,
// without those of whom somebody has said that they know, and how many fields the
// target left out.
func (r *Ran) Open() int64 {
	return r.Plan.Counts.Held + r.Missing() + int64(len(r.Outcome.Failed)+len(r.Outcome.Ambiguous)+len(r.Outcome.LeftOut)) - r.Known
}

// prune removes what was kept long enough.
func (w *Workspace) prune(ctx context.Context) error {
	keep, now := w.module.Retention(), w.options.Now()
	return w.ledger.Prune(ctx, ledger.Keep{Runs: keep.Runs.Before(now), Held: keep.Held.Before(now)})
}

// placeText is where an expression stands, as the ledger keeps it.
func placeText(place *diag.Range) string {
	if place == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", place.File, place.Start.Line, place.Start.Column)
}

// oneMapping: names of people belong to one mapping; in another one the same id
// is somebody else.
func oneMapping(who []string, mappings []*compile.Mapping) diag.Diagnostics {
	if len(who) == 0 {
		return nil
	}
	if len(mappings) == 1 {
		return noPilotOfAWhole(mappings[0])
	}
	return diag.Diagnostics{{
		Code: "one-mapping", Summary: "--who is about the people of one mapping",
		Detail: "This workspace has several, and in another one the same id is somebody else.",
		Remedy: "Choose one with --only NAME.",
	}}
}

func withDefaults(o Options) Options {
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Answer opens the ledger of a workspace to be asked what happened. It must be
// closed.
func Answer(ctx context.Context, dir string, o Options, use LedgerUse) (*report.Answers, diag.Diagnostics) {
	l, found := OpenLedger(ctx, dir, o, use)
	if found.HasErrors() {
		return nil, found
	}
	return report.From(l), found
}

// Unlock clears what a killed process left in the lock of a workspace's ledger,
// and says whose it was; a lock that is held is refused.
func Unlock(dir string, o Options) (left string, found diag.Diagnostics) {
	left, err := ledger.Unlock(LedgerPath(dir, o))
	return left, diag.From(err, "unlocking the ledger")
}
