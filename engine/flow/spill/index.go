package spill

import (
	"cmp"
	"iter"
	"slices"
)

// Index finds records by the hash of a key. It holds 16 bytes a record, and up to
// twice that while it grows. Different keys may share a hash: whoever looks
// compares the key itself.
type Index struct{ entries []Entry }

// Entry is one record of an index.
type Entry struct {
	Hash uint64
	Ref  Ref
}

// Add puts a record in.
func (x *Index) Add(hash uint64, ref Ref) { x.entries = append(x.entries, Entry{hash, ref}) }

// Sort must come after the last Add and before what follows.
func (x *Index) Sort() {
	slices.SortFunc(x.entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Ref, b.Ref)) })
}

// Find gives the records with a hash, in the order in which they were added.
func (x *Index) Find(hash uint64) []Entry {
	from, _ := slices.BinarySearchFunc(x.entries, hash, func(e Entry, h uint64) int { return cmp.Compare(e.Hash, h) })
	to := from
	for to < len(x.entries) && x.entries[to].Hash == hash {
		to++
	}
	return x.entries[from:to]
}

// Runs yields the records that share a hash, run by run, in the order of each
// run's first record. It takes 4 bytes a run.
func (x *Index) Runs() iter.Seq[[]Entry] {
	return func(yield func([]Entry) bool) {
		var starts []uint32
		for i := range x.entries {
			if i == 0 || x.entries[i].Hash != x.entries[i-1].Hash {
				starts = append(starts, uint32(i))
			}
		}
		slices.SortFunc(starts, func(a, b uint32) int { return cmp.Compare(x.entries[a].Ref, x.entries[b].Ref) })
		for _, start := range starts {
			end := int(start) + 1
			for end < len(x.entries) && x.entries[end].Hash == x.entries[start].Hash {
				end++
			}
			if !yield(x.entries[start:end]) {
				return
			}
		}
	}
}

// Shared yields the runs of more than one record.
func (x *Index) Shared() iter.Seq[[]Entry] {
	return func(yield func([]Entry) bool) {
		for run := range x.Runs() {
			if len(run) > 1 && !yield(run) {
				return
			}
		}
	}
}
