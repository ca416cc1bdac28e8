package lang

import (
	"unicode/utf8"

	"passerelle/engine/diag"
)

// CEL is the text of one CEL string, with the place of each of its characters.
type CEL struct {
	Text  string     // decoded, not normalised: cty would compose accents and shift offsets
	Range diag.Range // of the whole HCL expression, quotes included
	pos   []diag.Pos // of each rune of Text, and one past the last
}

// NewCEL is a CEL text that stands in no file, or whose inner places are not
// known: every part of it is at the given range.
func NewCEL(text string, at diag.Range) *CEL {
	pos := make([]diag.Pos, utf8.RuneCountInString(text)+1)
	for i := range pos {
		pos[i] = at.Start
	}
	pos[len(pos)-1] = at.End
	return &CEL{Text: text, Range: at, pos: pos}
}

// RangeOf gives the place in the file of the runes [start,end) of Text.
// Offsets outside are brought to the nearest end. A place past the last word,
// where an expression ends too early, is put right behind that word rather
// than behind the line breaks that follow it.
func (c *CEL) RangeOf(start, end int) diag.Range {
	last := len(c.pos) - 1
	if last < 0 {
		return c.Range
	}
	start = min(max(start, 0), last)
	end = min(max(end, start), last)
	if start == last {
		start = c.lastWord()
		end = start
	}
	return diag.Range{File: c.Range.File, Start: c.pos[start], End: c.pos[end]}
}

// lastWord is the rune offset behind the last rune that is no line break.
func (c *CEL) lastWord() int {
	n := utf8.RuneCountInString(c.Text)
	for at := len(c.Text); at > 0; n-- {
		r, size := utf8.DecodeLastRuneInString(c.Text[:at])
		if r != '\n' && r != '\r' {
			break
		}
		at -= size
	}
	return n
}
