package plan

import (
	"hash/maphash"
	"strconv"
	"strings"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
)

// duplicates finds records that share an id or a key; all of them are held. Who
// came first may already be spooled when the second comes: that one is withdrawn
// at the end.
//
// 128 random bits stand for an id or a key: two that collide by chance would
// need some 10^19 people. Memory is about 150 bytes a record.
type duplicates struct {
	seeds    [2]maphash.Seed
	ids      map[fingerprint]*firstSeen
	keys     map[fingerprint]*firstSeen
	twins    []*firstSeen
	outcomes []outcome // by position
}

type fingerprint [2]uint64

type firstSeen struct {
	position int64
	who      Person
	why      *compile.Failure // set once a twin came
}

func newDuplicates() *duplicates {
	return &duplicates{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		ids:   map[fingerprint]*firstSeen{},
		keys:  map[fingerprint]*firstSeen{},
	}
}

func (d *duplicates) hash(text []byte) fingerprint {
	return fingerprint{maphash.Bytes(d.seeds[0], text), maphash.Bytes(d.seeds[1], text)}
}

func (d *duplicates) id(item *flow.Item) {
	hash := fingerprint{maphash.String(d.seeds[0], item.ID), maphash.String(d.seeds[1], item.ID)}
	d.see(d.ids, hash, item, &compile.Failure{
		Code:    "duplicate-key",
		Summary: "Two records of the source have this id",
		Detail:  "One id is one person; which of the two is right can't be told.",
		Remedy:  "Correct the source, or look why its list holds the same record twice.",
	})
}

func (d *duplicates) key(item *flow.Item, key keyOf, target *compile.Target) {
	names := make([]string, len(target.Key))
	for i, at := range target.Key {
		names[i] = strconv.Quote(target.Fields[at].Name)
	}
	which := strings.Join(names, " and ")
	d.see(d.keys, key.hash, item, &compile.Failure{
		Code:    "duplicate-key",
		Field:   target.Fields[target.Key[0]].Name,
		Summary: "Another person has the same " + which,
		Detail:  "The key must be one person's alone: sent, one of them would overwrite the other.",
		Remedy:  "Correct it at the source, or choose a key that is unique there.",
		Place:   &target.Fields[target.Key[0]].Place,
	})
}

func (d *duplicates) see(among map[fingerprint]*firstSeen, hash fingerprint, item *flow.Item, why *compile.Failure) {
	before, seen := among[hash]
	if !seen {
		among[hash] = &firstSeen{position: item.Position, who: Person{item.ID, item.Shown}}
		return
	}
	if before.why == nil {
		before.why = why
		d.twins = append(d.twins, before)
	}
	if item.Held == nil {
		item.Held, item.Values, item.Out = why, nil, false
	}
}

// withdraw holds those who came first, and takes back what was planned for them.
func (d *duplicates) withdraw(p *planner) error {
	spooled := map[int64]bool{}
	for _, twin := range d.twins {
		was := d.outcomes[twin.position]
		if was == held {
			continue // held for another reason, or already by the other list
		}
		d.outcomes[twin.position] = held
		*p.summary.Counts.of(was)--
		p.summary.Counts.Held++
		p.summary.Held = append(p.summary.Held, Held{Person: twin.who, Failure: *twin.why})
		if was == created || was == updated || was == adopted {
			spooled[twin.position] = true
			p.summary.Dropped = append(p.summary.Dropped, twin.position)
		}
	}
	if len(spooled) == 0 {
		return nil
	}
	return p.out.readBack(func(_ int64, entries []Entry) error {
		for i := range entries {
			if spooled[entries[i].Position] {
				p.summary.count(&entries[i], -1)
			}
		}
		return nil
	})
}
