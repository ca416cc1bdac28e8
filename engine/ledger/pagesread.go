package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"

	"zombiezen.com/go/sqlite"
)

// pageKey is where a page is.
type pageKey struct{ run, until, first int64 }

// keptPage is a page as it is read.
type keptPage struct {
	pageKey
	runID, mapping string
	said
	people []about
}

const pageColumns = `p.run, p.until, p.first, p.plan, p.outcome, p.operation, p.code, p.field, p.summary, p.remedy, p.retry,
	p.place, p.answer, p.why, p.left_out, p.status, p.attempts, p.at, p.people, u.id, u.mapping`

// eachPage calls f for the pages that which says, opened. p is the page, u its
// run. They share what people is kept in: it is good until f returns, the texts
// for as long as one likes.
func (l *Ledger) eachPage(which string, bind func(*sqlite.Stmt), f func(*keptPage) error) error {
	var k keptPage
	var sealed, plain []byte
	return each(l.conn, "SELECT "+pageColumns+" FROM result_pages p JOIN runs u ON u.number = p.run "+which, bind, func(s *sqlite.Stmt) (err error) {
		k.pageKey = keyAt(s)
		for i, text := range [...]*string{
			&k.plan, &k.outcome, &k.operation, &k.code, &k.field, &k.summary, &k.remedy, &k.retry, &k.place, &k.answer, &k.why, &k.leftOut,
		} {
			*text = s.ColumnText(3 + i)
		}
		k.status, k.attempts, k.at = s.ColumnInt64(15), s.ColumnInt64(16), s.ColumnInt64(17)
		k.runID, k.mapping = s.ColumnText(19), s.ColumnText(20)
		sealed = columnInto(s, 18, sealed)
		if plain, err = l.keys.results.Open(plain[:0], sealed, placeOfPage(k.run, k.first)); err != nil {
			return err
		}
		var sound bool
		if k.people, sound = peopleIn(k.people[:0], string(plain)); !sound {
			return unreadable(l.path, "The results of run "+k.runID+" are damaged.")
		}
		return f(&k)
	})
}

// pageAt is eachPage of one; there is none where it was rewritten meanwhile.
func (l *Ledger) pageAt(k pageKey, f func(*keptPage) error) error {
	return l.eachPage("WHERE p.run = ? AND p.until = ? AND p.first = ?", k.bind, f)
}

func keyAt(s *sqlite.Stmt) pageKey {
	return pageKey{s.ColumnInt64(0), s.ColumnInt64(1), s.ColumnInt64(2)}
}

func (k pageKey) bind(s *sqlite.Stmt) {
	s.BindInt64(1, k.run)
	s.BindInt64(2, k.until)
	s.BindInt64(3, k.first)
}

// peopleIn appends whom an opened page is about, in the order of their numbers.
// They are cut out of text, and keep it.
func peopleIn(dst []about, text string) (people []about, sound bool) {
	var a about
	for at := 0; at < len(text); {
		number, n := uvarintIn(text[at:])
		if n == 0 {
			return dst, false
		}
		at += n
		position, n := uvarintIn(text[at:])
		if n == 0 {
			return dst, false
		}
		at += n
		a.number += int64(number)
		a.position += int64(position>>1) ^ -int64(position&1)
		for _, part := range [...]*string{&a.source, &a.target, &a.name} {
			size, n := uvarintIn(text[at:])
			if at += n; n == 0 || size > uint64(len(text)-at) {
				return dst, false
			}
			*part = text[at : at+int(size)]
			at += int(size)
		}
		dst = append(dst, a)
	}
	return dst, true
}

// uvarintIn is binary.Uvarint of a string; n is 0 where there is none.
func uvarintIn(text string) (x uint64, n int) {
	for shift := 0; n < len(text) && n < binary.MaxVarintLen64; shift += 7 {
		b := text[n]
		n++
		x |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return x, n
		}
	}
	return 0, 0
}

// result is one of a page's.
func (k *keptPage) result(a *about, leftOut []LeftOut) Result {
	return Result{
		PlanID: k.plan, Position: a.position, SourceID: a.source, TargetID: a.target, Outcome: k.outcome, Operation: k.operation,
		Code: k.code, Field: k.field, Summary: k.summary, Remedy: k.remedy, Retry: k.retry, Place: k.place, Answer: k.answer,
		Status: int(k.status), Attempts: int(k.attempts), LeftOut: leftOut, ShownName: a.name, Why: k.why, At: fromMicro(k.at),
	}
}

func (l *Ledger) leftOutOf(k *keptPage) (leftOut []LeftOut, err error) {
	if k.leftOut != "" && json.Unmarshal([]byte(k.leftOut), &leftOut) != nil {
		err = unreadable(l.path, "What a target left out of a record is damaged.")
	}
	return leftOut, err
}

// errEnough ends a search that has found what it looked for.
var errEnough = errors.New("enough")

// eachPageAbout calls f for the pages that which says in which somebody with one
// of these source ids may be, unopened. It reads four bytes a result, not the
// people.
func (l *Ledger) eachPageAbout(sourceIDs []string, which string, bind func(*sqlite.Stmt), f func(pageKey) error) error {
	wanted := make(map[uint32]struct{}, len(sourceIDs))
	for _, id := range sourceIDs {
		wanted[l.printOf(id)] = struct{}{}
	}
	var prints idPrints
	err := each(l.conn, "SELECT p.run, p.until, p.first, p.prints FROM result_pages p "+which, bind, func(s *sqlite.Stmt) error {
		prints = columnInto(s, 3, prints)
		if anyIn(prints, wanted) {
			return f(keyAt(s))
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// checkResultPages opens every page. Its prints are no part of what is sealed, and
// whoever lacks theirs would be passed over in silence, also by Forget.
func (l *Ledger) checkResultPages() error {
	var prints, right idPrints
	return each(l.conn, "SELECT run, until, first, prints FROM result_pages", nil, func(s *sqlite.Stmt) error {
		prints = columnInto(s, 3, prints)
		return l.pageAt(keyAt(s), func(k *keptPage) error {
			right = right[:0]
			for i := range k.people {
				right = right.with(l.printOf(k.people[i].source))
			}
			if !bytes.Equal(prints, right) {
				return unreadable(l.path, "The results of run "+k.runID+" are damaged.")
			}
			return nil
		})
	})
}
