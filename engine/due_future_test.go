package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
)

// A machine that once thought it was 2099 goes on running what is due.
func TestARunOfTheFutureLeavesTheMappingDue(t *testing.T) {
	t.Parallel()
	s := newSite(t, "look-up")
	s.editMapping("trigger { manual = true }", `trigger { daily = "02:00" }`)
	s.crowd(1)
	due := func() int {
		w := s.load()
		defer func() { require.NoError(t, w.Close()) }()
		ran, found := w.Run(t.Context(), engine.RunOptions{Due: true})
		require.Empty(t, found)
		return len(ran)
	}
	now := s.now
	s.now = now.AddDate(73, 0, 0)
	require.Equal(t, 1, due())
	s.now = now
	require.Equal(t, 1, due(), "what ran in 2099 is not believed")
	require.Zero(t, due())
	s.now = now.Add(-time.Minute)
	require.Zero(t, due(), "a clock that was put right by a minute")
}
