package generate

import (
	"slices"
	"strings"
	"unicode"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// likely is how alike two fields must be called to be paired: nothing less than
// two words in three.
const likely = 0.6

// What else tells two fields that are called alike from two others.
const (
	sameSharp = 0.3  // both are the login, both are the e-mail
	sameClass = 0.05 // both are about identity
	sameType  = 0.1
)

// pair is a target field with the source field that it is filled from.
type pair struct {
	target *protocol.Field
	source *candidate
	score  float64
}

// candidate is a source field that may be read.
type candidate struct {
	field   *protocol.Field
	of      record.Type
	section string // "": the resource's own
	custom  bool
	name    string // in the mapping, once it is used
	choices []*protocol.Choice
}

// pairs gives each target field the source field that means the same, best first;
// a source field is used once.
func pairs(targets []*protocol.Field, sources []*candidate) []pair {
	var all []pair
	for _, t := range targets {
		of, err := record.ParseType(t.GetType())
		if err != nil || t.GetReadOnly() {
			continue
		}
		for _, s := range sources {
			if score := alike(t, of, s); score >= likely {
				all = append(all, pair{t, s, score})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return len(a.source.field.GetPath()) - len(b.source.field.GetPath())
	})
	var out []pair
	for _, p := range all {
		taken := slices.ContainsFunc(out, func(o pair) bool { return o.target == p.target || o.source == p.source })
		if !taken {
			out = append(out, p)
		}
	}
	return out
}

// alike is how much two fields seem to mean the same; 0 where one can't become
// the other.
func alike(t *protocol.Field, of record.Type, s *candidate) float64 {
	if _, ok := convert("x", s.of, of); !ok {
		return 0
	}
	best := 0.0
	for _, a := range [][2]string{
		{t.GetLabel().GetFr(), s.field.GetLabel().GetFr()}, {t.GetLabel().GetEn(), s.field.GetLabel().GetEn()}, {t.GetPath(), s.field.GetPath()},
		{t.GetPath(), s.field.GetLabel().GetFr()}, {t.GetPath(), s.field.GetLabel().GetEn()},
	} {
		best = max(best, overlap(wordsOf(a[0]), wordsOf(a[1])))
	}
	if best < likely {
		return 0
	}
	if t.GetSharp() != "" && t.GetSharp() == s.field.GetSharp() {
		best += sameSharp
	}
	if t.GetClass() != "" && t.GetClass() == s.field.GetClass() {
		best += sameClass
	}
	if of.Equal(s.of) {
		best += sameType
	}
	return best
}

// overlap is the share of words that two names have in common.
func overlap(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common := 0
	for _, word := range a {
		if slices.Contains(b, word) {
			common++
		}
	}
	return float64(common) / float64(len(a)+len(b)-common)
}

// articles say nothing of what a field means.
var articles = []string{"a", "au", "aux", "d", "de", "des", "du", "en", "l", "la", "le", "les", "of", "the"}

// wordsOf are the words of a label or path, without case, accents, articles or
// what stands in parentheses.
func wordsOf(name string) []string {
	if at := strings.Index(name, " ("); at > 0 {
		name = name[:at]
	}
	var spaced strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(r)
		before = r
	}
	words := strings.FieldsFunc(diag.Fold(spaced.String()), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var out []string
	for _, word := range words {
		if !slices.Contains(articles, word) && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// convert writes what makes one type the other; ok is false where nothing does
// without somebody's choice.
func convert(value string, from, to record.Type) (text string, ok bool) {
	switch {
	case compile.Assignable(from, to):
		return value, true
	case from.Kind == record.Date && to.Kind == record.String:
		return value + ".format('dd/MM/yyyy')", true
	case from.Kind == record.Choice && to.Kind == record.String:
		return value, true
	}
	return "", false
}
