package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"passerelle/plugins/record"
)

// pieceFunctions take texts apart by place, and bring codes to a width.
func pieceFunctions() []*function {
	s, n := types.StringType, types.IntType
	return []*function{
		{
			name: "substring",
			doc:  "The characters from one place up to, not including, another; places count from 0, and a text that is too short gives what it has.",
			overloads: []*overload{
				{id: "text_substring", member: true, names: []string{"", "from"}, args: []*cel.Type{s, n}, result: s, call: substring},
				{id: "text_substring_to", member: true, names: []string{"", "from", "to"}, args: []*cel.Type{s, n, n}, result: s, call: substring},
			},
			examples: []Example{
				{"'Élodie'.substring(0, 3)", `"Élo"`},
				{"'00057'.substring(2)", `"057"`},
				{"'Li'.substring(0, 3)", `"Li"`},
				{"'Li'.substring(2)", "empty"},
			},
		},
		{
			name:      "split",
			doc:       "The pieces of a text between the occurrences of sep, as a list; empty pieces keep their place.",
			overloads: []*overload{{id: "text_split", member: true, names: []string{"", "sep"}, args: []*cel.Type{s, s}, result: types.NewListType(s), call: split}},
			examples: []Example{
				{"'fr;en;de'.split(';')", `["fr", "en", "de"]`},
				{"'Jean Pierre'.split(' ')[0]", `"Jean"`},
				{"'a;;b'.split(';')", `["a", empty, "b"]`},
			},
		},
		{
			name:      "padStart",
			doc:       "The text with a character repeated in front of it until it is so many characters long; a longer text stays as it is.",
			overloads: []*overload{{id: "text_pad_start", member: true, names: []string{"", "width", "character"}, args: []*cel.Type{s, n, s}, result: s, fix: fixPad}},
			examples: []Example{
				{"'57'.padStart(5, '0')", `"00057"`},
				{"string(12345678).padStart(5, '0')", `"12345678"`},
			},
		},
	}
}

func substring(args []ref.Val) ref.Val {
	s := str(args[0])
	from := byteOfRune(s, args[1].(types.Int))
	to := len(s)
	if len(args) > 2 {
		to = byteOfRune(s, args[2].(types.Int))
	}
	if from >= to {
		return emptyErr
	}
	return text(s[from:to])
}

// byteOfRune is where the character at place n begins; the nearest end of the
// text when there is none.
func byteOfRune(s string, n types.Int) int {
	if n <= 0 {
		return 0
	}
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func split(args []ref.Val) ref.Val {
	sep := str(args[1])
	pieces := []string{str(args[0])}
	if sep != "" {
		pieces = strings.Split(pieces[0], sep)
	}
	items := make([]record.Value, len(pieces))
	for i, p := range pieces {
		items[i] = record.NewString(p)
	}
	return &list{items: items}
}

// maxWidth is wider than any code that a system takes.
const maxWidth = 100

func fixPad(fixed []ref.Val) (func(ref.Val) ref.Val, *complaint) {
	width, with := fixed[0].(types.Int), str(fixed[1])
	if width < 1 || width > maxWidth {
		return nil, (&complaint{code: "bad-width", summary: "`padStart` makes no text of this width", detail: "A width is a number of characters from 1 to 100.", remedy: "Write the width that the target wants."}).at(0)
	}
	if utf8.RuneCountInString(with) != 1 {
		return nil, (&complaint{code: "bad-width", summary: "`padStart` repeats one character", detail: "With several, the last of them would have to be cut.", remedy: "Write one character, such as '0'."}).at(1)
	}
	return func(v ref.Val) ref.Val {
		s := str(v)
		return text(strings.Repeat(with, max(0, int(width)-utf8.RuneCountInString(s))) + s)
	}, nil
}
