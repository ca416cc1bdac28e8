package ledger

import (
	"crypto/hmac"
	"encoding/binary"
	"strconv"

	"zombiezen.com/go/sqlite"
)

// noted is a move as it is hashed: exactly what is stored.
type noted struct {
	number              int64
	side, before, after string
	links, at           int64
	who                 string
	mac                 []byte
}

// digest vouches for a move and all before it.
func (n *noted) digest(k keys, before []byte) []byte {
	var b []byte
	for _, number := range []int64{n.number, n.links, n.at} {
		b = binary.BigEndian.AppendUint64(b, uint64(number))
	}
	for _, text := range []string{n.side, n.before, n.after, n.who} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
		b = append(b, text...)
	}
	return k.mac([]byte("move\x00"), before, b)
}

// movesMAC vouches for the end of the list, also of an empty one.
func (k keys) movesMAC(length int64, last []byte) []byte {
	return k.mac([]byte("moves\x00"), binary.BigEndian.AppendUint64(nil, uint64(length)), last)
}

// noteMove writes a move at the end of the list.
func (l *Ledger) noteMove(scope ScopeID, side string, r Rename, links int64, who string) error {
	n := noted{number: 1, side: side, before: r.From, after: r.To, links: links, who: who, at: l.now()}
	last := firstLink()
	err := each(l.conn, "SELECT number, mac FROM moves ORDER BY number DESC LIMIT 1", nil, func(s *sqlite.Stmt) error {
		n.number, last = s.ColumnInt64(0)+1, columnBytes(s, 1)
		return nil
	})
	if err != nil {
		return err
	}
	n.mac = n.digest(l.keys, last)
	err = exec(l.conn, "INSERT INTO moves (number, scope, side, before, after, links, who, at, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		func(s *sqlite.Stmt) {
			s.BindInt64(1, n.number)
			s.BindInt64(2, int64(scope))
			s.BindText(3, n.side)
			s.BindText(4, n.before)
			s.BindText(5, n.after)
			s.BindInt64(6, n.links)
			s.BindText(7, n.who)
			s.BindInt64(8, n.at)
			s.BindBytes(9, n.mac)
		})
	if err != nil {
		return err
	}
	return l.vouchMoves(n.number, n.mac)
}

// vouchMoves signs the end of the list.
func (l *Ledger) vouchMoves(length int64, last []byte) error {
	return exec(l.conn, "UPDATE ledger SET moves_mac = ?", func(s *sqlite.Stmt) { s.BindBytes(1, l.keys.movesMAC(length, last)) })
}

// verifyMoves recomputes the list of moves.
func (l *Ledger) verifyMoves() error {
	last, length := firstLink(), int64(0)
	err := each(l.conn, "SELECT number, side, before, after, links, who, at, mac FROM moves ORDER BY number", nil, func(s *sqlite.Stmt) error {
		n := noted{
			number: s.ColumnInt64(0), side: s.ColumnText(1), before: s.ColumnText(2), after: s.ColumnText(3),
			links: s.ColumnInt64(4), who: s.ColumnText(5), at: s.ColumnInt64(6), mac: columnBytes(s, 7),
		}
		if n.number != length+1 || !hmac.Equal(n.mac, n.digest(l.keys, last)) {
			return altered("Move " + count(n.number) + " of links to another tenant, or the one before it, is not as it was written.")
		}
		last, length = n.mac, n.number
		return nil
	})
	if err != nil {
		return err
	}
	var end []byte
	err = each(l.conn, "SELECT moves_mac FROM ledger", nil, func(s *sqlite.Stmt) error {
		end = columnBytes(s, 0)
		return nil
	})
	if err == nil && !hmac.Equal(end, l.keys.movesMAC(length, last)) {
		err = altered("Moves of links to another tenant are missing.")
	}
	return err
}

func count(n int64) string { return strconv.FormatInt(n, 10) }
