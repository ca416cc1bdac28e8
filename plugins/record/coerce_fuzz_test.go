package record

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzCoerce: what one kind becomes as another is of that kind, and says the same
// when it is brought back and there again: nothing is lost on the way.
func FuzzCoerce(f *testing.F) {
	for _, text := range []string{
		"", "12", "012", "-0", "+1", "12.50", "1e3", "0.1", "9223372036854775807", "9223372036854775808", "99999999999999999999.5", "٣", "true",
		"2026-01-31", "2026-02-29", "2026-01-31T08:00:00", "2026-01-31T08:00:00+02:00", "2026-01-31T24:00:00Z", "0000-00-00", "é", "\u0000", " 12", "1_000", "Inf", "NaN",
	} {
		f.Add(text, int64(len(text)), float64(len(text))/3)
	}
	zone := time.FixedZone("here", 3600)
	kinds := []Kind{Bool, Int, Double, Decimal, String, Date, Timestamp, Choice}
	f.Fuzz(func(t *testing.T, text string, whole int64, fraction float64) {
		values := []Value{NewString(text), NewInt(whole), NewDouble(fraction)}
		if canonical, ok := CanonicalDecimal(text); ok {
			values = append(values, NewDecimal(canonical))
		}
		for _, v := range values {
			for _, to := range kinds {
				there, ok := Coerce(v, Basic(to), zone)
				if !ok || v.IsEmpty() {
					require.True(t, there.IsEmpty())
					continue
				}
				require.Equal(t, to, there.Kind())
				back, ok := Coerce(there, Basic(v.Kind()), zone)
				if !ok {
					continue // a way that goes in one direction
				}
				again, ok := Coerce(back, Basic(to), zone)
				require.True(t, ok, "%s as %s, %s, and no further", v.AppendJSON(nil), to, back.AppendJSON(nil))
				if to == Double { // the two zeros are one number
					require.Equal(t, there.Double()+0, again.Double()+0)
					continue
				}
				require.Equal(t, string(there.AppendJSON(nil)), string(again.AppendJSON(nil)))
			}
		}
	})
}
