package plan

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// linksAtOnce bounds one look-up of who is at the target.
const linksAtOnce = 500

// PartSnapshot is the part of a plan that is the whole, where somebody would be
// missing from it.
const PartSnapshot = "snapshot"

// finishSnapshot completes the whole with the lines of those who have none of
// their own now, blocks it where somebody would be missing, and writes it down
// in order. It comes after every guard: what they stopped keeps its last line.
func (p *planner) finishSnapshot(ctx context.Context) error {
	s := p.snapshot
	if s == nil {
		return nil
	}
	if err := p.stopped(); err != nil {
		return err
	}
	for i, gone := range p.summary.Gone {
		position := p.duplicates.outcomes.count + int64(i) // after everybody who was read
		s.missing = append(s.missing, missing{gone, position, ledger.Gone})
	}
	out := &Snapshot{KeepLines: !s.rule.Block, Open: s.open, Content: s.before.Content}
	p.summary.Snapshot = out
	without, err := p.lastLines(ctx, out)
	if err != nil {
		return err
	}
	if err := p.judgeMissing(out, without); err != nil {
		return err
	}
	for _, kept := range out.Kept {
		out.Stale = append(out.Stale, kept.SourceID)
	}
	if out.Blocked {
		return p.blockSnapshot(out)
	}
	return p.writeLines(out)
}

// stopped takes the lines back of those whose operation was withdrawn, and notes
// that their last ones are wanted.
func (p *planner) stopped() error {
	s := p.snapshot
	for position, key := range s.stay {
		_, taken, err := p.duplicates.keys.first(key)
		if err != nil {
			return spoolFault("looking up who has a key", err)
		}
		if !taken {
			continue
		}
		// Somebody who is present has the key: the leaver's line makes room.
		what := p.duplicates.outcomes.at(position)
		*p.summary.Counts.of(what)--
		p.summary.Counts.Left++
		s.skip[position] = true
		if what.spooled() {
			p.summary.Dropped = append(p.summary.Dropped, position)
		}
	}
	for _, twin := range p.duplicates.twins {
		if !s.skip[twin.position] {
			s.skip[twin.position] = true
			s.missing = append(s.missing, missing{twin.who, twin.position, ledger.Held})
		}
	}
	dropped := map[int64]bool{}
	for _, position := range p.summary.Dropped {
		dropped[position] = true
	}
	if len(dropped) == 0 {
		return nil
	}
	return p.out.readBack(func(entries []Entry) error {
		for i := range entries {
			e := &entries[i]
			at := home(e.Position)
			if !dropped[at] || e.Operation == Note && p.duplicates.outcomes.at(at) == unchanged {
				continue // a fact that is not remembered takes nobody's line away
			}
			if _, leaver := s.stay[at]; leaver && s.skip[at] {
				p.summary.count(e, -1)
			}
			if !s.skip[at] {
				s.skip[at] = true
				s.missing = append(s.missing, missing{Person{e.SourceID, e.Shown}, at, ledger.Blocked})
			}
		}
		return nil
	})
}

