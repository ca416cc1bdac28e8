package record

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// deepestType bounds how far types nest: they come from plugins and files.
const deepestType = 32

// ParseType reads a type as Describe publishes it and as the language writes it:
// int, list(string), map(list(date)), object({ code = string, "e-mail" = string }).
// An object has a field at least, and none twice. The error says in words what
// is wrong with the text.
func ParseType(s string) (Type, error) {
	p := typeParser{text: s}
	t, err := p.parse(0)
	if err == nil && p.peek() != "" {
		err = fmt.Errorf("something follows the type in %q", s)
	}
	if err != nil {
		return Type{}, err
	}
	return t, nil
}

// typeParser reads the text of a type from left to right.
type typeParser struct {
	text string
	at   int
}

func (p *typeParser) parse(depth int) (Type, error) {
	if depth > deepestType {
		return Type{}, fmt.Errorf("the type nests more than %d deep", deepestType)
	}
	rest := p.peek()
	n := strings.IndexFunc(rest, func(r rune) bool { return r < 'a' || r > 'z' })
	if n < 0 {
		n = len(rest)
	}
	word := rest[:n]
	kind := slices.Index(kindNames[:], word)
	if kind <= int(Empty) { // "any" is a kind, not a type that can be written
		return Type{}, p.noType(rest, n)
	}
	p.at += n
	switch Kind(kind) {
	case List, Map:
		return p.elem(Kind(kind), depth)
	case Object:
		return p.object(depth)
	}
	return Basic(Kind(kind)), nil
}

// noType quotes what stands where a type was expected.
func (p *typeParser) noType(rest string, n int) error {
	if n == 0 || n < len(rest) && !strings.ContainsRune("(){},= ", rune(rest[n])) {
		n = len(rest)
	}
	return fmt.Errorf("%q is no type: string, int, double, decimal, bool, date, timestamp, choice, list(T), map(T) and object({ name = T }) are", rest[:n])
}

func (p *typeParser) elem(kind Kind, depth int) (Type, error) {
	if !p.take("(") {
		return Type{}, fmt.Errorf("type %q does not say of what: write %s(string)", p.text, kind)
	}
	elem, err := p.parse(depth + 1)
	if err != nil {
		return Type{}, err
	}
	if !p.take(")") {
		return Type{}, fmt.Errorf("type %q lacks its closing parenthesis", p.text)
	}
	return Type{Kind: kind, Elem: &elem}, nil
}

func (p *typeParser) object(depth int) (Type, error) {
	if !p.take("(") || !p.take("{") {
		return Type{}, fmt.Errorf("type %q does not say which fields it has: write object({ name = string })", p.text)
	}
	t := Type{Kind: Object}
	for {
		name, err := p.name()
		if err != nil {
			return Type{}, err
		}
		if slices.ContainsFunc(t.Fields, func(f TypeField) bool { return f.Name == name }) {
			return Type{}, fmt.Errorf("an object type has the field %q twice", name)
		}
		of, err := p.parse(depth + 1)
		if err != nil {
			return Type{}, err
		}
		t.Fields = append(t.Fields, TypeField{Name: name, Type: of})
		comma := p.take(",")
		if p.take("}") {
			break
		}
		if !comma {
			return Type{}, fmt.Errorf("type %q lacks its closing brace", p.text)
		}
	}
	if !p.take(")") {
		return Type{}, fmt.Errorf("type %q lacks its closing parenthesis", p.text)
	}
	return t, nil
}

// name reads a field's name, bare or as a JSON string, and the sign after it.
func (p *typeParser) name() (string, error) {
	rest := p.peek()
	name := ""
	if strings.HasPrefix(rest, `"`) {
		s := Scanner{data: []byte(p.text), all: p.text}
		text, next := s.text(p.at)
		if next < 0 {
			return "", fmt.Errorf("a field's name in type %q: %s", p.text, s.err.Reason)
		}
		name, p.at = text, next
	} else {
		n := bareTypeName(rest)
		name, p.at = strings.TrimRightFunc(rest[:n], unicode.IsSpace), p.at+n
		if name == "" {
			return "", fmt.Errorf("type %q lacks the name of a field: write object({ name = string })", p.text)
		}
	}
	if !p.take("=") {
		return "", fmt.Errorf("the field %q of an object type lacks its type: write %s = string", name, typeFieldName(name))
	}
	return name, nil
}

// peek is what follows, from the next sign that is no white space.
func (p *typeParser) peek() string {
	rest := strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace)
	p.at = len(p.text) - len(rest)
	return rest
}

func (p *typeParser) take(sign string) bool {
	if !strings.HasPrefix(p.peek(), sign) {
		return false
	}
	p.at += len(sign)
	return true
}

// bareTypeName is how many leading bytes can stand for a name without quotes.
func bareTypeName(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool {
		return strings.ContainsRune(`"=,(){}`, r) || unicode.IsControl(r) || r == utf8.RuneError
	})
	if n < 0 {
		return len(s)
	}
	return n
}

// typeFieldName writes a name so that it reads back: quoted where needed.
func typeFieldName(name string) string {
	if name != "" && strings.TrimSpace(name) == name && bareTypeName(name) == len(name) {
		return name
	}
	return string(appendText(nil, name))
}
