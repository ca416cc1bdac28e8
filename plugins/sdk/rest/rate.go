package rest

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Rate is a number of requests per unit of time. The zero Rate is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

var rateUnits = map[string]time.Duration{"s": time.Second, "min": time.Minute, "h": time.Hour}

// ParseRate reads a setting of type rate: "10/s", "45/min", "1000/h". The empty
// string is no limit.
func ParseRate(text string) (Rate, *sdk.Error) {
	if text == "" {
		return Rate{}, nil
	}
	count, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(count)
	per, known := rateUnits[unit]
	if err != nil || n < 1 || n > 1_000_000 || !known {
		return Rate{}, &sdk.Error{
			Code:      "bad-rate",
			Summary:   "the rate limit can't be read",
			Detail:    "a rate is a number of requests above zero, a slash, and s, min or h",
			Remedy:    `write it like "45/min"`,
			Attribute: []string{"rate_limit"},
			Retry:     protocol.Retry_RETRY_AFTER_FIX,
		}
	}
	return Rate{Count: n, Per: per}, nil
}

// limit spreads the requests evenly. The burst is a tenth of the budget: whoever
// counts over a sliding unit of time sees at most a tenth more than the rate
// (45/min: at most 49 in a minute, where Lucca's v5 API allows 50).
func (r Rate) limit() (rate.Limit, int) {
	if r.Count == 0 {
		return rate.Inf, 1
	}
	return rate.Limit(float64(r.Count) / r.Per.Seconds()), max(1, r.Count/10)
}

// Budgets shares one budget per tenant among all connections of a process: most
// APIs count per tenant, not per key. A connector keeps one; the zero value is
// ready. It may be used concurrently.
type Budgets struct {
	mu   sync.Mutex
	each map[string]*Budget
}

// Of is the tenant's budget. Where two connections state different rates the
// slower one holds for both.
func (b *Budgets) Of(tenant string, r Rate) *Budget {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.each == nil {
		b.each = map[string]*Budget{}
	}
	budget, ok := b.each[tenant]
	if !ok {
		budget = NewBudget(r)
		b.each[tenant] = budget
		return budget
	}
	budget.slowTo(r)
	return budget
}

// Budget paces requests. It may be used concurrently.
type Budget struct {
	limiter *rate.Limiter
	now     func() time.Time

	mu    sync.Mutex
	until time.Time // the API asked for silence until then
}

// NewBudget is a budget of its own, full at the start.
func NewBudget(r Rate) *Budget {
	return &Budget{limiter: rate.NewLimiter(r.limit()), now: time.Now}
}

func (b *Budget) slowTo(r Rate) {
	limit, burst := r.limit()
	if limit < b.limiter.Limit() {
		b.limiter.SetLimit(limit)
		b.limiter.SetBurst(burst)
	}
}

// pause keeps every request of the tenant back for d: after a 429 the others
// would only be refused too.
func (b *Budget) pause(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := b.now().Add(d); until.After(b.until) {
		b.until = until
	}
}

// delay takes one request from the budget and says how long to wait for it.
// cancel gives it back.
func (b *Budget) delay() (wait time.Duration, cancel func()) {
	now := b.now()
	reservation := b.limiter.ReserveN(now, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(reservation.DelayFrom(now), b.until.Sub(now)), func() { reservation.CancelAt(b.now()) }
}

// Wait blocks until the next request may leave, or until ctx ends.
func (b *Budget) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	wait, cancel := b.delay()
	if wait <= 0 {
		return nil
	}
	if err := pause(ctx, wait); err != nil {
		cancel()
		return err
	}
	return nil
}

// sayEvery is how often a long wait says that it is one.
const sayEvery = 30 * time.Second

// pause waits, and says so while it does: an API that takes ten requests an hour
// is slow, and its connector doesn't hang.
func pause(ctx context.Context, wait time.Duration) error {
	for wait > 0 {
		part := min(wait, sayEvery)
		timer := time.NewTimer(part)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		wait -= part
		sdk.Working(ctx)
	}
	return nil
}
