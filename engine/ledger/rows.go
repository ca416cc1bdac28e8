package ledger

import (
	"strings"

	"zombiezen.com/go/sqlite"
)

// rows inserts many rows with few statements: each costs as much as two or three
// rows do.
type rows struct {
	width   int
	queries []string // by rowSizes
}

// rowSizes are how many rows a statement takes. More than 64 bring nothing.
var rowSizes = []int{64, 16, 4, 1}

// newRows inserts what row says, such as "(?, ?, NULL)", into a table's columns, and
// ends each statement with what comes after the rows. A statement that fails leaves
// the rows before the bad one to its transaction, which is rolled back: to take them
// back by itself SQLite would copy every page before it writes to it.
func newRows(into, row, after string) rows {
	r := rows{width: strings.Count(row, "?")}
	for _, n := range rowSizes {
		r.queries = append(r.queries, "INSERT OR FAIL INTO "+into+" VALUES "+strings.Repeat(row+", ", n-1)+row+" "+after)
	}
	return r
}

// insert inserts n rows. bind gives the values of one, the first of which is the
// parameter first; what it leaves out is null.
func (r rows) insert(conn *sqlite.Conn, n int, bind func(s *sqlite.Stmt, row, first int)) error {
	done := 0
	for i, size := range rowSizes {
		for ; n-done >= size; done += size {
			err := exec(conn, r.queries[i], func(s *sqlite.Stmt) {
				for k := range size {
					bind(s, done+k, 1+k*r.width)
				}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
