package ledger

import (
	"encoding/binary"
	"encoding/json"

	"zombiezen.com/go/sqlite"
)

// pageOfResults is how many results are settled, and read back, at a turn.
const pageOfResults = 1024

// said is what all results of a page say: everything but whom they are about. It
// holds no value of a record; Summary may end in another person's source id.
type said struct {
	plan, outcome, operation            string
	code, field, summary, remedy, retry string
	place, answer, why, leftOut         string // leftOut: a JSON list of LeftOut, or ""
	status, attempts, at                int64
}

// about is whom one result is about, and which one of its run it is.
type about struct {
	number, position     int64
	source, target, name string
}

func (l *Ledger) saidOf(a *Applied, planID string, at int64) (said, error) {
	s := said{
		plan: planID, outcome: a.Outcome, operation: a.Operation,
		code: a.Code, field: a.Field, summary: a.Summary, remedy: a.Remedy, retry: a.Retry,
		place: a.Place, answer: a.Answer, why: a.Why,
		status: int64(a.Status), attempts: int64(a.Attempts), at: at,
	}
	if len(a.LeftOut) == 0 {
		return s, nil
	}
	leftOut, err := json.Marshal(a.LeftOut)
	s.leftOut = string(leftOut)
	return s, err
}

// pageWriter gathers results of a run, in the order of their numbers, and writes
// them by the page. On a first load that costs 0.5 µs a result, where a row a
// person with its indexes cost 4.
type pageWriter struct {
	ledger  *Ledger
	run     int64
	results int
	pages   []*page
	saying  map[said]*page
	last    *page // that of the result before: most often the next one's, too
}

// page is one while it is gathered.
type page struct {
	said
	first            int64
	number, position int64 // of the last result
	prints           idPrints
	people           []byte
}

// add takes one more result. Its number is above that of those before.
func (w *pageWriter) add(s *said, a about) {
	w.results++
	p := w.last
	if p == nil || p.said != *s {
		p = w.pageFor(s, a.number)
		w.last = p
	}
	p.prints = p.prints.with(w.ledger.printOf(a.source))
	p.people = binary.AppendUvarint(p.people, uint64(a.number-p.number))
	p.people = binary.AppendVarint(p.people, a.position-p.position)
	for _, text := range [...]string{a.source, a.target, a.name} {
		p.people = binary.AppendUvarint(p.people, uint64(len(text)))
		p.people = append(p.people, text...)
	}
	p.number, p.position = a.number, a.position
}

func (w *pageWriter) pageFor(s *said, first int64) *page {
	if p := w.saying[*s]; p != nil {
		return p
	}
	if w.saying == nil {
		w.saying = map[said]*page{}
	}
	p := &page{said: *s, first: first}
	w.saying[*s] = p
	w.pages = append(w.pages, p)
	return p
}

var resultRows = newRows(`result_pages (run, until, first, plan, outcome, operation, code, field, summary, remedy, retry,
	place, answer, why, left_out, status, attempts, at, prints, people)`, "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "")

// write writes what was gathered. until is the last number of those that were
// settled together.
func (w *pageWriter) write(until int64) error {
	err := resultRows.insert(w.ledger.conn, len(w.pages), func(s *sqlite.Stmt, row, at int) {
		p := w.pages[row]
		s.BindInt64(at, w.run)
		s.BindInt64(at+1, until)
		s.BindInt64(at+2, p.first)
		for i, text := range [...]string{
			p.plan, p.outcome, p.operation, p.code, p.field, p.summary, p.remedy, p.retry, p.place, p.answer, p.why, p.leftOut,
		} {
			s.BindText(at+3+i, text)
		}
		for i, n := range [...]int64{p.status, p.attempts, p.said.at} {
			s.BindInt64(at+15+i, n)
		}
		s.BindBytes(at+18, p.prints)
		s.BindBytes(at+19, w.ledger.keys.results.Seal(nil, p.people, placeOfPage(w.run, p.first)))
	})
	w.results, w.pages, w.last = 0, nil, nil
	clear(w.saying)
	return err
}

// placeOfPage is what a page's seal covers besides its people: they can't be
// moved to another run or another place in it.
func placeOfPage(run, first int64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, uint64(run)), uint64(first))
}
