package expr

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

func str(v ref.Val) string { return string(v.(types.String)) }

// upper follows Unicode's full mapping, where ß becomes SS. The common case
// avoids it: it costs four times as much.
func upper(s string) string {
	for _, r := range s {
		if r == 'ß' || r == 'ŉ' || r == 'ǰ' || r >= 0xFB00 && r <= 0xFB17 || r == 'ΐ' || r == 'ΰ' || r == 'և' {
			return cases.Upper(language.Und).String(s)
		}
	}
	return strings.ToUpper(s)
}

// lower follows Unicode's full mapping, which knows the sigma at a word's end.
func lower(s string) string {
	if strings.ContainsAny(s, "İΣ") {
		return cases.Lower(language.Und).String(s)
	}
	return strings.ToLower(s)
}

// title writes names as French does: each word with a capital, also after a
// hyphen or an apostrophe, particles inside the name small.
func title(s string) string {
	var b strings.Builder
	word := make([]rune, 0, 16)
	first := true
	flush := func(next rune) {
		if len(word) == 0 {
			return
		}
		w := lower(string(word))
		if first || !isParticle(w, next) {
			r := []rune(w)
			w = string(unicode.ToTitle(r[0])) + string(r[1:])
		}
		b.WriteString(w)
		word, first = word[:0], false
	}
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			word = append(word, r)
			continue
		}
		flush(r)
		b.WriteRune(r)
	}
	flush(0)
	return b.String()
}

func isParticle(word string, next rune) bool {
	switch word {
	case "de", "du", "des", "la", "le", "von", "van":
		return next == ' ' || next == '-' || next == '\u00a0'
	case "d", "l":
		return next == '\'' || next == '’'
	}
	return false
}

// unaccent takes the marks off letters and writes ligatures out. Scripts other
// than Latin lose only the marks that stand apart in Unicode.
func unaccent(s string) string {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < 0x80
	}
	if ascii {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if plain, ok := unaccented(r); ok {
			b.WriteString(plain)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// unaccented are the Latin letters that Unicode does not take apart.
func unaccented(r rune) (string, bool) {
	switch r {
	case 'œ':
		return "oe", true
	case 'Œ':
		return "OE", true
	case 'æ':
		return "ae", true
	case 'Æ':
		return "AE", true
	case 'ß':
		return "ss", true
	case 'ø':
		return "o", true
	case 'Ø':
		return "O", true
	case 'ł':
		return "l", true
	case 'Ł':
		return "L", true
	case 'đ', 'ð':
		return "d", true
	case 'Đ', 'Ð':
		return "D", true
	case 'þ':
		return "th", true
	case 'Þ':
		return "Th", true
	case 'ı':
		return "i", true
	}
	return "", false
}

// onText makes a function of a text into one over CEL values.
func onText(f func(string) string) func([]ref.Val) ref.Val {
	return func(args []ref.Val) ref.Val { return text(f(str(args[0]))) }
}

func replace(args []ref.Val) ref.Val {
	old := str(args[1])
	if old == "" {
		return args[0]
	}
	s, with := str(args[0]), str(args[2])
	// A text of n times its length for each replacement is how a small mapping
	// would take all memory.
	if n := strings.Count(s, old); len(s)+n*len(with) > maxText {
		return tooLong("replace").fail()
	}
	return text(strings.ReplaceAll(s, old, with))
}

// maxText bounds the text that a function makes, in bytes.
const maxText = 1 << 20

func tooLong(function string) *fault {
	return &fault{
		code:     "text-too-long",
		summary:  "The text would be longer than 1 MiB",
		remedy:   "Shorten what `" + function + "` is given.",
		function: function,
	}
}

func before(args []ref.Val) ref.Val { return text(textBefore(str(args[0]), str(args[1]))) }

func after(args []ref.Val) ref.Val { return text(textAfter(str(args[0]), str(args[1]))) }

func textBefore(s, sep string) string {
	s, _, _ = strings.Cut(s, sep)
	return s
}

func textAfter(s, sep string) string {
	_, s, _ = strings.Cut(s, sep)
	return s
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func join(args []ref.Val) ref.Val {
	sep, ok := args[1].(types.String)
	if _, list := args[0].(traits.Lister); !list || !ok {
		return wrongType("join").fail()
	}
	var parts []string
	length := 0
	err := eachItem(args[0], func(v ref.Val) bool {
		s, text := v.(types.String)
		parts = append(parts, string(s))
		length += len(s) + len(sep)
		ok = ok && text
		return length <= maxText && ok
	})
	switch {
	case err != nil:
		return err
	case !ok:
		return wrongType("join").fail()
	}
	if length > maxText {
		return tooLong("join").fail()
	}
	return text(strings.Join(parts, string(sep)))
}
