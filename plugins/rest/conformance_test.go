package main

import (
	"net/http/httptest"
	"testing"
	"time"

	"passerelle/plugins/sdk/conformance"
	"passerelle/plugins/sdk/conformance/people"
)

// What the protocol asks of every plugin. What is written is the mapping file's
// to declare, which a trial has none of: that is for target_test.go.
func TestConformance(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(people.New(250))
	t.Cleanup(api.Close)
	conformance.Test(t, conformance.Options{
		Path: conformance.Build(t, ".", "rest"), Patience: 30 * time.Second,
		Trial: conformance.Trial{
			Connection: map[string]any{"url": api.URL, "auth": "bearer", "token": people.Key, "rate_limit": "100000/s"},
			Resources: map[string]conformance.TrialResource{resource: {Read: map[string]any{
				"path": "/people", "items": "items", "paging": "page", "size_param": "size", "page_size": 100, "total": "total",
			}}},
		},
	})
}
