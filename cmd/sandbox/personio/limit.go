package personio

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// bucket is one endpoint's allowance.
type bucket struct {
	left float64
	at   time.Time
}

// rate is a token bucket's refill a second and its size.
type rate struct{ replenish, burst float64 }

// The limits: observed for v2's persons and absences, documented for v1.
var rates = map[string]rate{
	"v2/persons":           {30, 30},
	"v2/absence-periods":   {10, 10},
	"v2/auth/token":        {2.5, 150},
	"v2":                   {10, 20},
	"v1/auth":              {1, 60},
	"v1/company/employees": {5, 15},
	"v1/company/documents": {1, 60},
	"v1":                   {33, 2000},
}

// admit takes a request from its endpoint's bucket, and describes the bucket on
// v2's answers. A refusal has no Retry-After.
func (c *call) admit(generation, endpoint string) bool {
	if c.options.NoRateLimit {
		return true
	}
	of, known := rates[endpoint]
	if !known {
		of = rates[generation]
	}
	now := c.options.Now()
	b := c.limits[endpoint]
	if b == nil {
		b = &bucket{of.burst, now}
		c.limits[endpoint] = b
	}
	b.left = math.Min(of.burst, b.left+of.replenish*now.Sub(b.at).Seconds())
	b.at = now
	taken := b.left >= 1
	if taken {
		b.left--
	}
	if generation == "v2" {
		for name, value := range map[string]float64{"remaining": b.left, "replenish-rate": of.replenish, "burst-capacity": of.burst, "requested-tokens": 1} {
			c.w.Header().Set("x-ratelimit-"+name, strconv.Itoa(int(value)))
		}
	}
	switch {
	case taken:
	case generation == "v1":
		c.fail(http.StatusTooManyRequests, http.StatusTooManyRequests, "Too many requests")
	default:
		c.problem(http.StatusTooManyRequests, "Too many requests", "Too many requests. Please try again later.", "common.too_many_requests")
	}
	return taken
}
