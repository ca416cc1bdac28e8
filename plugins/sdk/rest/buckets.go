package rest

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The headers in which Spring Cloud Gateway's rate limiter describes the token
// bucket of the endpoint that answered.
const (
	headerRemaining = "X-Ratelimit-Remaining"
	headerRate      = "X-Ratelimit-Replenish-Rate" // tokens a second
	headerCapacity  = "X-Ratelimit-Burst-Capacity"
	headerCost      = "X-Ratelimit-Requested-Tokens" // of one request
)

// Buckets paces requests as the answers themselves say: a bucket for each
// endpoint, known by its method and the path as errors show it, without values. An
// endpoint that has said nothing yet is not paced. The zero value is ready, a nil
// one paces nothing; it may be used concurrently.
type Buckets struct {
	mu   sync.Mutex
	each map[string]*bucket
	now  func() time.Time // nil: the clock
}

// BucketsOf shares buckets among all connections to one tenant.
type BucketsOf struct {
	mu   sync.Mutex
	each map[string]*Buckets
}

// Of are the tenant's buckets.
func (b *BucketsOf) Of(tenant string) *Buckets {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.each == nil {
		b.each = map[string]*Buckets{}
	}
	if b.each[tenant] == nil {
		b.each[tenant] = &Buckets{}
	}
	return b.each[tenant]
}

// bucket is what is believed to be left: never more than the API last said.
type bucket struct {
	left, rate, capacity, cost float64
	at                         time.Time
}

func (b *bucket) refill(now time.Time) {
	b.left = min(b.capacity, b.left+b.rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
}

// wait blocks until the endpoint's bucket has enough for one request.
func (b *Buckets) wait(ctx context.Context) error {
	return pause(ctx, b.take(ctx))
}

// take reserves one request and says how long until it is covered.
func (b *Buckets) take(ctx context.Context) time.Duration {
	x := exchangeOf(ctx)
	if b == nil || x == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	k, known := b.each[x.endpoint()]
	if !known {
		return 0
	}
	k.refill(b.time())
	k.left -= k.cost
	if k.left >= 0 {
		return 0
	}
	return seconds(-k.left / k.rate)
}

// learn takes in what an answer says. Requests that are under way aren't counted
// in it, so that what is believed here counts too: the smaller of both.
func (b *Buckets) learn(ctx context.Context, header http.Header) {
	x := exchangeOf(ctx)
	if b == nil || x == nil {
		return
	}
	remaining, ok := amount(header, headerRemaining)
	rate, hasRate := amount(header, headerRate)
	if !ok || !hasRate || rate <= 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.each == nil {
		b.each = map[string]*bucket{}
	}
	now := b.time()
	k, known := b.each[x.endpoint()]
	if !known {
		k = &bucket{left: remaining, capacity: remaining, at: now}
		b.each[x.endpoint()] = k
	}
	k.refill(now)
	k.left, k.rate, k.cost = min(k.left, remaining), rate, 1
	if cost, ok := amount(header, headerCost); ok && cost > 0 {
		k.cost = cost
	}
	k.capacity = max(k.cost, remaining)
	if capacity, ok := amount(header, headerCapacity); ok && capacity >= k.cost {
		k.capacity = capacity
	}
}

func (b *Buckets) time() time.Time {
	if b.now != nil {
		return b.now()
	}
	return time.Now()
}

// refill is how long a bucket that refused needs for one request, where the
// refusal says; 0 where it doesn't. Such a refusal mostly has no Retry-After.
func refill(header http.Header) time.Duration {
	remaining, _ := amount(header, headerRemaining)
	rate, ok := amount(header, headerRate)
	cost, hasCost := amount(header, headerCost)
	if !hasCost {
		cost = 1
	}
	if !ok || rate <= 0 || remaining >= cost {
		return 0
	}
	return seconds((cost - remaining) / rate)
}

func amount(header http.Header, name string) (float64, bool) {
	n, err := strconv.ParseFloat(header.Get(name), 64)
	return n, err == nil && n >= 0 && n < 1e9
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
