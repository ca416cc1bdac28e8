package record

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path says where a value lies in a record: manager.mail, phones[0].number,
// extendedData["e_Nom-de-la-voie"]. A name that meets a list walks each of its
// elements and gives a list.
type Path []Step

// Step is one member of an object or one element of a list.
type Step struct {
	Name    string
	Index   int // from 0; only with IsIndex
	IsIndex bool
}

// PathError says what is wrong with the text of a path.
type PathError struct {
	Offset int    // in bytes, from 0
	Reason string // in words
}

// Error names the place and the reason.
func (e *PathError) Error() string {
	return fmt.Sprintf("at byte %d of the path: %s", e.Offset, e.Reason)
}

// String writes the path so that ParsePath reads the same one back.
func (p Path) String() string {
	var out []byte
	for i, step := range p {
		switch {
		case step.IsIndex:
			out = append(out, '[')
			out = strconv.AppendInt(out, int64(step.Index), 10)
			out = append(out, ']')
		case bareName(step.Name) == len(step.Name) && step.Name != "":
			if i > 0 {
				out = append(out, '.')
			}
			out = append(out, step.Name...)
		default:
			out = append(out, '[')
			out = appendText(out, step.Name)
			out = append(out, ']')
		}
	}
	return string(out)
}

// ParsePath reads the text of a path; the error is a *PathError.
//
// A bare name holds letters, digits, _, -, $ and @ and begins with neither a
// digit nor -. Any other name stands in brackets as a JSON string.
func ParsePath(s string) (Path, error) {
	if !utf8.ValidString(s) {
		return nil, &PathError{0, "the text is not valid UTF-8"}
	}
	if s == "" {
		return nil, &PathError{0, "the path is empty"}
	}
	var path Path
	for at := 0; at < len(s); {
		step, next, err := parseStep(s, at)
		if err != nil {
			return nil, err
		}
		if at == 0 && step.IsIndex {
			return nil, &PathError{0, "a record is an object, not a list: the path begins with a name"}
		}
		path = append(path, step)
		at = next
	}
	return path, nil
}

func parseStep(s string, at int) (Step, int, error) {
	if s[at] == '[' {
		return parseBracket(s, at)
	}
	if at > 0 {
		if s[at] != '.' {
			return Step{}, 0, &PathError{at, "a dot or a bracket is expected here; a name with other signs is written [\"…\"]"}
		}
		at++
	}
	n := bareName(s[at:])
	if n > 0 {
		return Step{Name: s[at : at+n]}, at + n, nil
	}
	reason := "a name is expected here; one with other signs is written [\"…\"]"
	if at < len(s) && s[at] >= '0' && s[at] <= '9' {
		reason = "a name does not begin with a digit: [0] is an element of a list, [\"0\"] a name"
	}
	return Step{}, 0, &PathError{at, reason}
}

func parseBracket(s string, at int) (Step, int, error) {
	at++
	if at < len(s) && s[at] == '"' {
		sc := Scanner{data: []byte(s), all: s}
		name, next := sc.text(at)
		if next < 0 {
			return Step{}, 0, &PathError{sc.err.Offset, sc.err.Reason}
		}
		if next >= len(s) || s[next] != ']' {
			return Step{}, 0, &PathError{next, "the closing bracket is missing"}
		}
		return Step{Name: name}, next + 1, nil
	}
	end := at
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	switch {
	case end == at:
		return Step{}, 0, &PathError{at, "a number from 0, or a name in double quotes, is expected in the brackets"}
	case end-at > 1 && s[at] == '0':
		return Step{}, 0, &PathError{at, "an index has no leading zero"}
	case end >= len(s) || s[end] != ']':
		return Step{}, 0, &PathError{end, "the closing bracket is missing"}
	}
	n, err := strconv.ParseInt(s[at:end], 10, 64)
	if err != nil || n > math.MaxInt32 {
		return Step{}, 0, &PathError{at, "the index is too large"}
	}
	return Step{Index: int(n), IsIndex: true}, end + 1, nil
}

// bareName is how many leading bytes of s can stand without quotes.
func bareName(s string) int {
	if s == "" || s[0] == '-' || (s[0] >= '0' && s[0] <= '9') {
		return 0
	}
	n := strings.IndexFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !(unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune("_-$@", r))
	})
	if n < 0 {
		return len(s)
	}
	return n
}
