package plan

import (
	"hash/maphash"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// duplicates finds records that share an id, a key or the target record that
// they would adopt; all of them are held. Who came first may already be spooled
// when the second comes: that one is withdrawn at the end.
//
// Random bits stand for an id or a key (see firsts). Memory for a record is a byte
// for what became of it and a bit of the ledger's RowSet; the rest doesn't grow with
// the read. Who it was is on the roll, on disk. Of more than mostFirsts new ids, or
// keys, those that are the same are found at the end, and all of them are withdrawn.
type duplicates struct {
	seeds    [2]maphash.Seed
	ids      known // of records that are not linked
	keys     known
	matches  known                       // by what match looks them up by
	adopted  known                       // by the target's id
	linked   map[string]*compile.Failure // by id: of linked records, those that came again
	twins    []twin
	roll     roll
	outcomes outcomes
	kept     keptFields
}

type fingerprint [2]uint64

// known are the firsts of one kind, and why those are held that had a twin.
type known struct {
	firsts
	reason func() *compile.Failure
	why    map[int64]*compile.Failure // by position of the first
}

// twin is a record that came first, and that another was like.
type twin struct {
	who      Person // but for the id of one that is linked, found out at the end
	position int64  // elsewhere for one that is linked, until then
	why      *compile.Failure
}

// elsewhere is no position.
const elsewhere = -1

func newDuplicates(most int) *duplicates {
	d := &duplicates{
		seeds:  [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		linked: map[string]*compile.Failure{},
	}
	for _, k := range d.all() {
		k.most, k.why = most, map[int64]*compile.Failure{}
	}
	return d
}

func (d *duplicates) all() []*known { return []*known{&d.ids, &d.keys, &d.matches, &d.adopted} }

// open says where files without a name may lie.
func (d *duplicates) open(dir, planID string, sealer *ledger.Sealer) {
	d.roll = roll{sealer: sealer, planID: planID, dir: dir}
	for _, k := range d.all() {
		k.later.dir = dir
	}
}

func (d *duplicates) close() {
	d.roll.close()
	for _, k := range d.all() {
		k.later.close()
	}
}

func (d *duplicates) hash(text []byte) fingerprint {
	return fingerprint{maphash.Bytes(d.seeds[0], text), maphash.Bytes(d.seeds[1], text)}
}

func (d *duplicates) hashText(text string) fingerprint {
	return fingerprint{maphash.String(d.seeds[0], text), maphash.String(d.seeds[1], text)}
}

// id puts an item on the roll. Of linked records the ledger's numbers show who
// was read before.
func (d *duplicates) id(item *flow.Item, row int64, seen *ledger.RowSet) error {
	first := seen.Add(row)
	switch {
	case row == 0:
		d.see(&d.ids, d.hashText(item.ID), item, sharedID)
	case !first:
		why := d.linked[item.ID]
		if why == nil {
			why = sharedID()
			d.linked[item.ID] = why
			d.twins = append(d.twins, twin{Person{SourceID: item.ID}, elsewhere, why})
		}
		hold(item, why)
	}
	return d.roll.add(item.ID, item.Shown)
}

func sharedID() *compile.Failure {
	return &compile.Failure{
		Code:    "duplicate-key",
		Summary: "Two records of the source have this id",
		Detail:  "One id is one record; which of the two is right can't be told.",
		Remedy:  "Correct the source, or look why its list holds the same record twice.",
	}
}

func (d *duplicates) key(item *flow.Item, key keyOf, target *compile.Target) {
	d.see(&d.keys, key.hash, item, func() *compile.Failure {
		return &compile.Failure{
			Code:    "duplicate-key",
			Field:   target.Fields[target.Key[0]].Name,
			Summary: "Another record of the source has the same " + fieldNames(target, target.Key),
			Detail:  "The key must be one record's alone: sent, one of them would overwrite the other.",
			Remedy:  "Correct it at the source, or choose a key that is unique there.",
			Place:   &target.Fields[target.Key[0]].Place,
		}
	})
}

// target is for a find that answers different keys with one record.
func (d *duplicates) target(item *flow.Item, targetID string, target *compile.Target) {
	d.see(&d.adopted, d.hashText(targetID), item, func() *compile.Failure {
		return &compile.Failure{
			Code:    "ambiguous-match",
			Field:   target.Fields[target.FindBy()[0]].Name,
			Summary: "The target gave the same record for two of the source",
			Detail:  "Their " + keyNames(target) + " is not the same; which of them the record is can't be told.",
			Remedy:  `Check the endpoint "find": it must select by all of it. Or correct both at the source.`,
			Place:   &target.Fields[target.FindBy()[0]].Place,
		}
	})
}

// keyNames are the fields by which a record is looked up.
func keyNames(target *compile.Target) string {
	return fieldNames(target, target.FindBy())
}

// see holds an item that is not the first with this hash, unless it is held for
// another reason, and remembers that the first has a twin.
func (d *duplicates) see(among *known, hash fingerprint, item *flow.Item, reason func() *compile.Failure) {
	among.reason = reason
	first, isNew := among.put(hash, item.Position)
	if isNew {
		return
	}
	why := among.why[first]
	if why == nil {
		why = reason()
		among.why[first] = why
		d.twins = append(d.twins, twin{position: first, why: why})
	}
	hold(item, why)
}

func hold(item *flow.Item, why *compile.Failure) {
	if item.Held == nil {
		item.Held, item.Out = why, false
	}
}

// settle finds the twins that were too many to be noticed when they came.
func (d *duplicates) settle() error {
	for _, k := range d.all() {
		err := k.settle(func(positions []int64) {
			why := k.reason()
			for _, position := range positions {
				d.twins = append(d.twins, twin{position: position, why: why})
			}
		})
		if err != nil {
			return spoolFault("looking for records that share an id or a key", err)
		}
	}
	return nil
}

// name looks up who came first, and where: one way through the roll, and only
// where there are twins.
func (d *duplicates) name() error {
	if len(d.twins) == 0 {
		return nil
	}
	byPosition, byID := map[int64]Person{}, map[string]int64{}
	for _, t := range d.twins {
		if t.position == elsewhere {
			byID[t.who.SourceID] = elsewhere
		} else {
			byPosition[t.position] = Person{}
		}
	}
	err := d.roll.each(func(position int64, who Person) {
		if at, wanted := byID[who.SourceID]; wanted && at == elsewhere {
			byID[who.SourceID] = position
			byPosition[position] = who
		}
		if _, wanted := byPosition[position]; wanted {
			byPosition[position] = who
		}
	})
	for i := range d.twins {
		t := &d.twins[i]
		if t.position == elsewhere {
			t.position = byID[t.who.SourceID]
		}
		t.who = byPosition[t.position]
	}
	return err
}

// withdraw holds those who came first, and takes back what was planned for them.
func (d *duplicates) withdraw(p *planner) error {
	if err := d.settle(); err != nil {
		return err
	}
	if err := d.name(); err != nil {
		return err
	}
	spooled := map[int64]bool{}
	for _, twin := range d.twins {
		was := d.outcomes.at(twin.position)
		if was == held || was == aside {
			continue // held for another reason, already by another list, or not asked for
		}
		d.outcomes.set(twin.position, held)
		*p.summary.Counts.of(was)--
		p.summary.Counts.Held++
		p.summary.Held = append(p.summary.Held, Held{Person: twin.who, Failure: *twin.why})
		for _, kept := range d.kept.of(twin.position) {
			p.summary.Fields[kept.field].Kept--
		}
		if was.spooled() || len(p.facts)+len(p.persons.fields) > 0 { // at least the facts were
			spooled[twin.position] = true
			p.summary.Dropped = append(p.summary.Dropped, twin.position)
		}
	}
	if len(spooled) == 0 {
		return nil
	}
	return p.readBack(func(entries []Entry) error {
		for i := range entries {
			if spooled[home(entries[i].Position)] {
				p.tally(&entries[i], -1)
			}
		}
		return nil
	})
}
