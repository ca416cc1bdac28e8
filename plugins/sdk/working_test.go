package sdk

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWorkingSpeaksUpNowAndThen(t *testing.T) {
	t.Parallel()
	Working(t.Context()) // in another call: nothing happens
	said := 0
	ctx, end := withWorking(t.Context(), func() { said++ })
	w := ctx.Value(workingKey{}).(*working)
	from := w.last
	for second := range 61 {
		w.beat(from.Add(time.Duration(second) * time.Second))
	}
	require.Equal(t, 4, said, "every fifteen seconds, however often it is called")
	end()
	w.beat(from.Add(time.Hour))
	require.Equal(t, 4, said, "a call that has ended says nothing")
}

// A connector with a client of its own has one thing to do for each request.
func TestACountedRequestIsASignOfLife(t *testing.T) {
	t.Parallel()
	said := 0
	ctx, end := withWorking(t.Context(), func() { said++ })
	defer end()
	for n, request := range []context.Context{ctx, CountedWith(t.Context(), ctx)} { // the second for a token
		ctx.Value(workingKey{}).(*working).last = time.Now().Add(-speakUp)
		CountCall(request)
		require.Equal(t, n+1, said)
	}
}

// What a read said before is said again, and no record goes before its time.
func TestARepeatedProgressIsTheLastOne(t *testing.T) {
	t.Parallel()
	collected := &Collected{}
	out := newOutput(collected)
	ctx, end := withWorking(context.Background(), out.again)
	defer end()
	require.NoError(t, out.Record([]byte(`{"id":1}`)))
	out.Progress(7, 2)
	ctx.Value(workingKey{}).(*working).beat(time.Now().Add(time.Minute))
	require.Equal(t, []CollectedProgress{{1, 7, 2}, {1, 7, 2}}, collected.Progress())
	require.NoError(t, out.PageEnd())
}
