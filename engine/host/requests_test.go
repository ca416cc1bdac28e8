package host

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

func TestRequestsAreSummedAsFarAsTheyAreSaid(t *testing.T) {
	t.Parallel()
	n := func(n int64) *int64 { return &n }
	results := []*protocol.WriteResult{{Position: 1}}
	for name, c := range map[string]struct {
		tell func(*requests)
		want Requests
	}{
		"nothing was asked": {func(*requests) {}, Requests{}},
		"all said": {func(r *requests) {
			r.read(&protocol.Done{Calls: 3, Least: n(2)})
			r.wrote(&protocol.WriteResponse{Results: results, Calls: n(5), Least: n(4)})
			r.wrote(&protocol.WriteResponse{}) // only complains
		}, Requests{Made: 8, Least: 6}},
		"a plugin of before": {func(r *requests) {
			r.read(&protocol.Done{Calls: 3})
			r.wrote(&protocol.WriteResponse{Results: results})
		}, Requests{Made: 3, Unsaid: true, LeastUnsaid: true}},
		"it says reads alone":   {func(r *requests) { r.read(&protocol.Done{Calls: 3}) }, Requests{Made: 3, LeastUnsaid: true}},
		"a read that was cut":   {func(r *requests) { r.read(nil) }, Requests{Unsaid: true, LeastUnsaid: true}},
		"a read without calls":  {func(r *requests) { r.read(&protocol.Done{Least: n(1)}) }, Requests{Unsaid: true, LeastUnsaid: true}},
		"less than nothing":     {func(r *requests) { r.add(n(-1), n(0)) }, Requests{Unsaid: true, LeastUnsaid: true}},
		"least is more than it": {func(r *requests) { r.add(n(1), n(2)) }, Requests{Made: 1, LeastUnsaid: true}},
	} {
		c2 := &Connection{}
		c.tell(&c2.requests)
		require.Equal(t, c.want, c2.TakeRequests(), name)
		require.Equal(t, Requests{}, c2.TakeRequests(), "taken once: %s", name)
	}
}

// What a plugin says of addresses is believed only where a person may follow it.
func TestProfilesOfAPluginThatLies(t *testing.T) {
	t.Parallel()
	clean := &cleaner{}
	clean.hide("s3cr3t-canary")
	p := &Plugin{name: "liar", clean: clean}
	kept, complaints := p.profilesOf(map[string]string{
		"people": "https://hr.example/{id}", "script": "javascript:alert({id})", "code": "https://hr.example/\x1b[2J{id}",
		"leak": "https://hr.example/s3cr3t-canary/{id}", "\x1b[31mred": "nothing",
	})
	require.Equal(t, map[string]string{"people": "https://hr.example/{id}"}, kept)
	require.Len(t, complaints, 4)
	for _, c := range complaints {
		require.Equal(t, "bad-profile-url", c.Code)
		require.False(t, strings.ContainsAny(c.Summary, "\x1b"))
		require.NotContains(t, c.Error(), "canary")
	}
}