// lastLines puts the last lines of those who have none of their own into the
// whole, and gives those at the target who have no last line either.
func (p *planner) lastLines(ctx context.Context, out *Snapshot) ([]missing, error) {
	linked, err := p.linkedMissing(ctx)
	if err != nil {
		return nil, err
	}
	since := make([]time.Time, len(linked)) // of the last lines that are used
	if !p.snapshot.rule.Block {
		ids := make([]string, len(linked))
		for i, m := range linked {
			ids[i] = m.SourceID
		}
		err := p.Ledger.KeptLines(ctx, p.scope, ids, func(at int, kept ledger.KeptLine) error {
			usable, err := p.lastLine(&linked[at], &kept)
			if usable {
				since[at] = kept.Since
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var without []missing
	for i, m := range linked {
		if since[i].IsZero() {
			without = append(without, m)
		} else {
			out.Kept = append(out.Kept, Kept{m.Person, m.why, since[i]})
		}
	}
	return without, nil
}

// linkedMissing are those of the missing who are at the target, once each: twins
// by id are one record there.
func (p *planner) linkedMissing(ctx context.Context) ([]missing, error) {
	var linked []missing
	met := map[string]bool{}
	for wanted := range slices.Chunk(p.snapshot.missing, linksAtOnce) {
		ids := make([]string, len(wanted))
		for i, m := range wanted {
			ids[i] = m.SourceID
		}
		links, err := p.Ledger.Links(ctx, p.scope, ids, nil)
		if err != nil {
			return nil, err
		}
		for i, m := range wanted {
			if links[i].Row != 0 && !met[m.SourceID] {
				met[m.SourceID] = true
				linked = append(linked, m)
			}
		}
	}
	return linked, nil
}

// lastLine puts one last line into the whole, written as the mapping is now: a
// field that was taken out is not in it any more. It is of no use when it is too
// old, doesn't fit the mapping, or somebody else has its key by now.
func (p *planner) lastLine(m *missing, kept *ledger.KeptLine) (usable bool, err error) {
	s := p.snapshot
	if p.Now.Sub(kept.Since) > KeepFor {
		return false, nil
	}
	faults, err := s.scanner.Scan(kept.Line, s.row)
	if err != nil || len(faults) > 0 {
		return false, nil
	}
	bits := record.NewBits(len(p.fields))
	for _, at := range p.Mapping.Target.Key {
		bits.Set(at)
	}
	p.key = p.encoder.Append(p.key[:0], s.row, bits, record.OmitEmpty)
	first, taken, err := p.duplicates.keys.first(p.duplicates.hash(p.key))
	if err != nil {
		return false, spoolFault("looking up who has a key", err)
	}
	if taken {
		if who, err := p.duplicates.roll.at(first); err != nil || who.SourceID != m.SourceID {
			return false, err
		}
	}
	p.body = p.encoder.Append(p.body[:0], s.row, s.all, record.OmitEmpty)
	return true, p.addLine(s.row, &loose{origin: m.position, kept: true, sourceID: m.SourceID, shown: m.Shown, body: p.body})
}

// judgeMissing says what becomes of those who would be missing. Whoever is not
// read, or not selected, any more leaves with somebody's word and never without:
// an absence is no proof. Everybody else is expected back, and blocks the whole.
func (p *planner) judgeMissing(out *Snapshot, without []missing) error {
	var unasked, expected []missing
	for _, m := range without {
		switch vanished := m.why == ledger.Gone || m.why == ledger.OutOfScope; {
		case vanished && p.history.approved[pair{m.SourceID, Delete.String()}]:
			if err := p.omit(m); err != nil {
				return err
			}
		case vanished:
			unasked = append(unasked, m)
		default:
			expected = append(expected, m)
		}
	}
	if p.snapshot.rule.Block {
		for _, h := range p.summary.Held { // also who was never sent
			if !slices.ContainsFunc(expected, func(m missing) bool { return m.SourceID == h.SourceID }) {
				expected = append(expected, missing{Person: h.Person, why: ledger.Held})
			}
		}
	}
	if len(unasked) > 0 {
		p.askFor(unasked)
	}
	if len(expected) > 0 {
		p.summary.Blocked = append(p.summary.Blocked, Block{
			Part: PartSnapshot, Code: "snapshot-incomplete",
			Say: p.voice().sayMissing(expected, p.snapshot.rule.Block),
			Do: plus(
				"Rien n'a été écrit ; ce qui est en place reste tel quel. Complétez les fiches, ou corrigez le paramétrage, et relancez.",
				"Nothing was written; what is there stays as it is. Complete the records, or correct the mapping, and run again."),
		})
	}
	for _, m := range without {
		out.Stale = append(out.Stale, m.SourceID)
	}
	out.Blocked = len(unasked)+len(expected) > 0
	return nil
}

// omit takes the line of somebody out whom somebody agreed to let go.
func (p *planner) omit(m missing) error {
	if m.why == ledger.Gone {
		p.summary.Counts.Gone--
		p.summary.Gone = slices.DeleteFunc(p.summary.Gone, func(g Person) bool { return g.SourceID == m.SourceID })
	} else {
		p.summary.Counts.Out--
	}
	p.summary.Counts.Delete++
	return p.out.add(&Entry{Position: m.position, Operation: Delete, SourceID: m.SourceID, Shown: m.Shown})
}

// askFor blocks the removals of those who are no longer read or selected, and
// with them the whole: nothing is left that could be written in their place.
func (p *planner) askFor(who []missing) {
	for _, m := range who {
		p.summary.Stopped = append(p.summary.Stopped, Stopped{Person: m.Person, Operation: Delete.String(), Part: PartRemovals})
		if m.why == ledger.Gone {
			p.summary.Counts.Gone--
		} else {
			p.summary.Counts.Out--
		}
		p.summary.Counts.Blocked++
	}
	gone := func(m missing) bool { return m.why == ledger.Gone }
	p.summary.Gone = slices.DeleteFunc(p.summary.Gone, func(g Person) bool {
		return slices.ContainsFunc(who, func(m missing) bool { return gone(m) && m.SourceID == g.SourceID })
	})
	n, v := int64(len(who)), p.voice()
	say := plus(
		v.accord(n, "qui figurait dans la dernière liste écrite n'est plus lue, ou ne passe plus le filtre",
			"qui figuraient dans la dernière liste écrite ne sont plus lues, ou ne passent plus le filtre")+
			", et aucune ancienne ligne ne peut s'y substituer. L'omission dirait "+
			v.or("un départ, ce que la fiche ne dit pas.", "que c'est fini, ce que rien ne dit.")+" Tant que personne ne le dit, la liste n'est pas écrite.",
		v.they(n, "in the list that was last written is no longer read", "in the list that was last written are no longer read")+", or no longer selected, and no last line may stand in for them. "+
			v.or("To leave them out is to say that they have left, and their records don't say so.", "To leave them out is to say that they are over, and they don't say so.")+
			" Until somebody does, the list is not written.")
	at := slices.IndexFunc(p.summary.Blocked, func(b Block) bool { return b.Part == PartRemovals })
	if at >= 0 {
		p.summary.Blocked[at].Say = p.summary.Blocked[at].Say.and(say)
		return
	}
	p.summary.Blocked = append(p.summary.Blocked, Block{Part: PartRemovals, Ask: true, Code: "removals-unproven", Say: say, Do: plus(
		"Si ces "+v.or("personnes sont parties", "fiches n'ont plus lieu d'être")+", donnez votre accord ; sinon remettez-les dans la source, ou corrigez le filtre.",
		"If they "+v.or("have left", "are over")+", agree to it; else bring them back at the source, or correct where.")})
}

// namedAtOnce is how many people a block names.
const namedAtOnce = 10

// missingInFrench is the state of a missing record in French; in English the states
// are called as everywhere else.
var missingInFrench = map[string]string{
	ledger.Held: "retenue", ledger.Waiting: "en attente", ledger.Skipped: "laissée de côté", ledger.Blocked: "bloquée",
	ledger.Gone: "plus lue", ledger.OutOfScope: "hors du périmètre",
}

func (v voice) sayMissing(who []missing, never bool) Text {
	var noms, names []string
	for _, m := range who[:min(len(who), namedAtOnce)] {
		name := m.Shown
		if name == "" {
			name = "id " + strconv.Quote(m.SourceID)
		}
		noms, names = append(noms, name+" ("+missingInFrench[m.why]+")"), append(names, name+" ("+m.why+")")
	}
	more := Text{}
	if n := len(who) - len(names); n > 0 {
		more = plus(" et "+v.personnes(int64(n))+" encore", " and "+v.people(int64(n))+" more")
	}
	why := plus(
		"Aucune ligne ne peut les remplacer : la dernière a plus de 7 jours, ne correspond plus au paramétrage, ou sa clé est désormais "+v.or("à quelqu'un d'autre", "celle d'une autre")+".",
		"No line of theirs can stand in: the last one is more than 7 days old, does not fit the mapping any more, or its key is another's by now.")
	if never {
		why = plus("Le paramétrage interdit qu'une ancienne ligne les remplace.", `The mapping says held = "block": no last line may stand in.`)
	}
	return plus(
		v.or("La liste vaut pour tout le monde : qui n'y est pas est parti.", "La liste vaut pour toutes les fiches : ce qui n'y est pas n'existe plus.")+
			" Il manquerait : "+strings.Join(noms, ", ")+more.FR+".",
		v.or("The list is read as everybody: who is not in it has left.", "The list is read as all there is: what is not in it is no more.")+
			" These would be missing: "+strings.Join(names, ", ")+more.EN+".").and(why)
}

// blockSnapshot undoes every operation: none can be done alone. What was changed
// is not at the target, so that its lines there are not true.
func (p *planner) blockSnapshot(out *Snapshot) error {
	dropped := map[int64]bool{}
	for _, position := range p.summary.Dropped {
		dropped[position] = true
	}
	err := p.out.readBack(func(entries []Entry) error {
		for i := range entries {
			if e := &entries[i]; e.Operation != Create && e.Operation != Note && !dropped[e.Position] {
				out.Stale = append(out.Stale, e.SourceID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c := &p.summary.Counts
	out.Pending = c.Changes()
	c.Create, c.Update, c.Delete = 0, 0, 0
	for i := range p.summary.Fields {
		p.summary.Fields[i] = FieldCount{Name: p.summary.Fields[i].Name}
	}
	out.Kept, p.summary.Dropped = nil, nil
	p.out.discard()
	p.out, err = createSpool(p.path, p.summary.ID, p.Ledger.Sealer())
	return err
}

// writeLines writes the whole down in order. Where it is what was written last,
// there is nothing to write.
func (p *planner) writeLines(out *Snapshot) error {
	if err := p.out.flush(); err != nil {
		return err
	}
	w := lineWriter{planner: p, out: out, digest: p.Ledger.Digest()}
	w.hash(out.Open)
	out.Start = p.out.offset
	err := p.snapshot.sorter.each(func(l *loose) error {
		if !l.kept && p.snapshot.skip[l.origin] {
			return nil
		}
		return w.add(l)
	})
	if err == nil {
		err = w.flush()
	}
	if err != nil {
		return err
	}
	if w.lines == 0 {
		v := p.voice()
		p.summary.Blocked = append(p.summary.Blocked, Block{
			Part: PartSnapshot, Code: "snapshot-empty",
			Say: plus(
				v.or("La liste serait vide, et elle vaut pour tout le monde : ce serait dire que tout le monde est parti.",
					"La liste serait vide, et elle vaut pour toutes les fiches : ce serait dire qu'il n'y en a plus."),
				v.or("The list would be empty, and it is read as everybody: that says that everybody has left.",
					"The list would be empty, and it is read as all there is: that says that nothing is left.")),
			Do: plus(
				"Rien n'a été écrit ; ce qui est en place reste tel quel. Regardez ce qui est retenu ou en attente, et le filtre.",
				"Nothing was written; what is there stays as it is. Look who is held back or waits, and at where."),
		})
		out.Blocked = true
		return p.blockSnapshot(out)
	}
	before := p.snapshot.before.Content
	out.Content, out.Lines = w.digest.Sum(nil), w.lines
	out.Write = true
	switch {
	case len(before) == 0:
		out.Why = "first"
	case p.summary.Counts.Changes() > 0:
		out.Why = "changes"
	case subtle.ConstantTimeCompare(before, out.Content) == 0:
		out.Why = "form"
	case p.snapshot.rule.Always:
		out.Why = "always"
	default:
		out.Write = false
		out.Rekeep = out.KeepLines && !p.snapshot.before.Kept
	}
	if !out.Write && !out.Rekeep {
		if err := p.out.dropLines(out.Start); err != nil {
			return err
		}
	}
	out.Frames = p.out.lines
	return nil
}

// lineWriter writes the whole into the spool.
type lineWriter struct {
	*planner
	out    *Snapshot
	digest hash.Hash
	lines  int64
	frame  []Line
	bytes  int
}

func (w *lineWriter) hash(text []byte) {
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(text)))
	w.digest.Write(size[:])
	w.digest.Write(text)
}

func (w *lineWriter) add(l *loose) error {
	w.hash(l.body)
	w.frame = append(w.frame, Line{Number: w.lines, SourceID: l.sourceID, Shown: l.shown, Body: slices.Clone(l.body)})
	w.lines++
	w.bytes += len(l.body)
	if len(w.frame) < lineFrame && w.bytes < lineFrameBytes {
		return nil
	}
	return w.flush()
}

func (w *lineWriter) flush() error {
	if len(w.frame) == 0 {
		return nil
	}
	err := w.planner.out.addLines(w.frame)
	w.frame, w.bytes = w.frame[:0], 0
	return err
}
