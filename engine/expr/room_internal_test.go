package expr

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"passerelle/plugins/record"
)

// What was made stays as it was, whatever is made after it.
func TestRoomKeepsTexts(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]*Room{"one": {}, "none": nil} {
		var made, wanted []string
		for i := range 3000 {
			text := strings.Repeat(string(rune('a'+i%26)), i%41)
			expected := []int{0, len(text), 2 * len(text), len(text) / 2, roomText, roomText + 1}[i%6]
			wanted = append(wanted, text)
			made = append(made, room.close(append(room.open(expected), text...)))
		}
		require.Equal(t, wanted, made, name)
	}
}

// A text that is held keeps no more than roomSize bytes, however many were made.
func TestRoomIsFilled(t *testing.T) {
	t.Parallel()
	room := &Room{}
	room.open(10)
	for range roomSize/16 - 1 {
		room.close(append(room.open(20), "0123456789abcdef"...))
	}
	require.Less(t, len(room.free), 20, "a text takes what it is long, not what was expected")
	room.open(roomText + 1)
	require.Less(t, len(room.free), 20, "a long one takes nothing")
	room.open(20)
	require.Len(t, room.free, roomSize)
}

// The short way of upper and lower is the long one, of every letter and of every two
// that it knows.
func TestCasingIsWhatItStandsFor(t *testing.T) {
	t.Parallel()
	agrees := func(s string) {
		require.Equal(t, upper(s), upperCasing().text(nil, s), "%q.upper()", s)
		require.Equal(t, lower(s), lowerCasing().text(nil, s), "%q.lower()", s)
	}
	for r := range rune(utf8.MaxRune + 1) {
		if r > lastLatin && r%7 > 0 && r > 0x2000 { // every one of the living scripts
			continue
		}
		agrees("aB" + string(r) + "c")
	}
	var all []string
	for r := range rune(lastLatin + 1) {
		all = append(all, string(r))
	}
	for i, a := range all {
		if upper(a) != a || lower(a) != a || i%16 == 0 {
			agrees(a + strings.Join(all[i:], a))
		}
	}
	for _, s := range []string{"", "a\xffb", "\xc3", "\xc0\x80", "É\xa9", "ΟΔΟΣ", "Strauß", norm.NFD.String("élodie")} {
		agrees(s)
	}
}

func FuzzCasing(f *testing.F) {
	f.Add("Élodie Müller-ß")
	f.Fuzz(func(t *testing.T, s string) {
		require.Equal(t, upper(s), upperCasing().text(&Room{}, s))
		require.Equal(t, lower(s), lowerCasing().text(&Room{}, s))
	})
}

// What mappings write most allocates nothing but a Room's memory now and then.
func TestCommonExpressionsAllocateNothing(t *testing.T) {
	env := nativeEnv(t)
	in := &Input{Room: &Room{}, Rows: [][]record.Value{{
		record.NewString("Lyon"), record.NewString("Zoé Müller"), record.NewInt(7), record.NewInt(12), record.NewBool(true), record.NewDays(20_000),
	}, nil}}
	for _, text := range []string{
		"p.s1", "p.s2.upper()", "p.s2.lower()", "p.s1 + ' ' + p.s2", "p.s1 == 'Lyon' ? 'a' : 'b'", "p.d1.format('dd/MM/yyyy')", "p.d1.format('EEEE d MMMM y', 'en')",
		"p.s2.replace(' ', '')", "p.s1 in ['Lyon', 'Annecy']", "lookup('hold', p.s1)", "p.s2.before(' ')", "string(p.d1)", "string(p.n2)", "coalesce(j.s1, p.s1)", "past(p.d1)",
	} {
		p, problems := env.Compile(text, Transform)
		require.NotNil(t, p, "%s: %v", text, problems)
		require.Less(t, testing.AllocsPerRun(1000, func() { p.Eval(in) }), 0.5, text)
	}
}
