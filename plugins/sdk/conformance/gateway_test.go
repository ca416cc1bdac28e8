package conformance

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A request with a body that its client gives up is seen to have gone, too: many
// plugins begin by asking for a token.
func TestTheGatewaySeesAClientGo(t *testing.T) {
	t.Parallel()
	g, address, err := openGateway("http://127.0.0.1:1")
	require.NoError(t, err)
	defer g.close()
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan struct{})
	g.use(g.waiting(cancel, func() { close(gone) }))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(strings.Repeat("x", 1000)))
	require.NoError(t, err)
	_, err = http.DefaultClient.Do(request)
	require.Error(t, err)
	<-gone
}

// A gateway closes with a request under way, and again.
func TestTheGatewayCloses(t *testing.T) {
	t.Parallel()
	g, address, err := openGateway("http://127.0.0.1:1")
	require.NoError(t, err)
	arrived := make(chan struct{})
	g.use(g.waiting(func() { close(arrived) }, func() {}))
	ended := make(chan error, 1)
	go func() {
		_, err := http.Post(address, "text/plain", strings.NewReader("x"))
		ended <- err
	}()
	<-arrived
	g.close()
	g.close()
	require.Error(t, <-ended)
}
