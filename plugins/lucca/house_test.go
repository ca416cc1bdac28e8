package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/fault"
	sandbox "passerelle/cmd/sandbox/lucca"
	staff "passerelle/cmd/sandbox/people"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// house is a sandbox's Lucca with a connection to it: what the connector asks for
// is what the sandbox was built, from the documentation, to answer.
type house struct {
	t       *testing.T
	company *staff.Company
	lucca   *sandbox.Handler
	faults  *fault.Set
	before  func(*http.Request) // each request, when set
	url     string
	*connection
}

func settle(t *testing.T, employees int) *house {
	t.Helper()
	today := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	company, err := staff.New(staff.Options{Employees: employees, Seed: 1, Today: today})
	require.NoError(t, err)
	h := &house{t: t, company: company, lucca: sandbox.New(company, sandbox.Options{NoRateLimit: true})}
	h.faults = &fault.Set{}
	spoilt := h.faults.Handler("lucca", h.lucca)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.before != nil {
			h.before(r)
		}
		spoilt.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	h.url = server.URL
	h.connection = h.open(map[string]any{"api_key": sandbox.DefaultKey})
	return h
}

// later is when nothing that was fetched before is kept any more.
func (h *house) later() {
	at := h.now().Add(keptFor)
	h.now = func() time.Time { return at }
}

func (h *house) open(settings map[string]any) *connection {
	h.t.Helper()
	c := &connector{
		now: func() time.Time { return time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC) },
		tune: func(c *rest.Config) {
			c.FirstWait, c.Attempts, c.Budget, c.Timeout, c.MaxBody = time.Millisecond, 2, nil, 10*time.Second, 16<<20
		},
	}
	settings["url"] = h.url
	object, err := json.Marshal(settings)
	require.NoError(h.t, err)
	checked, complaint := sdk.NewSettings(object, c.Describe().GetSettings())
	require.Nil(h.t, complaint)
	opened, err := c.Configure(h.t.Context(), checked)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = opened.(*connection).Close() })
	return opened.(*connection)
}

// read gives the records of a whole read as decoded objects.
func (h *house) read(name, settings string, paths ...string) ([]map[string]any, sdk.End) {
	h.t.Helper()
	records, end, err := h.try(name, settings, paths...)
	require.NoError(h.t, err)
	require.True(h.t, end.Complete, end.Reason)
	return records, end
}

func (h *house) try(name, settings string, paths ...string) ([]map[string]any, sdk.End, error) {
	h.t.Helper()
	res, complaint := resourceNamed(name)
	require.Nil(h.t, complaint)
	given, complaint := sdk.NewSettings([]byte(settings), res.about.GetReadSettings())
	require.Nil(h.t, complaint)
	out, collected := sdk.NewTestOutput()
	end, err := h.Read(h.t.Context(), sdk.ReadRequest{Resource: name, Projection: append(paths, res.about.GetIdentity()...), Settings: given}, out)
	return decoded(h.t, collected), end, err
}

func decoded(t *testing.T, collected *sdk.Collected) []map[string]any {
	t.Helper()
	var records []map[string]any
	for _, r := range collected.Records() {
		var record map[string]any
		require.NoError(t, json.Unmarshal(r.Data, &record))
		records = append(records, record)
	}
	return records
}

// shortOfTime is a client that gives an answer very little time.
func shortOfTime(h *house) *rest.Client {
	base, complaint := rest.ParseBaseURL("url", h.url)
	require.Nil(h.t, complaint)
	return rest.NewClient(rest.Config{Name: "Lucca", BaseURL: base, Timeout: 100 * time.Millisecond, Attempts: 1,
		Auth: func(header http.Header) { header.Set("Authorization", "lucca application="+sandbox.DefaultKey) }})
}
