package plan

import (
	"cmp"
	"iter"
	"slices"
)

// outcomes is what became of each item, by position: a byte a record. It lies in
// pages, so that growing copies nothing.
type outcomes struct {
	pages [][]outcome
	count int64
}

const outcomePage = 1 << 14

func (o *outcomes) add(what outcome) {
	if o.count%outcomePage == 0 {
		o.pages = append(o.pages, make([]outcome, outcomePage))
	}
	o.count++
	o.set(o.count-1, what)
}

func (o *outcomes) at(position int64) outcome {
	return o.pages[position/outcomePage][position%outcomePage]
}

func (o *outcomes) set(position int64, what outcome) {
	o.pages[position/outcomePage][position%outcomePage] = what
}

// all yields every one by its position.
func (o *outcomes) all() iter.Seq2[int64, outcome] {
	return func(yield func(int64, outcome) bool) {
		for position := range o.count {
			if !yield(position, o.at(position)) {
				return
			}
		}
	}
}

// keptFields are the fields that are empty now and are not emptied at the target.
// Records come in order of position.
type keptFields []keptField

type keptField struct {
	position int64
	field    int
}

func (k *keptFields) add(position int64, field int) { *k = append(*k, keptField{position, field}) }

// of are those of one record.
func (k keptFields) of(position int64) []keptField {
	before := func(f keptField, position int64) int { return cmp.Compare(f.position, position) }
	from, _ := slices.BinarySearchFunc(k, position, before)
	to, _ := slices.BinarySearchFunc(k, position+1, before)
	return k[from:to]
}

// forget takes those of the last record back.
func (k *keptFields) forget(position int64) { *k = (*k)[:len(*k)-len(k.of(position))] }
