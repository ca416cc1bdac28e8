package sdk

import (
	"context"
	"sync/atomic"

	"passerelle/plugins/protocol"
)

// callsKey carries the counter of the Read or Write under way.
type callsKey struct{}

// CountCall is to be called as each request leaves for the system, with the
// context of its Read or Write: it counts the request, and tells the engine that
// the work goes on, which gives up a plugin that says nothing for minutes. The
// client of package rest does it for every attempt, so a connector calls it only
// where it has a client of its own. It may be called concurrently; elsewhere it
// does nothing.
func CountCall(ctx context.Context) {
	Working(ctx)
	if calls := callsOf(ctx); calls != nil {
		calls.Add(1)
	}
}

// CountedWith is ctx, with its requests counted as those of another one: for what
// is begun on behalf of a call and may outlive it, such as fetching a token.
func CountedWith(ctx, other context.Context) context.Context {
	for _, key := range []any{callsKey{}, workingKey{}} {
		if carried := other.Value(key); carried != nil {
			ctx = context.WithValue(ctx, key, carried)
		}
	}
	return ctx
}

func callsOf(ctx context.Context) *atomic.Int64 {
	calls, _ := ctx.Value(callsKey{}).(*atomic.Int64)
	return calls
}

func countingCalls(ctx context.Context) (context.Context, *atomic.Int64) {
	calls := new(atomic.Int64)
	return context.WithValue(ctx, callsKey{}, calls), calls
}

// leastOf counts one request for each record that was sent, and one for all that
// went in one. A request that only looked something up carries no record.
func leastOf(results []WriteResult) (least int64) {
	for i := range results {
		if wasSent(&results[i]) && !results[i].Shared {
			least++
		}
	}
	return least
}

func wasSent(r *WriteResult) bool {
	switch r.Outcome {
	case protocol.Outcome_OUTCOME_NOT_SENT:
		return false
	case protocol.Outcome_OUTCOME_UNKNOWN, protocol.Outcome_OUTCOME_UNSPECIFIED:
		return true
	}
	return r.Status != 0
}

// tell puts into an answer how many requests its results took: those counted,
// else the attempts that the connector names. Where something was done and
// nobody counted, it says nothing.
func tell(answer *protocol.WriteResponse, counted int64, results []WriteResult) {
	least := leastOf(results)
	if counted == 0 && len(results) == len(answer.GetResults()) {
		for i := range results {
			if !results[i].Shared {
				counted += int64(results[i].Attempts)
			}
		}
	}
	idle := true
	for _, r := range answer.GetResults() {
		idle = idle && r.GetOutcome() == protocol.Outcome_OUTCOME_NOT_SENT
	}
	if counted < least || (counted == 0 && !idle) {
		return
	}
	answer.Calls, answer.Least = &counted, &least
}
