package diag

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// snippet draws source lines behind a rule, with the wrong thing underlined.
// Lines that are too long for the page are shortened around it.
func (p page) snippet(s Snippet, hue string) {
	lines := strings.Split(s.Text, "\n")
	digits := len(strconv.Itoa(s.Line + len(lines) - 1))
	start, end := byteOffset(s.Text, s.Start), byteOffset(s.Text, s.End)
	offset := 0
	for i, line := range lines {
		number := strconv.Itoa(s.Line + i)
		shown := strings.TrimSuffix(line, "\r")
		room := p.opts.Width - digits - 6
		text, under := fit(clusters(shown), start-offset, end-offset, room)
		p.WriteString("  " + p.paint(faint, spaces(digits-len(number))+number+" │"))
		p.WriteString(strings.TrimRight(" "+text, " ") + "\n")
		if under != "" && touches(start, end, offset, offset+len(line)) {
			p.WriteString("  " + spaces(digits+1) + p.paint(faint, "│") + " " + underline(p, hue, under) + "\n")
		}
		offset += len(line) + 1
	}
}

// underline paints only the carets, not the blanks before them.
func underline(p page, hue, under string) string {
	carets := strings.TrimLeft(under, " ")
	return under[:len(under)-len(carets)] + p.paint(hue, carets)
}

// touches reports whether the token [start,end) has a part in the line [from,to].
// An empty token touches the line it stands on.
func touches(start, end, from, to int) bool {
	if start == end {
		return start >= from && start <= to
	}
	if from == to && start < from { // a blank line inside of the token
		return false
	}
	return start < to+1 && end > from
}

func byteOffset(s string, runes int) int {
	at := 0
	for ; runes > 0 && at < len(s); runes-- {
		_, n := utf8.DecodeRuneInString(s[at:])
		at += n
	}
	return at
}

// fit gives a line no wider than room and the carets under [start,end), both
// in bytes of the line. What is cut away is replaced by an ellipsis.
func fit(cs []cluster, start, end, room int) (text, under string) {
	first, last := marked(cs, start, end)
	from, to := window(cs, first, last, room)
	var line, carets strings.Builder
	if from > 0 {
		line.WriteString("…")
		carets.WriteString(" ")
	}
	for i := from; i < to; i++ {
		c := cs[i]
		line.WriteString(c.shown)
		mark := " "
		if i >= first && i < last {
			mark = "^"
		}
		carets.WriteString(strings.Repeat(mark, c.cells))
	}
	if first >= len(cs) || first == last { // a place between two characters, or past the end of the line
		carets.Reset()
		carets.WriteString(spaces(cellsOf(cs[from:min(max(first, from), to)]) + btoi(from > 0)))
		carets.WriteString("^")
	}
	if to < len(cs) {
		line.WriteString("…")
	}
	return line.String(), strings.TrimRight(carets.String(), " ")
}

// marked gives the clusters [first,last) that [start,end) covers, leading and
// trailing blanks of a part-line left out where the token began or goes on
// elsewhere.
func marked(cs []cluster, start, end int) (first, last int) {
	first, last = len(cs), len(cs)
	for i, c := range cs {
		if c.end > start && first == len(cs) {
			first = i
		}
		if c.start >= end {
			last = i
			break
		}
	}
	last = max(first, last)
	if start < 0 {
		for first < last && strings.TrimSpace(cs[first].shown) == "" {
			first++
		}
	}
	return first, last
}

// window chooses the clusters [from,to) to show: the whole line if it fits,
// else the token with as much as fits around it, a little more before it.
func window(cs []cluster, first, last, room int) (from, to int) {
	if cellsOf(cs) <= room {
		return 0, len(cs)
	}
	room -= 2 // an ellipsis at either end
	from, to = min(first, len(cs)), min(first, len(cs))
	used := 0
	grow := func(limit int) {
		for to < limit && used+cs[to].cells <= room {
			used += cs[to].cells
			to++
		}
	}
	grow(last)
	lead := (room - used) * 2 / 3
	for from > 0 && lead >= cs[from-1].cells {
		from--
		lead -= cs[from].cells
		used += cs[from].cells
	}
	grow(len(cs))
	for from > 0 && used+cs[from-1].cells <= room {
		from--
		used += cs[from].cells
	}
	return from, to
}

func cellsOf(cs []cluster) int {
	n := 0
	for _, c := range cs {
		n += c.cells
	}
	return n
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
