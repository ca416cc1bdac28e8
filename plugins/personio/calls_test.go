package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

// What a thousand people cost in calls, against the least that the API allows:
// README.md says the same numbers.
func TestCallsPerThousandPeople(t *testing.T) {
	t.Parallel()
	a := openOdd(t) // not held against the contracts: it is about counting
	c := a.connect("")
	person := func(i int) string {
		return fmt.Sprintf(`{"email":"p%d@x.example","first_name":"P","last_name":"%d","language":"fr","hire_date":"2026-01-01","type":"INTERNAL","department":"IT","office":"Madrid","Badge colour":"red"}`, i, i)
	}
	var creates []sdk.WriteRecord
	var keys []sdk.Key
	for i := range 1000 {
		creates = append(creates, create(person(i)))
		keys = append(keys, sdk.Key{Ref: fmt.Sprint(i), Fields: map[string]any{"email": fmt.Sprintf("p%d@x.example", i)}})
	}
	projection := []string{"email", "department", "office", `["Badge colour"]`}
	look := func() int {
		_, end, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: projection, Keys: keys}, "{}")
		require.NoError(t, err)
		require.True(t, end.Complete)
		return len(a.calls())
	}
	require.Equal(t, 20, look(), "nobody is there: fifty e-mails a call; the least")

	results := write(t, c, employees, "{}", creates...)
	require.Equal(t, 20+1000+3, len(a.calls()), "one each, the least; e-mails before, and departments, offices, attributes once")

	_, end, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: projection}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, 10, len(a.calls()), "a hundred a call; the least")
	require.Equal(t, 20+10, look(), "everybody is there: found by e-mail, then read whole, instead of a call each")

	_, end, err = read(t, c, sdk.ReadRequest{Resource: employments, Projection: []string{"person"}}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, 20+1000, len(a.calls()), "v2 has no list of employments")

	var updates, moves, leavers []sdk.WriteRecord
	for _, r := range results {
		require.Equal(t, applied, r.Outcome)
		updates = append(updates, update(r.ID, `{"first_name":"Q"}`, "first_name"))
		moves = append(moves, update(r.ID, `{"department":"Finance"}`, "department"))
		leavers = append(leavers, operation(opDeactivate, r.ID))
	}
	for _, x := range []struct {
		records []sdk.WriteRecord
		calls   int
		why     string
	}{{updates, 1000, "a person's field: one; the least"}, {moves, 2000, "an employment's field: read, then write"}, {leavers, 2000, "a status: read, then write"}} {
		for _, r := range write(t, c, employees, "{}", x.records...) {
			require.Equal(t, applied, r.Outcome)
		}
		require.Equal(t, x.calls, len(a.calls()), x.why)
	}
}
