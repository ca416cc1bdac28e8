package record

import "strings"

// maxDepth bounds nesting, and with it the stack.
const maxDepth = 1000

// The functions here read one token at p and give the place after it, or -1
// with the reason kept in s.err.

func (s *Scanner) fail(p int, reason string) int {
	s.err = &Malformed{Offset: p, Reason: reason}
	return -1
}

// space is the next byte that is not white space; the end is a failure, for
// nothing that calls it may end there.
func (s *Scanner) space(p int) int {
	for ; p < len(s.data); p++ {
		switch s.data[p] {
		case ' ', '\t', '\n', '\r':
		default:
			return p
		}
	}
	return s.fail(p, "the text ends too early")
}

// colon passes the colon after a key, and the space around it.
func (s *Scanner) colon(p int) int {
	if p = s.space(p); p < 0 {
		return -1
	}
	if s.data[p] != ':' {
		return s.fail(p, "a colon is expected after a key")
	}
	return s.space(p + 1)
}

// more passes what follows a member or element: a comma, and then the next one
// is at the place given, or the closing byte.
func (s *Scanner) more(p int, closing byte) (next int, done bool) {
	if p = s.space(p); p < 0 {
		return -1, true
	}
	switch s.data[p] {
	case closing:
		return p + 1, true
	case ',':
		return s.space(p + 1), false
	}
	if closing == '}' {
		return s.fail(p, "a comma or a closing brace is expected"), true
	}
	return s.fail(p, "a comma or a closing bracket is expected"), true
}

// open enters an object or list: the first member or element, or none.
func (s *Scanner) open(p int, closing byte, depth int) (next int, done bool) {
	if depth > maxDepth {
		return s.fail(p, "objects and lists are nested too deeply"), true
	}
	if p = s.space(p + 1); p < 0 {
		return -1, true
	}
	if s.data[p] == closing {
		return p + 1, true
	}
	return p, false
}

// number finds the end of the number at p.
func (s *Scanner) number(p int) (end int, plain bool) {
	end, plain = scanNumber(s.all, p)
	if end == p {
		return s.fail(p, "a value is expected here"), false
	}
	return end, plain
}

// word passes true, false or null.
func (s *Scanner) word(p int, word string) int {
	if !strings.HasPrefix(s.all[p:], word) {
		return s.fail(p, "a value is expected here")
	}
	return p + len(word)
}

// skip passes the value at p, checked to the last byte.
func (s *Scanner) skip(p, depth int) int {
	switch s.data[p] {
	case '"':
		end, _ := s.quoted(p)
		if end < 0 {
			return -1
		}
		return end + 1
	case '{':
		return s.skipObject(p, depth+1)
	case '[':
		return s.skipList(p, depth+1)
	case 't':
		return s.word(p, "true")
	case 'f':
		return s.word(p, "false")
	case 'n':
		return s.word(p, "null")
	}
	end, _ := s.number(p)
	return end
}

func (s *Scanner) skipObject(p, depth int) int {
	p, done := s.open(p, '}', depth)
	for !done {
		if p < 0 {
			return -1
		}
		if s.data[p] != '"' {
			return s.fail(p, "a key in quotes is expected here")
		}
		if p, _ = s.quoted(p); p < 0 {
			return -1
		}
		if p = s.colon(p + 1); p < 0 {
			return -1
		}
		if p = s.skip(p, depth); p < 0 {
			return -1
		}
		p, done = s.more(p, '}')
	}
	return p
}

func (s *Scanner) skipList(p, depth int) int {
	p, done := s.open(p, ']', depth)
	for !done {
		if p < 0 {
			return -1
		}
		if p = s.skip(p, depth); p < 0 {
			return -1
		}
		p, done = s.more(p, ']')
	}
	return p
}

// key reads a key and passes its colon.
func (s *Scanner) key(p int) (string, int) {
	if s.data[p] != '"' {
		return "", s.fail(p, "a key in quotes is expected here")
	}
	key, p := s.text(p)
	if p < 0 {
		return "", -1
	}
	return key, s.colon(p)
}
