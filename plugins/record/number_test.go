package record

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCanonicalDecimalHasOneTextForANumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "-0.0": "0", "0e999999999999999999999": "0",
		"12": "12", "-12": "-12", "12.5": "12.5", "12.50": "12.5", "12.00": "12", "0.10": "0.1",
		"1e3": "1000", "1E+3": "1000", "1.5e-3": "0.0015", "120e-1": "12", "12.5e1": "125", "12.5e-1": "1.25",
		"0.05e1": "0.5", "0.05e2": "5", "-2.5e0": "-2.5", "100e-1": "10", "1e-3": "0.001",
		"123456789012345678901234567890.120": "123456789012345678901234567890.12",
	} {
		got, ok := CanonicalDecimal(in)
		require.True(t, ok, in)
		require.Equal(t, want, got, in)
	}
}

func TestCanonicalDecimalRefusesWhatIsNoNumberOrTooLong(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "1.e3", " 1", "1 ", "1,5", "0x1", "NaN", "Infinity", "1_000", "١",
		"1e999999999", "1e-999999999", "1e99999999999999999999999", "1e-99999999999999999999999", "1e1000", strings.Repeat("9", 1001),
	} {
		got, ok := CanonicalDecimal(in)
		require.False(t, ok, "%q gave %q", in, got)
	}
	_, ok := CanonicalDecimal("1e999")
	require.True(t, ok, "a thousand digits are the limit, not over it")
}

// naiveDecimal is CanonicalDecimal by exact rational arithmetic. done is false
// when the exponent would make that too costly.
func naiveDecimal(s string) (text string, ok, done bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(strings.TrimLeft(strings.TrimLeft(s[i+1:], "+-"), "0")) > 4 {
		return "", false, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return "", false, true
	}
	places, exact := r.FloatPrec()
	if !exact {
		return "", false, true
	}
	text = r.FloatString(places)
	return text, len(text) <= 1000, true
}

func FuzzCanonicalDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0.0", "12.50", "1e3", "1.5e-30", "-120e-1", "0.05e1", "1e998", "1e-998"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := CanonicalDecimal(s)
		if !jsonNumber.MatchString(s) {
			require.False(t, ok, "%q", s)
			return
		}
		want, wantOK, done := naiveDecimal(s)
		if !done {
			return
		}
		require.Equal(t, wantOK, ok, "%q", s)
		if ok {
			require.Equal(t, want, got, "%q", s)
			again, ok := CanonicalDecimal(got)
			require.True(t, ok)
			require.Equal(t, got, again)
		}
	})
}
