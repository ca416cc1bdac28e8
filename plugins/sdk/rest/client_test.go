package rest

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

const canary = "c0ffee00-1111-2222-3333-canary444444"

// serve starts an API on loopback and a client with short waits.
func serve(t *testing.T, handler http.HandlerFunc, more ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientOf(t, server.URL+"/base", more...)
}

func clientOf(t *testing.T, address string, more ...func(*Config)) *Client {
	t.Helper()
	base, complaint := ParseBaseURL("url", address)
	require.Nil(t, complaint)
	config := Config{Name: "Sample", BaseURL: base, FirstWait: time.Millisecond, Attempts: 3,
		Auth: func(h http.Header) { h.Set("X-Key", canary) }}
	for _, change := range more {
		change(&config)
	}
	client := NewClient(config)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// cut answers as many bytes as it is given and closes the connection.
func cut(w http.ResponseWriter, raw string) {
	conn, buffer, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_, _ = buffer.WriteString(raw)
	_ = buffer.Flush()
	_ = conn.Close()
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	type want struct {
		code    string
		retry   protocol.Retry
		calls   int
		outcome protocol.Outcome
	}
	const later, fix, credentials = protocol.Retry_RETRY_LATER, protocol.Retry_RETRY_AFTER_FIX, protocol.Retry_RETRY_CREDENTIALS
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	body := func(kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(text))
		}
	}
	for name, c := range map[string]struct {
		method string
		answer http.HandlerFunc
		want   want
	}{
		"ok":                       {"GET", body("application/json", `{"a":1}`), want{"", 0, 1, applied}},
		"json called text":         {"GET", body("text/plain", ` [1] `), want{"", 0, 1, applied}},
		"empty write answer":       {"PATCH", status(204), want{"", 0, 1, applied}},
		"empty read answer":        {"GET", status(200), want{"not-json", fix, 1, applied}},
		"401":                      {"GET", status(401), want{"unauthorized", credentials, 1, refused}},
		"403":                      {"GET", status(403), want{"forbidden", credentials, 1, refused}},
		"404":                      {"GET", status(404), want{"not-found", fix, 1, refused}},
		"400":                      {"GET", status(400), want{"bad-request", fix, 1, refused}},
		"409":                      {"POST", status(409), want{"conflict", fix, 1, refused}},
		"422":                      {"POST", status(422), want{"invalid", fix, 1, refused}},
		"413":                      {"POST", status(413), want{"bad-request", fix, 1, refused}},
		"405":                      {"POST", status(405), want{"bad-request", fix, 1, refused}},
		"read 408":                 {"GET", status(408), want{"timeout", later, 3, unknown}},
		"read 500":                 {"GET", status(500), want{"server-error", later, 3, unknown}},
		"read 502":                 {"GET", status(502), want{"server-error", later, 3, unknown}},
		"read 504":                 {"GET", status(504), want{"timeout", later, 3, unknown}},
		"write 500 isn't repeated": {"POST", status(500), want{"server-error", later, 1, unknown}},
		"write 502 isn't repeated": {"PATCH", status(502), want{"server-error", later, 1, unknown}},
		"write 408 isn't repeated": {"POST", status(408), want{"timeout", later, 1, unknown}},
		"429 is repeated":          {"POST", status(429), want{"rate-limited", later, 3, refused}},
		"503 is repeated":          {"POST", status(503), want{"unavailable", later, 3, refused}},
		"304 makes no sense":       {"GET", status(304), want{"redirected", fix, 1, refused}},
		"login page":               {"GET", body("text/html; charset=utf-8", "<html>log in</html>"), want{"not-json", fix, 1, applied}},
		"login page called json":   {"GET", body("application/json", "<!doctype html>"), want{"not-json", fix, 1, applied}},
		"login page after a write": {"POST", body("text/html", "<html>"), want{"not-json", fix, 1, unknown}},
		"broken JSON":              {"GET", body("application/json", `{"a":[1,2`), want{"truncated", later, 1, applied}},
		"too large":                {"GET", body("application/json", `"`+strings.Repeat("x", 2000)+`"`), want{"too-large", fix, 1, unknown}},
		"cut body of a read":       {"GET", func(w http.ResponseWriter, _ *http.Request) { cut(w, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{") }, want{"truncated", later, 3, unknown}},
		"cut body of a write": {"POST", func(w http.ResponseWriter, _ *http.Request) {
			cut(w, "HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{")
		}, want{"truncated", later, 1, unknown}},
		"read never answered":  {"GET", func(w http.ResponseWriter, _ *http.Request) { cut(w, "") }, want{"no-answer", later, 3, unknown}},
		"write never answered": {"POST", func(w http.ResponseWriter, _ *http.Request) { cut(w, "") }, want{"no-answer", later, 1, unknown}},
		"other host": {"GET", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2:1/x?secret="+canary, 302)
		}, want{"redirected", fix, 1, refused}},
		"write redirected at home": {"POST", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", 307) }, want{"redirected", fix, 1, refused}},
		"redirected in circles":    {"GET", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/base/again", 302) }, want{"redirected", fix, 4, unknown}},
		"long Retry-After": {"GET", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(429)
		}, want{"rate-limited", later, 1, refused}},
		"an error's body can be cut": {"GET", func(w http.ResponseWriter, _ *http.Request) { cut(w, "HTTP/1.1 401 No\r\nContent-Length: 99\r\n\r\n{") }, want{"unauthorized", credentials, 1, refused}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			client := serve(t, func(w http.ResponseWriter, r *http.Request) { calls.Add(1); c.answer(w, r) },
				func(c *Config) { c.MaxBody = 1000 })
			var sent []byte
			if c.method != "GET" {
				sent = []byte(`{"nom":"` + canary + `"}`)
			}
			response, complaint := client.JSON(t.Context(), c.method, "/people", url.Values{"q": {canary}}, sent)
			require.NotNil(t, response)
			if c.want.code == "" {
				require.Nil(t, complaint)
			} else {
				require.NotNil(t, complaint)
				require.Equal(t, c.want.code, complaint.Code)
				require.Equal(t, c.want.retry, complaint.Retry)
				require.NotEmpty(t, complaint.Remedy)
				require.NotContains(t, fmt.Sprintf("%+v", *complaint), canary)
				require.NotContains(t, fmt.Sprintf("%+v", *complaint), "canary")
			}
			require.EqualValues(t, c.want.calls, calls.Load(), "requests that arrived")
			require.Equal(t, c.want.outcome, response.Outcome)
		})
	}
}

func TestBusyThenWell(t *testing.T) {
	t.Parallel()
	for name, retryAfter := range map[string]string{"seconds": "0", "date in the past": "Wed, 21 Oct 2015 07:28:00 GMT", "nonsense": "soon", "none": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			var bodies [2]string
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				n := calls.Add(1)
				line, _ := bufio.NewReader(r.Body).ReadString('\n')
				bodies[n-1] = line
				if n == 1 {
					w.Header().Set("Retry-After", retryAfter)
					w.WriteHeader(429)
					return
				}
				w.WriteHeader(201)
				_, _ = w.Write([]byte(`{"data":{"id":"1"}}`))
			})
			response, complaint := client.JSON(t.Context(), "POST", "people", nil, []byte(`{"nom":"Zoé"}`))
			require.Nil(t, complaint)
			require.Equal(t, 2, response.Attempts)
			require.Equal(t, [2]string{`{"nom":"Zoé"}`, `{"nom":"Zoé"}`}, bodies, "the whole body each time")
			require.EqualValues(t, 2, client.Calls())
		})
	}
}

