package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

func tokenClient(t *testing.T, tokens *Tokens, api http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	base, complaint := ParseBaseURL("url", server.URL)
	require.Nil(t, complaint)
	return NewClient(Config{Name: "X", BaseURL: base, Authorizer: tokens, FirstWait: time.Millisecond, Attempts: 2})
}

func TestTokenIsFetchedOnceForAll(t *testing.T) {
	t.Parallel()
	var fetched atomic.Int64
	tokens := NewTokens(TokensConfig{Name: "X", Fetch: func(context.Context) (Token, *sdk.Error) {
		return Token{Value: fmt.Sprint("t", fetched.Add(1)), Lifetime: time.Hour}, nil
	}})
	c := tokenClient(t, tokens, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(`{}`)) })
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, complaint := c.JSON(t.Context(), "GET", "/", nil, nil)
			if complaint != nil {
				t.Error(complaint)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, fetched.Load())
}

// An API that says 403 to a token that isn't valid: it is fetched anew, once.
func TestTokenRefusedWithAnotherStatus(t *testing.T) {
	t.Parallel()
	var fetched atomic.Int64
	tokens := NewTokens(TokensConfig{Name: "X", Refused: []int{401, 403}, Fetch: func(context.Context) (Token, *sdk.Error) {
		return Token{Value: fmt.Sprint("t", fetched.Add(1))}, nil
	}})
	valid := "t1"
	c := tokenClient(t, tokens, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+valid {
			w.WriteHeader(403)
		}
		_, _ = w.Write([]byte(`{}`))
	})
	get := func() *sdk.Error { _, complaint := c.JSON(t.Context(), "GET", "/", nil, nil); return complaint }
	require.Nil(t, get())
	valid = "t2"
	require.Nil(t, get())
	valid = "none"
	require.Equal(t, "forbidden", get().Code)
	require.EqualValues(t, 3, fetched.Load(), "one more try, not two")
	require.Equal(t, "forbidden", get().Code)
	require.EqualValues(t, 3, fetched.Load(), "a token that was never accepted isn't replaced")
}

func TestTokenThatRotates(t *testing.T) {
	t.Parallel()
	for _, rotates := range []bool{true, false} {
		var seen []string
		tokens := NewTokens(TokensConfig{Name: "X", Rotates: rotates, Secrets: []string{"secret"}, Fetch: func(context.Context) (Token, *sdk.Error) {
			return Token{Value: "first"}, nil
		}})
		c := tokenClient(t, tokens, func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.Header.Get("Authorization"))
			switch len(seen) {
			case 1: // this one says nothing
			case 2:
				w.Header().Set("Authorization", "Bearer second")
			}
			_, _ = w.Write([]byte(`{}`))
		})
		for range 3 {
			_, complaint := c.JSON(t.Context(), "GET", "/", nil, nil)
			require.Nil(t, complaint)
		}
		third := "Bearer first"
		if rotates {
			third = "Bearer second"
		}
		require.Equal(t, []string{"Bearer first", "Bearer first", third}, seen)
		require.Contains(t, tokens.Secrets(), "secret")
	}
}
