package view

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
)

func TestProgressSaysTheRateAndWhatIsLeft(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC)
	var p pace
	for _, c := range []struct {
		after time.Duration
		phase string
		done  int64
		of    int64
		want  string
	}{
		{0, "reading", 0, 9000, "people: reading 0 of 9000"},
		{500 * time.Millisecond, "reading", 200, 9000, "people: reading 200 of 9000"},
		{2 * time.Second, "reading", 1000, 9000, "people: reading 1000 of 9000, 500/s, 16 s left"},
		{4 * time.Second, "reading", 9000, 9000, "people: reading 9000 of 9000, 2250/s"},
		{10 * time.Second, "applying", 100, 5000, "people: applying 100 of 5000"},
		{12 * time.Second, "applying", 120, 5000, "people: applying 120 of 5000, 10/s, 8 min left"},
		{20 * time.Second, "reading", 5, -1, "people: reading 5"},
		{30 * time.Second, "reading", 105, -1, "people: reading 105, 10/s"},
	} {
		e := engine.Event{Mapping: "people", Phase: c.phase, Done: c.done, Expected: c.of}
		require.Equal(t, c.want, p.line(e, start.Add(c.after)))
	}
	require.Equal(t, "2 h 5 min", span(2*time.Hour+5*time.Minute))
}
