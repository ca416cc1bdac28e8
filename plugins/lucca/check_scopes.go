package main

import (
	"net/http"
	"strings"

	"passerelle/plugins/protocol"
)

// mayWrite asks for a token that could write. Getting one changes nothing, and
// means that the client was given more than reading needs. Of an API key's role
// nothing of the kind can be asked.
func (c *checking) mayWrite() *protocol.Diagnostic {
	var granted []string
	for _, scope := range c.res.scopes {
		wider := strings.TrimSuffix(scope, ".readonly") + ".readwrite"
		if c.grants(wider) {
			granted = append(granted, wider)
		}
	}
	if len(granted) == 0 {
		return nil
	}
	return tooMuch("the client may also write: "+strings.Join(granted, ", "),
		"unless another flow needs it, take it from the client in Lucca, under /identity/admin/integration-keys")
}

func (c *checking) grants(scope string) bool {
	request, err := http.NewRequestWithContext(c.ctx, http.MethodGet, c.config.BaseURL.String(), nil)
	return err == nil && c.tokensFor(scope).Authorize(request, nil) == nil
}
