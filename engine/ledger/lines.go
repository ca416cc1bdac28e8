package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"zombiezen.com/go/sqlite"
)

// Last lines are kept by the page, in the file's order. A page ends where the
// print of a source id says so, one in linesAPage, and not after so many lines:
// who comes or goes changes his own page, and not all those after it.
const (
	linesAPage = 256
	mostLines  = 4 * linesAPage
	mostBytes  = 256 << 10 // of a page
	// Pages of so many bytes are committed together: the log that a commit goes
	// through stays small however large the file is.
	committedBytes = 4 << 20
)

// digestBytes are what is kept of a page's HMAC.
const digestBytes = 16

// lineDigest tells whether a page holds what another one held.
type lineDigest [digestBytes]byte

// linePage is some lines, one after the other: the source id and the line, each
// behind its length.
type linePage struct {
	prints idPrints
	plain  []byte
}

func (p *linePage) add(print uint32, sourceID string, line []byte) {
	p.prints = p.prints.with(print)
	p.plain = binary.AppendUvarint(p.plain, uint64(len(sourceID)))
	p.plain = append(p.plain, sourceID...)
	p.plain = binary.AppendUvarint(p.plain, uint64(len(line)))
	p.plain = append(p.plain, line...)
}

// full reports whether the page ends behind the line that was added last.
func (p *linePage) full() bool {
	lines := p.prints.count()
	return p.prints.at(lines-1)%linesAPage == 0 || lines >= mostLines || len(p.plain) >= mostBytes
}

func (p *linePage) reset() { p.prints, p.plain = p.prints[:0], p.plain[:0] }

// each gives the lines in their order; ok is false when they are damaged.
func (p *linePage) each(do func(at int, sourceID, line []byte)) (ok bool) {
	rest := p.plain
	text := func() []byte {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			ok = false
			return nil
		}
		text := rest[size : size+int(n)]
		rest = rest[size+int(n):]
		return text
	}
	ok = true
	for at := 0; len(rest) > 0; at++ {
		sourceID, line := text(), text()
		if !ok || at >= p.prints.count() {
			return false
		}
		do(at, sourceID, line)
	}
	return true
}

func (k keys) lineDigest(plain []byte) (d lineDigest) {
	h := hmac.New(sha256.New, k.linePages)
	h.Write(plain)
	copy(d[:], h.Sum(nil))
	return d
}

// linePageName binds a sealed page to its scope and its content.
func linePageName(scope ScopeID, digest []byte) []byte {
	return fmt.Appendf(nil, "%d/page/%x", scope, digest)
}

// sealedLines is a page as it is kept.
type sealedLines struct {
	prints []byte
	digest lineDigest
	lines  []byte
}

func (l *Ledger) sealLines(scope ScopeID, page *linePage, digest lineDigest) sealedLines {
	lines := make([]byte, 0, len(page.plain)+l.keys.lines.Overhead())
	return sealedLines{slices.Clone(page.prints), digest, l.keys.lines.Seal(lines, page.plain, linePageName(scope, digest[:]))}
}

func (l *Ledger) insertLinePage(scope ScopeID, page sealedLines) error {
	return exec(l.conn, "INSERT INTO line_pages (scope, prints, digest, lines) VALUES (?, ?, ?, ?)", func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(scope))
		s.BindBytes(2, page.prints)
		s.BindBytes(3, page.digest[:])
		s.BindBytes(4, page.lines)
	})
}

// KeepLines keeps the lines that lines gives, in the file's order, in place of
// all that were kept for a scope. Pages that are as they were are not written.
// Killed in the middle, both are there, and of a line that is there twice the
// new one holds; the next KeepLines ends it.
func (l *Ledger) KeepLines(ctx context.Context, scope ScopeID, lines func(keep func(sourceID string, line []byte) error) error) error {
	k := lineKeeper{ledger: l, scope: scope, old: map[lineDigest]int64{}}
	err := l.read(ctx, "looking which last lines are kept", func() error {
		return each(l.conn, "SELECT digest, number FROM line_pages WHERE scope = ?",
			func(s *sqlite.Stmt) { s.BindInt64(1, int64(scope)) },
			func(s *sqlite.Stmt) error {
				var d lineDigest
				s.ColumnBytes(0, d[:])
				if number, twice := k.old[d]; twice {
					k.twice = append(k.twice, number)
				}
				k.old[d] = s.ColumnInt64(1)
				return nil
			})
	})
	if err != nil {
		return err
	}
	err = lines(func(sourceID string, line []byte) error {
		k.page.add(l.printOf(sourceID), sourceID, line)
		if !k.page.full() {
			return nil
		}
		k.endPage()
		if k.bytes < committedBytes {
			return nil
		}
		return k.commit(ctx, false)
	})
	if err != nil {
		return err
	}
	k.endPage()
	return k.commit(ctx, true)
}

// lineKeeper turns lines into pages.
type lineKeeper struct {
	ledger *Ledger
	scope  ScopeID
	old    map[lineDigest]int64 // numbers of the pages that were there and are not met again
	twice  []int64              // of those that hold what another one does
	page   linePage
	ended  []sealedLines // not yet written
	bytes  int           // of them
}

// endPage seals the page, unless it is there already.
func (k *lineKeeper) endPage() {
	if len(k.page.plain) == 0 {
		return
	}
	digest := k.ledger.keys.lineDigest(k.page.plain)
	if _, there := k.old[digest]; there {
		delete(k.old, digest)
	} else {
		k.ended = append(k.ended, k.ledger.sealLines(k.scope, &k.page, digest))
		k.bytes += len(k.page.plain)
	}
	k.page.reset()
}

// commit writes the pages that ended, and with the last of them erases those
// that were not met again, or are there twice.
func (k *lineKeeper) commit(ctx context.Context, last bool) error {
	var erased []int64
	if last {
		erased = slices.AppendSeq(k.twice, maps.Values(k.old))
	}
	if len(k.ended)+len(erased) == 0 {
		return nil
	}
	err := k.ledger.record(ctx, "keeping last lines", func() error {
		for _, page := range k.ended {
			if err := k.ledger.insertLinePage(k.scope, page); err != nil {
				return err
			}
		}
		for _, number := range erased {
			if err := k.ledger.deleteLinePage(number); err != nil {
				return err
			}
		}
		return nil
	})
	k.ended, k.bytes = k.ended[:0], 0
	return err
}

func (l *Ledger) deleteLinePage(number int64) error {
	return exec(l.conn, "DELETE FROM line_pages WHERE number = ?", func(s *sqlite.Stmt) { s.BindInt64(1, number) })
}
