package report

import (
	"context"
	"io"
	"time"

	"passerelle/engine/ledger"
)

// What answers are made of, for who shows them without knowing the ledger.
type (
	Run        = ledger.Run
	Result     = ledger.Result
	LeftOut    = ledger.LeftOut
	HeldRecord = ledger.HeldRecord
	Link       = ledger.PersonLink
	Scope      = ledger.ScopeLinks
	Between    = ledger.Scope
	Rename     = ledger.Rename
	Moving     = ledger.Moving
	Move       = ledger.Move
)

// States that are shown otherwise than the rest.
const (
	Running   = ledger.RunRunning
	NotBegun  = ledger.RunBlocked // blocked as a whole
	Failed    = ledger.RunFailed
	Ambiguous = ledger.Ambiguous
)

// Answers asks one ledger what happened, and records what a person decides. It
// can't plan, send or settle anything. It must be closed.
type Answers struct{ ledger *ledger.Ledger }

// From answers from an open ledger, and closes it with itself.
func From(l *ledger.Ledger) *Answers { return &Answers{l} }

func (a *Answers) Close() error { return a.ledger.Close() }

// ID and Path are the ledger's.
func (a *Answers) ID() string   { return a.ledger.ID() }
func (a *Answers) Path() string { return a.ledger.Path() }

// Runs are up to n runs of a mapping, or of all when it is "", latest first.
func (a *Answers) Runs(ctx context.Context, mapping string, n int) ([]Run, error) {
	return a.ledger.LastRuns(ctx, mapping, n)
}

func (a *Answers) Run(ctx context.Context, id string) (*Run, error) { return RunOf(ctx, a.ledger, id) }

func (a *Answers) Lines(ctx context.Context, run *Run) ([]Line, error) {
	return Lines(ctx, a.ledger, run)
}

func (a *Answers) Report(ctx context.Context, runID string) (*Report, error) {
	return Make(ctx, a.ledger, runID)
}

func (a *Answers) Who(ctx context.Context, asked string) (*Who, error) {
	return LookUp(ctx, a.ledger, asked)
}

func (a *Answers) One(ctx context.Context, asked string) (*Person, error) {
	return One(ctx, a.ledger, asked)
}

func (a *Answers) Held(ctx context.Context, asked, mapping string) ([]HeldRecord, error) {
	return Held(ctx, a.ledger, asked, mapping)
}

func (a *Answers) Retry(ctx context.Context, asked, mapping string) ([]HeldRecord, error) {
	return Retry(ctx, a.ledger, asked, mapping)
}

func (a *Answers) Drop(ctx context.Context, asked, mapping string, d Decision) ([]HeldRecord, error) {
	return Drop(ctx, a.ledger, asked, mapping, d)
}

func (a *Answers) Acknowledge(ctx context.Context, asked, mapping, who string, now, until time.Time) ([]HeldRecord, error) {
	return Acknowledge(ctx, a.ledger, asked, mapping, who, now, until)
}

func (a *Answers) Forget(ctx context.Context, asked string, o ForgetOptions) (*Erased, error) {
	return Forget(ctx, a.ledger, asked, o)
}

// Scopes are all that links belong to, with how many there are.
func (a *Answers) Scopes(ctx context.Context) ([]Scope, error) { return a.ledger.Scopes(ctx) }

// Moves are all moves of links from one tenant's name to another.
func (a *Answers) Moves(ctx context.Context) ([]Move, error) { return a.ledger.Moves(ctx) }

// Movable is what MoveLinks would do.
func (a *Answers) Movable(ctx context.Context, r Rename) ([]Moving, error) {
	return a.ledger.Movable(ctx, r)
}

// MoveLinks gives the links of a tenant to another name of it, on somebody's word.
func (a *Answers) MoveLinks(ctx context.Context, r Rename, who string) ([]Moving, error) {
	return a.ledger.MoveLinks(ctx, r, who)
}

func (a *Answers) EachLink(ctx context.Context, f func(Link) error) error {
	return a.ledger.EachLink(ctx, f)
}

func (a *Answers) LinksCSV(ctx context.Context, to io.Writer) error {
	return LinksCSV(ctx, to, a.ledger)
}

// Verify checks the file, then the chain of runs.
func (a *Answers) Verify(ctx context.Context) error {
	if err := a.ledger.CheckPages(ctx); err != nil {
		return err
	}
	return a.ledger.Verify(ctx)
}
