package host

import (
	"sync"

	"passerelle/plugins/protocol"
)

// Requests is what a plugin says of the requests it made to its system.
type Requests struct {
	Made, Least int64 // Least: those that nothing could do without, as docs/decisions/0022 counts them
	// Unsaid: for some of what it did the plugin did not say how many it made, and
	// LeastUnsaid how many of them were needed. A plugin may be older than the
	// question.
	Unsaid, LeastUnsaid bool
}

// requests sums them over the calls to one connection.
type requests struct {
	mu  sync.Mutex
	sum Requests
}

// add takes what one answer says; nil is silence. What makes no sense is silence,
// too.
func (r *requests) add(made, least *int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case made == nil || *made < 0:
		r.sum.Unsaid, r.sum.LeastUnsaid = true, true
		return
	case least == nil || *least < 0 || *least > *made:
		r.sum.LeastUnsaid = true
	default:
		r.sum.Least += *least
	}
	r.sum.Made += *made
}

func (r *requests) read(done *protocol.Done) {
	if done == nil || done.GetCalls() <= 0 {
		r.add(nil, nil)
		return
	}
	r.add(&done.Calls, done.Least)
}

// wrote takes what an answer to a write says. One that only complains answers for
// nothing.
func (r *requests) wrote(response *protocol.WriteResponse) {
	if len(response.GetResults()) > 0 || response.Calls != nil {
		r.add(response.Calls, response.Least)
	}
}

// TakeRequests is how many requests were made since it was last asked.
func (c *Connection) TakeRequests() Requests {
	c.requests.mu.Lock()
	defer c.requests.mu.Unlock()
	taken := c.requests.sum
	c.requests.sum = Requests{}
	return taken
}
