package expr

import "unsafe"

// Room is memory for the texts that expressions make: many of them to one
// allocation. A text stays right for as long as anybody holds it, but one that is
// held keeps its neighbours in memory, roomSize bytes of them at the most. The zero
// Room is ready. It belongs to one goroutine.
type Room struct{ free []byte }

const (
	roomSize = 4096 // bytes of one allocation
	roomText = 512  // a text that may be longer gets an allocation of its own
)

// open is an empty slice to append a text to, of so many bytes as one expects. Until
// close nothing else is opened. Without a Room each text is allocated.
func (r *Room) open(expected int) []byte {
	if r == nil || expected > roomText {
		return make([]byte, 0, expected)
	}
	if expected > len(r.free) {
		r.free = make([]byte, roomSize)
	}
	return r.free[:0:expected]
}

// close makes the text of what was appended, without a copy: nobody writes to these
// bytes again, because the Room goes on behind them, and whoever appended forgets
// them.
func (r *Room) close(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	// Elsewhere when it had its own allocation, or became longer than expected.
	if r != nil && len(b) <= len(r.free) && unsafe.SliceData(b) == unsafe.SliceData(r.free) {
		r.free = r.free[len(b):]
	}
	return unsafe.String(unsafe.SliceData(b), len(b))
}
