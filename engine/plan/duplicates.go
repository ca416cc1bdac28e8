package plan

import (
	"hash/maphash"
	"strconv"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
)

// duplicates finds records that share an id, a key or the target record that
// they would adopt; all of them are held. Who came first may already be spooled
// when the second comes: that one is withdrawn at the end.
//
// 128 random bits stand for an id or a key: two that collide by chance would
// need some 10^19 people. Memory is about 150 bytes a record.
type duplicates struct {
	seeds    [2]maphash.Seed
	ids      map[fingerprint]*firstSeen
	keys     map[fingerprint]*firstSeen
	adopted  map[fingerprint]*firstSeen // by the target's id
	twins    []*firstSeen
	outcomes []outcome       // by position
	kept     map[int64][]int // by position: fields that were not emptied
}

type fingerprint [2]uint64

type firstSeen struct {
	position int64
	who      Person
	why      *compile.Failure // set once a twin came
}

func newDuplicates() *duplicates {
	return &duplicates{
		seeds:   [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		ids:     map[fingerprint]*firstSeen{},
		keys:    map[fingerprint]*firstSeen{},
		adopted: map[fingerprint]*firstSeen{},
		kept:    map[int64][]int{},
	}
}

func (d *duplicates) hash(text []byte) fingerprint {
	return fingerprint{maphash.Bytes(d.seeds[0], text), maphash.Bytes(d.seeds[1], text)}
}

func (d *duplicates) hashText(text string) fingerprint {
	return fingerprint{maphash.String(d.seeds[0], text), maphash.String(d.seeds[1], text)}
}

func (d *duplicates) id(item *flow.Item) {
	d.see(d.ids, d.hashText(item.ID), item, sharedID)
}

func sharedID() *compile.Failure {
	return &compile.Failure{
		Code:    "duplicate-key",
		Summary: "Two records of the source have this id",
		Detail:  "One id is one person; which of the two is right can't be told.",
		Remedy:  "Correct the source, or look why its list holds the same record twice.",
	}
}

func (d *duplicates) key(item *flow.Item, key keyOf, target *compile.Target) {
	d.see(d.keys, key.hash, item, func() *compile.Failure {
		return &compile.Failure{
			Code:    "duplicate-key",
			Field:   target.Fields[target.Key[0]].Name,
			Summary: "Another person has the same " + keyNames(target),
			Detail:  "The key must be one person's alone: sent, one of them would overwrite the other.",
			Remedy:  "Correct it at the source, or choose a key that is unique there.",
			Place:   &target.Fields[target.Key[0]].Place,
		}
	})
}

// target is for a find that answers different keys with one record.
func (d *duplicates) target(item *flow.Item, targetID string, target *compile.Target) {
	d.see(d.adopted, d.hashText(targetID), item, func() *compile.Failure {
		return &compile.Failure{
			Code:    "ambiguous-match",
			Field:   target.Fields[target.Key[0]].Name,
			Summary: "The target gave the same record for two people",
			Detail:  "Their " + keyNames(target) + " is not the same; which of them the record is can't be told.",
			Remedy:  `Check the endpoint "find": it must select by the whole key. Or correct the key of both at the source.`,
			Place:   &target.Fields[target.Key[0]].Place,
		}
	})
}

func keyNames(target *compile.Target) string {
	names := make([]string, len(target.Key))
	for i, at := range target.Key {
		names[i] = strconv.Quote(target.Fields[at].Name)
	}
	return strings.Join(names, " and ")
}

// see holds an item that is not the first with this hash, unless it is held for
// another reason, and remembers that the first has a twin.
func (d *duplicates) see(among map[fingerprint]*firstSeen, hash fingerprint, item *flow.Item, reason func() *compile.Failure) {
	before, seen := among[hash]
	if !seen {
		among[hash] = &firstSeen{position: item.Position, who: Person{item.ID, item.Shown}}
		return
	}
	if before.why == nil {
		before.why = reason()
		d.twins = append(d.twins, before)
	}
	if item.Held == nil {
		item.Held, item.Out = before.why, false
	}
}

// withdraw holds those who came first, and takes back what was planned for them.
func (d *duplicates) withdraw(p *planner) error {
	spooled := map[int64]bool{}
	for _, twin := range d.twins {
		was := d.outcomes[twin.position]
		if was == held || was == aside {
			continue // held for another reason, already by another list, or not asked for
		}
		d.outcomes[twin.position] = held
		*p.summary.Counts.of(was)--
		p.summary.Counts.Held++
		p.summary.Held = append(p.summary.Held, Held{Person: twin.who, Failure: *twin.why})
		for _, field := range d.kept[twin.position] {
			p.summary.Fields[field].Kept--
		}
		if was.spooled() || len(p.facts) > 0 { // at least the facts were
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
