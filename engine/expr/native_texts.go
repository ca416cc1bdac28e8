package expr

import (
	"slices"
	"strings"
	"time"

	"passerelle/plugins/record"
)

// textsOf are the functions of a call's arguments where each makes a text; nil
// unless all do.
func textsOf(args []*native) []func(*Input) (string, state) {
	out := make([]func(*Input) (string, state), len(args))
	for i, a := range args {
		if out[i] = a.text; a.text == nil {
			return nil
		}
	}
	return out
}

// nativeCase is upper() or lower().
func nativeCase(of func() *casing) func([]*native) *native {
	return func(args []*native) *native {
		subject, c := args[0].text, of()
		if subject == nil {
			return nil
		}
		return &native{kind: record.String, text: func(in *Input) (string, state) {
			s, st := subject(in)
			switch {
			case st != done:
				return "", st
			case s == "":
				return "", none
			}
			return c.text(in.Room, s), done
		}}
	}
}

// mostJoined are added up in one go; more of them in several.
const mostJoined = 6

// added is text + text. Of a + b + c it makes one text, not two.
func added(a, b *native) *native {
	parts := slices.Concat(a.addends(), b.addends())
	if len(parts) > mostJoined {
		parts = []func(*Input) (string, state){a.text, b.text}
	}
	return &native{kind: record.String, sum: parts, text: func(in *Input) (string, state) {
		var made [mostJoined]string
		length, worst := 0, done
		for i, part := range parts {
			s, st := part(in)
			if st == gives {
				return "", gives
			}
			worst = max(worst, st)
			made[i] = s
			length += len(s)
		}
		if worst != done {
			return "", worst
		}
		b := in.Room.open(length)
		for _, s := range made[:len(parts)] {
			b = append(b, s...)
		}
		return in.Room.close(b), done
	}}
}

// addends are what a sum is made of; of anything else, itself.
func (n *native) addends() []func(*Input) (string, state) {
	if n.sum != nil {
		return n.sum
	}
	return []func(*Input) (string, state){n.text}
}

func nativeReplace(args []*native) *native {
	of := textsOf(args)
	if of == nil {
		return nil
	}
	return &native{kind: record.String, text: func(in *Input) (string, state) {
		s, st := of[0](in)
		if st == gives {
			return "", gives
		}
		old, with, other := pair(in, of[1], of[2])
		if st = max(st, other); st != done {
			return "", st
		}
		return replacedIn(in.Room, s, old, with)
	}}
}

// replacedIn does what replace does.
func replacedIn(room *Room, s, old, with string) (string, state) {
	if old == "" {
		return s, done
	}
	n := strings.Count(s, old)
	length := len(s) + n*(len(with)-len(old))
	switch {
	case len(s)+n*len(with) > maxText:
		return "", gives
	case length == 0:
		return "", none
	case n == 0:
		return s, done
	}
	b := room.open(length)
	for range n {
		at := strings.Index(s, old)
		b = append(append(b, s[:at]...), with...)
		s = s[at+len(old):]
	}
	return room.close(append(b, s...)), done
}

// nativeCut is before() or after().
func nativeCut(part func(s, sep string) string) func([]*native) *native {
	return func(args []*native) *native {
		of := textsOf(args)
		if of == nil {
			return nil
		}
		return &native{kind: record.String, text: func(in *Input) (string, state) {
			s, sep, st := pair(in, of[0], of[1])
			if st != done {
				return "", st
			}
			if s = part(s, sep); s == "" {
				return "", none
			}
			return s, done
		}}
	}
}

// nativeFormat is format() with a pattern that is the same for every record.
func nativeFormat(args []*native) *native {
	fixed := constants(args, 0)
	if fixed == nil || args[0].kind != record.Date {
		return nil
	}
	pattern, bad := datePatternOf(fixed, false)
	if bad != nil {
		return nil
	}
	day, expected := args[0].whole, pattern.expected()
	return &native{kind: record.String, text: func(in *Input) (string, state) {
		d, st := day(in)
		if st != done {
			return "", st
		}
		s := in.Room.close(pattern.append(in.Room.open(expected), date(d)))
		if s == "" {
			return "", none
		}
		return s, done
	}}
}

func nativeDateText(args []*native) *native {
	day := args[0].whole
	if args[0].kind != record.Date {
		return nil
	}
	return &native{kind: record.String, text: func(in *Input) (string, state) {
		d, st := day(in)
		if st != done {
			return "", st
		}
		b := in.Room.open(len(time.DateOnly))
		return in.Room.close(date(d).appendISO(b)), done
	}}
}

// nativeLookup looks up in a table that is named, not computed.
func (e *Env) nativeLookup(args []*native) *native {
	if !args[0].constant || args[0].text == nil || args[1].text == nil {
		return nil
	}
	table, ok := e.tables[args[0].known()]
	if !ok {
		return nil
	}
	value := args[1].text
	return &native{kind: record.String, text: func(in *Input) (string, state) {
		s, st := value(in)
		if st != done {
			return "", st
		}
		switch found, ok := table.entry(s); {
		case !ok:
			return "", gives
		case found == "":
			return "", none
		default:
			return found, done
		}
	}}
}
