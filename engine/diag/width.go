package diag

import (
	"unicode"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v17/textseg"
	"golang.org/x/text/width"
)

// tabStop is where a terminal stops by default.
const tabStop = 8

// cluster is one character as a reader sees it, with the bytes it came from.
type cluster struct {
	shown string // safe to print
	cells int    // how many terminal cells it takes
	start int    // byte offset in its line
	end   int
}

// clusters splits one line into what a reader sees. Tabs become the spaces up
// to the next stop, so that carets below line up on any terminal.
func clusters(line string) []cluster {
	var out []cluster
	column := 0
	for at := 0; at < len(line); {
		n, _, err := textseg.ScanGraphemeClusters([]byte(line[at:]), true)
		if err != nil || n == 0 {
			n = len(line) - at
		}
		c := seen(line[at:at+n], column)
		c.start, c.end = at, at+n
		out = append(out, c)
		column += c.cells
		at += n
	}
	return out
}

func seen(raw string, column int) cluster {
	if raw == "\t" {
		cells := tabStop - column%tabStop
		return cluster{shown: spaces(cells), cells: cells}
	}
	if shown := VisibleLine(raw); shown != raw {
		return cluster{shown: shown, cells: textCells(shown)}
	}
	return cluster{shown: raw, cells: clusterCells(raw)}
}

// clusterCells is how wide a terminal draws a cluster: two cells for East Asian
// wide characters and emoji (Unicode Standard Annex 11), none for a combining
// mark that stands alone, one otherwise.
func clusterCells(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if next, _ := utf8.DecodeRuneInString(s[size:]); next == 0xFE0F {
		return 2
	}
	return 1
}

func textCells(s string) int {
	total := 0
	for at := 0; at < len(s); {
		n, _, err := textseg.ScanGraphemeClusters([]byte(s[at:]), true)
		if err != nil || n == 0 {
			return total + len(s) - at
		}
		total += clusterCells(s[at : at+n])
		at += n
	}
	return total
}
