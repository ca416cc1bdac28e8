package expr

import (
	"sync"
	"unicode/utf8"
)

// casing is upper or lower for the letters of western Europe, U+0000 to U+017F, each
// of which becomes as many bytes as it was; a text with any other goes to the
// function itself.
type casing struct {
	whole func(string) string
	ascii [utf8.RuneSelf]byte
	latin [lastLatin + 1 - utf8.RuneSelf][2]byte // zero where it is left to whole
}

const lastLatin = 0x17F

var (
	upperCasing = sync.OnceValue(func() *casing { return newCasing(upper) })
	lowerCasing = sync.OnceValue(func() *casing { return newCasing(lower) })
)

func newCasing(whole func(string) string) *casing {
	c := &casing{whole: whole}
	for i := range c.ascii {
		c.ascii[i] = whole(string(rune(i)))[0]
	}
	for i := range c.latin {
		if made := whole(string(rune(utf8.RuneSelf + i))); len(made) == 2 {
			c.latin[i] = [2]byte{made[0], made[1]}
		}
	}
	return c
}

// text is s itself where nothing changes.
func (c *casing) text(room *Room, s string) string {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && c.ascii[s[i]] == s[i] {
		i++
	}
	if i == len(s) {
		return s
	}
	b := room.open(len(s))[:len(s)]
	copy(b, s[:i])
	for i < len(s) {
		if s[i] < utf8.RuneSelf {
			b[i] = c.ascii[s[i]]
			i++
			continue
		}
		letter, size := utf8.DecodeRuneInString(s[i:])
		if size != 2 || letter > lastLatin || c.latin[letter-utf8.RuneSelf][0] == 0 {
			return c.whole(s)
		}
		b[i], b[i+1] = c.latin[letter-utf8.RuneSelf][0], c.latin[letter-utf8.RuneSelf][1]
		i += 2
	}
	return room.close(b)
}
