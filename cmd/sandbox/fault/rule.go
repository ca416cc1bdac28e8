package fault

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Rule is one misbehaviour. Effects combine where that makes sense: a delay
// comes before everything else.
type Rule struct {
	Side   string `json:"side"`   // which API: "lucca", "oppus", "emasphere" or "personio"
	Match  string `json:"match"`  // path prefix, with or without the side's own; "" all
	Method string `json:"method"` // "" all
	Skip   int    `json:"skip"`   // let this many matching requests through first
	Times  int    `json:"times"`  // then hit this many; 0: all

	DelayMS   int               `json:"delay_ms"`   // wait before doing anything
	Status    int               `json:"status"`     // answer this instead of asking the API
	Headers   map[string]string `json:"headers"`    // set on the answer
	Body      *string           `json:"body"`       // answer this body; null: none
	Redirect  string            `json:"redirect"`   // answer a redirect there
	Close     string            `json:"close"`      // hang up "before" the API got the request, or "after" it did it
	Truncate  bool              `json:"truncate"`   // send half of the true answer, then hang up
	Endless   bool              `json:"endless"`    // send half of the true answer, then blanks, without an end
	EmptyList bool              `json:"empty_list"` // of a list: no items, none counted
	HalfPages bool              `json:"half_pages"` // of a list: the first half of the items, the count as it is
}

const longestDelay = 10 * time.Minute

func (r *Rule) check() error {
	switch {
	case r.Skip < 0 || r.Times < 0:
		return errors.New("skip and times can't be negative")
	case r.DelayMS < 0 || time.Duration(r.DelayMS)*time.Millisecond > longestDelay:
		return fmt.Errorf("delay_ms: between 0 and %d", longestDelay.Milliseconds())
	case r.Status != 0 && (r.Status < 200 || r.Status > 599):
		return errors.New("status: between 200 and 599")
	case !slices.Contains([]string{"", "before", "after"}, r.Close):
		return errors.New(`close: "before" or "after"`)
	case r.instead() && (r.Close != "" || r.Truncate || r.Endless || r.EmptyList || r.HalfPages):
		return errors.New("status, body and redirect answer instead of the API: nothing is left to close, truncate, empty or halve")
	}
	return nil
}

// instead: the API itself isn't asked.
func (r *Rule) instead() bool { return r.Status != 0 || r.Body != nil || r.Redirect != "" }

// Set is the rules in force. The zero Set is ready; it may be used concurrently.
type Set struct {
	mu    sync.Mutex
	rules []*armed
}

type armed struct {
	Rule
	seen int
}

// Add puts a rule behind those there are. It refuses one that makes no sense.
func (s *Set) Add(rule Rule, sides ...string) error {
	if err := oneOf(rule.Side, sides); err != nil {
		return err
	}
	if err := rule.check(); err != nil {
		return err
	}
	if rest, has := strings.CutPrefix(rule.Match, "/"+rule.Side+"/"); has {
		rule.Match = "/" + rest
	}
	headers := map[string]string{}
	for name, value := range rule.Headers {
		headers[http.CanonicalHeaderKey(name)] = value
	}
	rule.Headers = headers
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &armed{Rule: rule})
	return nil
}

func oneOf(side string, sides []string) error {
	if len(sides) > 0 && !slices.Contains(sides, side) {
		return fmt.Errorf("side: one of %s", strings.Join(sides, ", "))
	}
	return nil
}

// Clear takes all rules away.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Rules lists the rules in force, spent ones too.
func (s *Set) Rules() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Rule, 0, len(s.rules))
	for _, rule := range s.rules {
		out = append(out, rule.Rule)
	}
	return out
}

// pick finds the first rule that hits this request, and counts it.
func (s *Set) pick(side string, r *http.Request) (Rule, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rule := range s.rules {
		if rule.Side != side || !strings.HasPrefix(r.URL.Path, rule.Match) ||
			(rule.Method != "" && !strings.EqualFold(rule.Method, r.Method)) {
			continue
		}
		rule.seen++
		if rule.seen > rule.Skip && (rule.Times == 0 || rule.seen <= rule.Skip+rule.Times) {
			return rule.Rule, true
		}
	}
	return Rule{}, false
}