func TestRequestAsSent(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/base/a%2Fb", r.URL.EscapedPath())
		require.Equal(t, "id,department[id,name]", r.URL.Query().Get("fields"))
		require.Equal(t, canary, r.Header.Get("X-Key"))
		require.Equal(t, "passerelle", r.Header.Get("User-Agent"))
		require.Equal(t, "k1", r.Header.Get("Idempotency-Key"))
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte(`{"packed":true}`))
		_ = z.Close()
	})
	response, complaint := client.Do(t.Context(), Request{Method: "GET", Path: "/a%2Fb",
		Query: url.Values{"fields": {"id,department[id,name]"}}, Header: http.Header{"Idempotency-Key": {"k1"}}})
	require.Nil(t, complaint)
	require.JSONEq(t, `{"packed":true}`, string(response.Body))
}

func TestRedirectAtHomeIsFollowed(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/base/old" {
			http.Redirect(w, r, "/base/new", http.StatusMovedPermanently)
			return
		}
		require.Equal(t, canary, r.Header.Get("X-Key"))
		_, _ = w.Write([]byte(`{}`))
	})
	_, complaint := client.JSON(t.Context(), "GET", "old", nil, nil)
	require.Nil(t, complaint)
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	selfSigned := httptest.NewUnstartedServer(http.NotFoundHandler())
	selfSigned.Config.ErrorLog = log.New(io.Discard, "", 0)
	selfSigned.StartTLS()
	t.Cleanup(selfSigned.Close)

	nobody := func(err error) func(*Config) {
		return func(c *Config) {
			c.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: err}
			}}
		}
	}
	for name, c := range map[string]struct {
		address  string
		more     func(*Config)
		code     string
		attempts int
	}{
		"refused":              {closed, func(*Config) {}, "refused-connection", 3},
		"unknown host":         {"https://nobody.invalid", nobody(&net.DNSError{Name: "nobody.invalid", IsNotFound: true}), "unknown-host", 1},
		"name server away":     {"https://nobody.invalid", nobody(&net.DNSError{Name: "nobody.invalid", IsTemporary: true}), "unreachable", 3},
		"http on an https url": {strings.Replace(plain.URL, "http://", "https://", 1), func(*Config) {}, "tls", 1},
		"unknown authority":    {selfSigned.URL, func(*Config) {}, "tls", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, complaint := clientOf(t, c.address, c.more).JSON(t.Context(), "POST", "people", nil, []byte(`{}`))
			require.NotNil(t, complaint)
			require.Equal(t, c.code, complaint.Code)
			require.Equal(t, notSent, response.Outcome)
			require.Equal(t, c.attempts, response.Attempts)
		})
	}
}

