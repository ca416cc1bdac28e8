package conformance_test

import (
	"testing"

	"passerelle/plugins/sdk/conformance"
)

// A plugin built against the first protocol goes on working.
func TestThePluginOfTheFirstProtocolPasses(t *testing.T) {
	t.Parallel()
	conformance.Test(t, conformance.Options{
		Path: conformance.Build(t, "./testdata/first", "first"), Trial: trial(t), Patience: patience,
	})
}
