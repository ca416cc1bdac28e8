package plan

import (
	"context"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/proto"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// KeepFor is how long a line may stand in for its record: long enough for a
// weekend and somebody's return, short enough that nobody is paid for weeks on
// what is no longer so.
const KeepFor = 7 * 24 * time.Hour

// Snapshot is what becomes of a target that is written as a whole.
type Snapshot struct {
	Lines   int64
	Write   bool   // something is to be written
	Why     string // first, changes, form or always; "" where nothing is
	Blocked bool   // nothing is written: somebody would be missing from it
	Pending int64  // operations that a blocked one does not do
	Kept    []Kept // whose last line is in it
	// Stale are the records whose line at the target is not known to be true.
	Stale []string
	// Content is the whole's keyed hash: before, where nothing is written.
	Content []byte
	// KeepLines: last lines are remembered, for records that are held one day.
	KeepLines bool
	Rekeep    bool   // the lines are to be remembered though nothing is written
	Open      []byte // protocol.WriteOpen: a repetition writes the same form
	Start     int64  // where the lines begin in the spool
	Frames    int64
}

// IsBlocked reports whether there is a whole that is not written.
func (s *Snapshot) IsBlocked() bool { return s != nil && s.Blocked }

// Kept is a record whose last line stands in for it.
type Kept struct {
	Person
	Why   string    // held, waiting, skipped, blocked, gone or out of scope
	Since time.Time // when the line was last known to be true
}

// missing is a record that is at the target and has no line of its own now.
type missing struct {
	Person
	position int64
	why      string
}

// snapshotPlanner gathers the lines of the whole.
type snapshotPlanner struct {
	rule    *compile.Snapshot
	open    []byte
	before  ledger.Snapshot
	sorter  *sorter
	all     record.Bits // every field
	key     []byte
	missing []missing
	stay    map[int64]fingerprint // leavers whose line stays, and their key
	skip    map[int64]bool        // positions whose line is not written after all
	scanner *record.Scanner
	row     []record.Value
}

// openSnapshot prepares to gather lines, where the target is written as a whole.
func (p *planner) openSnapshot(ctx context.Context) error {
	t := &p.Mapping.Target
	if t.Snapshot == nil {
		return nil
	}
	s := &snapshotPlanner{
		rule: t.Snapshot, all: record.NewBits(len(t.Fields)),
		stay: map[int64]fingerprint{}, skip: map[int64]bool{},
		sorter: &sorter{sealer: p.Ledger.Sealer(), planID: p.summary.ID, dir: p.dir(), limit: sortedAtOnce},
	}
	slots := t.FoundSlots()
	slots = slots[:len(slots)-1] // a line has no id
	for i := range t.Fields {
		s.all.Set(i)
	}
	var err error
	if s.scanner, err = record.NewScanner(slots); err != nil {
		return err
	}
	s.row = make([]record.Value, len(slots))
	s.open, err = proto.MarshalOptions{Deterministic: true}.Marshal(&protocol.WriteOpen{
		Resource:     t.Resource.GetName(),
		Schema:       t.Schema,
		Form:         protocol.WriteForm_WRITE_FORM_SNAPSHOT,
		SettingsJson: t.Settings,
	})
	if err != nil {
		return err
	}
	s.before, err = p.Ledger.Snapshot(ctx, p.scope)
	p.snapshot = s
	return err
}

// line gathers the line of an item that was just planned: its own, or a note
// that its last one is wanted.
func (p *planner) line(item *flow.Item, link *ledger.Link) error {
	s := p.snapshot
	if s == nil {
		return nil
	}
	what := p.duplicates.outcomes.at(item.Position)
	switch {
	case what == created: // its body, which was just encoded, is the line
		return p.ownLine(item)
	case what == updated, what == unchanged:
		p.body = p.encoder.Append(p.body[:0], item.Values, s.all, record.OmitEmpty)
		return p.ownLine(item)
	case what == deleted, link.Row == 0: // leaves, or was never in it
		return nil
	}
	s.missing = append(s.missing, missing{Person{item.ID, item.Shown}, item.Position, whyMissing(what)})
	return nil
}

func whyMissing(what outcome) string {
	switch what {
	case waiting:
		return ledger.Waiting
	case skipped:
		return ledger.Skipped
	case outOfScope:
		return ledger.OutOfScope
	}
	return ledger.Held
}

func (p *planner) ownLine(item *flow.Item) error {
	return p.addLine(item.Values, &loose{origin: item.Position, sourceID: item.ID, shown: item.Shown, body: p.body})
}

func (p *planner) addLine(values []record.Value, l *loose) error {
	s := p.snapshot
	s.key = s.key[:0]
	for _, at := range s.rule.SortBy {
		s.key = appendSortKey(s.key, values[at])
	}
	l.key = s.key
	return s.sorter.add(l)
}

// staying goes on writing the line of somebody who has left: the mapping does not
// say that it leaves. He has no claim to his key: who is present has it.
func (p *planner) staying(item *flow.Item, link *ledger.Link) error {
	key, failure := p.keyFields(item)
	if failure != nil {
		p.hold(item, *failure)
		return nil
	}
	p.snapshot.stay[item.Position] = key.hash
	return p.linked(item, link, key)
}

// close lets go of the files that have no name.
func (p *planner) close() {
	p.duplicates.close()
	if p.snapshot != nil {
		p.snapshot.sorter.close()
	}
}

// dir is where the plan lies, and what is written beside it meanwhile.
func (p *planner) dir() string { return filepath.Dir(p.path) }