func TestTooSlow(t *testing.T) {
	t.Parallel()
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(c *Config) { c.Timeout = 20 * time.Millisecond })
	response, complaint := client.JSON(t.Context(), "GET", "slow", nil, nil)
	require.Equal(t, "timeout", complaint.Code)
	require.Equal(t, 3, response.Attempts)
}

// transportFunc plays the network, for what must not depend on time.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A write whose time ran out may be applied once it left, and isn't before.
func TestWriteTooSlow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left     bool
		outcome  protocol.Outcome
		attempts int
	}{"on its way": {true, unknown, 1}, "while connecting": {false, notSent, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, "https://example.com", func(config *Config) {
				config.Transport = transportFunc(func(r *http.Request) (*http.Response, error) {
					if c.left {
						httptrace.ContextClientTrace(r.Context()).WroteHeaders()
					}
					return nil, os.ErrDeadlineExceeded
				})
			})
			response, complaint := client.JSON(t.Context(), "POST", "people", nil, []byte(`{}`))
			require.Equal(t, "timeout", complaint.Code)
			require.Equal(t, c.outcome, response.Outcome)
			require.Equal(t, c.attempts, response.Attempts)
		})
	}
}

// Stopped while it waits to try again, a write has not been applied.
func TestStoppedWhileWaiting(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(429)
		stop()
	})
	response, complaint := client.JSON(ctx, "POST", "people", nil, []byte(`{}`))
	require.Equal(t, "cancelled", complaint.Code)
	require.NotEqual(t, applied, response.Outcome)
}

// net/http repeats a request by itself when it sees this header and the pooled
// connection dies. It must not: the server may have acted.
func TestIdempotencyKeyIsNoLeaveToRepeat(t *testing.T) {
	t.Parallel()
	var posts atomic.Int64
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			_, _ = w.Write([]byte(`{}`))
			return
		}
		posts.Add(1)
		cut(w, "")
	})
	_, complaint := client.JSON(t.Context(), "GET", "warm", nil, nil) // so that the connection is a reused one
	require.Nil(t, complaint)
	response, complaint := client.Do(t.Context(), Request{Method: "POST", Path: "people", Body: []byte(`{}`), Header: http.Header{"Idempotency-Key": {"1"}}})
	require.Equal(t, "no-answer", complaint.Code)
	require.Equal(t, unknown, response.Outcome)
	require.EqualValues(t, 1, posts.Load())
}

func TestShownPathHidesValues(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	_, complaint := client.Do(t.Context(), Request{Method: "GET", Path: "people/" + canary, Shown: "people/{matricule}", Query: url.Values{"k": {canary}}})
	require.Contains(t, complaint.Detail, "/base/people/{matricule}")
	require.NotContains(t, complaint.Error(), canary)
}

func TestBadPath(t *testing.T) {
	t.Parallel()
	client := clientOf(t, "http://127.0.0.1:1")
	for _, path := range []string{"a?b=c", "%zz", "a#b"} {
		response, complaint := client.JSON(t.Context(), "GET", path, nil, nil)
		require.NotNil(t, complaint, path)
		require.Equal(t, "bad-request", complaint.Code)
		require.Equal(t, notSent, response.Outcome)
	}
}
