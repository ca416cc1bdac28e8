package ledger

import (
	"context"
	"crypto/hmac"
	"encoding/binary"

	"zombiezen.com/go/sqlite"

	"passerelle/engine/diag"
)

// chained is an ended run as it is hashed: exactly what is stored.
type chained struct {
	position                           int64
	id, mapping, trigger, plan, status string
	started, ended                     int64
	counts, calls                      string
	prev, hash                         []byte
}

// digest is an HMAC-SHA-256 over the hash before and every column, each text
// with its length: who can write the file but hasn't the key can't make one.
func (c *chained) digest(k keys) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.position))
	b = binary.BigEndian.AppendUint64(b, uint64(c.started))
	b = binary.BigEndian.AppendUint64(b, uint64(c.ended))
	for _, text := range []string{c.id, c.mapping, c.trigger, c.plan, c.status, c.counts, c.calls} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
		b = append(b, text...)
	}
	return k.mac([]byte("run\x00"), c.prev, b)
}

// chainMAC vouches for the chain's end: without it the last runs could be taken
// away unseen.
func (k keys) chainMAC(length int64, last []byte) []byte {
	return k.mac([]byte("end\x00"), binary.BigEndian.AppendUint64(nil, uint64(length)), last)
}

// firstLink stands before the first run.
func firstLink() []byte { return make([]byte, 32) }

// chain gives c its place after the last run, and vouches for it as the end.
func (l *Ledger) chain(c *chained) error {
	c.prev = firstLink()
	err := each(l.conn, "SELECT position, hash FROM runs WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1", nil,
		func(s *sqlite.Stmt) error {
			c.position, c.prev = s.ColumnInt64(0), columnBytes(s, 1)
			return nil
		})
	if err != nil {
		return err
	}
	c.position++
	c.hash = c.digest(l.keys)
	return exec(l.conn, "UPDATE ledger SET chain_mac = ?", func(s *sqlite.Stmt) {
		s.BindBytes(1, l.keys.chainMAC(c.position, c.hash))
	})
}

// Verify recomputes the chain over all ended runs, and the list of moves. It fails
// with ledger-altered when one was edited, added, reordered or removed without the key. It doesn't
// see the whole file being put back to an older copy.
func (l *Ledger) Verify(ctx context.Context) error {
	return l.read(ctx, "verifying the chain of runs", func() error {
		last := chained{hash: firstLink()}
		err := each(l.conn, `SELECT position, id, mapping, run_trigger, plan, status, started, ended, counts, calls, prev_hash, hash
			FROM runs WHERE status <> 'running' ORDER BY position`, nil,
			func(s *sqlite.Stmt) error {
				c := chained{
					position: s.ColumnInt64(0), id: s.ColumnText(1), mapping: s.ColumnText(2), trigger: s.ColumnText(3),
					plan: s.ColumnText(4), status: s.ColumnText(5), started: s.ColumnInt64(6), ended: s.ColumnInt64(7),
					counts: s.ColumnText(8), calls: s.ColumnText(9), prev: columnBytes(s, 10), hash: columnBytes(s, 11),
				}
				if c.position != last.position+1 || !hmac.Equal(c.prev, last.hash) || !hmac.Equal(c.hash, c.digest(l.keys)) {
					return altered("Run " + c.id + ", or the one before it, is not as it was written.")
				}
				last = c
				return nil
			})
		if err != nil {
			return err
		}
		var end []byte
		err = each(l.conn, "SELECT chain_mac FROM ledger", nil, func(s *sqlite.Stmt) error {
			end = columnBytes(s, 0)
			return nil
		})
		if err != nil {
			return err
		}
		lastHash := last.hash
		if last.position == 0 {
			lastHash = nil
		}
		if !hmac.Equal(end, l.keys.chainMAC(last.position, lastHash)) {
			return altered("The last runs are missing.")
		}
		return l.verifyMoves()
	})
}

func altered(what string) error {
	return diag.Diagnostic{
		Code: "ledger-altered", Class: diag.Refused,
		Summary: "The record of past runs was altered",
		Detail:  what + " Somebody changed the ledger with another program, or the disk is failing.",
		Remedy:  "Compare with a backup. What the ledger says about past runs can't be relied on.",
	}
}
