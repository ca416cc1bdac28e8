package apply

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

func TestInsert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		object string
		path   []string
		want   string
	}{
		{`{}`, []string{"chef"}, `{"chef":"t-1"}`},
		{`{"a":1}`, []string{"chef \"x\""}, `{"a":1,"chef \"x\"":"t-1"}`},
		{`{"a":12345678901234567890.01}`, []string{"job", "chef"}, `{"a":12345678901234567890.01,"job":{"chef":"t-1"}}`},
		{`{"job":{"start":"2026-09-01","x":{}},"a":"}"}`, []string{"job", "chef"}, `{"job":{"start":"2026-09-01","x":{},"chef":"t-1"},"a":"}"}`},
		{`{"job":{"x":{}}}`, []string{"job", "x", "y"}, `{"job":{"x":{"y":"t-1"}}}`},
	} {
		before := c.object
		got := insert([]byte(c.object), c.path, []byte(`"t-1"`))
		require.JSONEq(t, c.want, string(got))
		require.True(t, json.Valid(got))
		require.Equal(t, before, c.object)
	}
}

// The target may have answered for what was sent without a reference that is
// resolved now: such a field is not taken for sent.
func TestReferencesUnderTheSameKeyAreDoubted(t *testing.T) {
	t.Parallel()
	e := &plan.Entry{
		Operation: plan.Create, Changed: []int{0, 2}, Prints: []ledger.Print{{Field: 1, Sum: 10}, {Field: 3, Sum: 30}},
		References: []plan.Reference{{Field: 2, SourceID: "7"}},
	}
	out := applied(e)
	doubtReferences(e, &out)
	require.Equal(t, []ledger.Print{{Field: 1, Sum: 10}, {Field: 3, Sum: noValue(30)}}, out.Prints)
	require.EqualValues(t, 30, e.Prints[1].Sum)
	failed := refused(e)
	doubtReferences(e, &failed)
	require.Empty(t, failed.Prints)
}
