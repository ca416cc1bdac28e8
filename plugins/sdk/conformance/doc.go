// Package conformance holds a plugin, written in any language, to the protocol:
// it starts the executable as the engine would, through docs/protocol.md alone,
// and tries every call, each kind of failure, kills and cancellations. Each rule
// has a name, a sentence and its paragraph in docs/reference/conformance.md.
//
// `engine plugin test` runs it. A connector in Go calls Test in its own tests:
//
//	func TestConformance(t *testing.T) {
//		api := httptest.NewServer(people.New(250))
//		t.Cleanup(api.Close)
//		conformance.Test(t, conformance.Options{
//			Path:  conformance.Build(t, ".", "people"),
//			Trial: conformance.Trial{Connection: map[string]any{"url": api.URL, "api_key": people.Key}},
//		})
//	}
//
// It needs no process of go-plugin: what it finds is what the wire shows.
package conformance
