package ledger

import "encoding/binary"

// printBytes are what is kept of an id's fingerprint.
const printBytes = 4

// idPrints are keyed prints of the source ids in a sealed page, in its order. They
// lie beside what is sealed, and find the pages of one person without opening all.
// One in four billion others has the same: who is looked for is compared once more.
type idPrints []byte

func (l *Ledger) printOf(sourceID string) uint32 { return uint32(l.Fingerprint(0, sourceID, nil)) }

func (p idPrints) with(print uint32) idPrints { return binary.LittleEndian.AppendUint32(p, print) }

func (p idPrints) at(i int) uint32 { return binary.LittleEndian.Uint32(p[i*printBytes:]) }

func (p idPrints) count() int { return len(p) / printBytes }

// anyIn reports whether somebody of those wanted may be in the page.
func anyIn[V any](p idPrints, wanted map[uint32]V) bool {
	for i := range p.count() {
		if _, may := wanted[p.at(i)]; may {
			return true
		}
	}
	return false
}
