package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/plugins/protocol"
)

// checkRetry is the policy: repeat what was certainly not applied, and any GET
// that failed on its way. What a repetition can't mend is not repeated.
func (c *Client) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	x := exchangeOf(ctx)
	again := c.mayRepeat(x, resp, err)
	if again && !safe(x.request.Method) {
		x.wrote.Store(false) // what came of this attempt is known: nothing
	}
	return again, nil
}

func (c *Client) mayRepeat(x *exchange, resp *http.Response, err error) bool {
	if err != nil {
		return !permanent(err) && (!x.wrote.Load() || safe(x.request.Method))
	}
	if slices.Contains(x.request.Once, resp.StatusCode) {
		return false
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		wait, given := retryAfter(resp.Header, time.Now())
		return !given || wait <= c.config.MaxWait
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return safe(x.request.Method)
	}
	return false
}

// permanent reports failures that stay the same however often one tries.
func permanent(err error) bool {
	var (
		redirect  *redirectError
		dns       *net.DNSError
		cert      *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		record    tls.RecordHeaderError
		proof     *authError
	)
	switch {
	case as(err, &proof), as(err, &redirect), as(err, &cert), as(err, &authority), as(err, &name), as(err, &record):
		return true
	case errors.Is(err, errTooLarge), errors.Is(err, errTooManyRedirects), errors.Is(err, http.ErrSchemeMismatch):
		return true
	case as(err, &dns):
		return dns.IsNotFound
	}
	return false
}

// backoff waits as long as the API asks, else doubles, with a random part so
// that many clients don't come back together. A 429 pauses the whole tenant.
func (c *Client) backoff(first, longest time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if wait, given := retryAfter(resp.Header, time.Now()); given {
			c.config.Budget.pause(wait)
			return wait
		}
	}
	wait := min(first<<min(attempt, 20), longest, 20*time.Second)
	wait = wait/2 + rand.N(wait/2+1)
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		wait = max(wait, min(refill(resp.Header), longest))
	}
	return wait
}

// retryAfter reads the header, in seconds or as an HTTP date (RFC 9110 10.2.3).
// given is false when it is absent or makes no sense.
func retryAfter(header http.Header, now time.Time) (wait time.Duration, given bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		if seconds < 0 {
			return 0, false
		}
		return time.Duration(min(seconds, 1<<31)) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}

// outcome says what an HTTP status means for a write. 503 counts as refused: a
// server that can't serve has not acted (RFC 9110 15.6.4). 408, 500, 502 and 504
// may come after the deed.
func outcome(status int) protocol.Outcome {
	switch {
	case status >= 200 && status < 300:
		return protocol.Outcome_OUTCOME_APPLIED
	case status == http.StatusServiceUnavailable:
		return protocol.Outcome_OUTCOME_REFUSED
	case status == http.StatusRequestTimeout, status >= 500, status < 200:
		return protocol.Outcome_OUTCOME_UNKNOWN
	}
	return protocol.Outcome_OUTCOME_REFUSED
}
