package sdk

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

func TestBatches(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sizes []int // of the records, one after the other; 0: the page ends
		want  []int
	}{
		"by records":       {repeat(10, 2*protocol.BatchRecords+1), []int{1024, 1024, 1}},
		"by bytes":         {repeat(400_000, 5), []int{2, 2, 1}},
		"by page":          {[]int{10, 10, 0, 10}, []int{2, 1}},
		"empty pages":      {[]int{0, 0, 10, 0, 0}, []int{1}},
		"large one alone":  {[]int{10, 3 << 20, 10}, []int{1, 1, 1}},
		"exactly the size": {[]int{1 << 20, 10}, []int{1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, collected := NewTestOutput()
			var want []string
			for _, size := range test.sizes {
				if size == 0 {
					require.NoError(t, out.PageEnd())
					continue
				}
				record := sized(size, len(want))
				want = append(want, record)
				data := []byte(record)
				require.NoError(t, out.Record(data))
				clear(data) // the caller may reuse its buffer
			}
			var got []string
			for _, r := range collected.Records() {
				got = append(got, string(r.Data))
			}
			require.True(t, equal(want, got), "records differ")
			require.Equal(t, test.want, collected.Batches())
		})
	}
}

func repeat(size, n int) []int {
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = size
	}
	return sizes
}

func sized(size, number int) string {
	text := fmt.Sprintf(`{"n":%d`, number%10)
	return text + strings.Repeat(" ", size-len(text)-1) + "}"
}

func equal(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }

func TestAnswersCarryTheirKeyAndProgressItsCounts(t *testing.T) {
	t.Parallel()
	out, collected := NewTestOutput()
	require.NoError(t, out.Answer("k1", []byte(` {"id":1} `)))
	out.Progress(-1, 1)
	out.Progress(7, 2)
	require.Equal(t, []CollectedRecord{{Key: "k1", Data: []byte(`{"id":1}`)}}, collected.Records())
	require.Equal(t, []CollectedProgress{{1, -1, 1}, {1, 7, 2}}, collected.Progress())
}

func TestRecordThatCannotTravelIsRememberedAsAFailure(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"empty": "", "array": "[]", "half": `{"a":1`, "text": "canary", "one brace": "{",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, collected := NewTestOutput()
			require.NoError(t, out.Record([]byte(`{}`)))
			err := out.Record([]byte(data))
			require.ErrorContains(t, err, "not a JSON object")
			require.NotContains(t, err.Error(), "canary")
			require.Error(t, out.Record([]byte(`{}`)))
			received, err := out.finish()
			require.Error(t, err)
			require.Equal(t, int64(1), received)
			require.Equal(t, []int{1}, collected.Batches(), "what came before still goes")
		})
	}
}

type brokenSink struct{ err error }

func (b brokenSink) batch(*protocol.Batch) error       { return b.err }
func (b brokenSink) progress(*protocol.Progress) error { return b.err }

func TestBrokenStreamStaysBroken(t *testing.T) {
	t.Parallel()
	broken := errors.New("gone")
	out := newOutput(brokenSink{broken})
	out.Progress(1, 1)
	require.ErrorIs(t, out.Record([]byte(`{}`)), broken)
	require.ErrorIs(t, out.PageEnd(), broken)
	_, err := out.finish()
	require.ErrorIs(t, err, broken)
}

func BenchmarkRecord(b *testing.B) {
	out := newOutput(brokenSink{})
	record := []byte(sized(360, 0))
	b.ReportAllocs()
	for b.Loop() {
		if err := out.Record(record); err != nil {
			b.Fatal(err)
		}
	}
}
