package oppus

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"passerelle/cmd/sandbox/frame"
)

// store holds the profiles. One that was handed out never changes: an update
// puts a new one in its place.
type store struct {
	mu       sync.Mutex
	profiles []map[string]any      // by id, which counts up
	byID     map[string]int        // place in profiles
	byNumber map[string]int        // matricule → place in profiles
	created  map[string]remembered // idempotency key → first answer
}

type remembered struct {
	id   string
	body map[string]any
}

func (s *store) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.profiles = nil
	s.byID, s.byNumber, s.created = map[string]int{}, map[string]int{}, map[string]remembered{}
}

func (s *store) all() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any{}, s.profiles...)
}

func (s *store) get(id string) (map[string]any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.byID[id]
	if !ok {
		return nil, false
	}
	return s.profiles[at], true
}

// find returns the profiles that have one of the numbers and one of the mails;
// an empty list asks nothing.
func (s *store) find(numbers, mails []string) []map[string]any {
	candidates := s.withNumbers(numbers)
	if mails == nil {
		return candidates
	}
	return slices.DeleteFunc(candidates, func(p map[string]any) bool { return !contains(mails, p["email"], strings.EqualFold) })
}

func (s *store) withNumbers(numbers []string) []map[string]any {
	if numbers == nil {
		return s.all()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	places := map[int]bool{}
	for _, number := range numbers {
		if at, ok := s.byNumber[number]; ok {
			places[at] = true
		}
	}
	found := []map[string]any{}
	for _, at := range slices.Sorted(maps.Keys(places)) {
		found = append(found, s.profiles[at])
	}
	return found
}

// create adds a profile and returns its id. With an idempotency key that
// already created one it creates nothing: same body, same answer. Only what
// was created is remembered, until reset: a refusal changed nothing, so asking
// again is harmless.
func (s *store) create(key string, body map[string]any) (string, *frame.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, again := s.created[key]; again && key != "" {
		if !reflect.DeepEqual(first.body, body) {
			return "", frame.Refusal(http.StatusUnprocessableEntity, "idempotency_mismatch", "", "this Idempotency-Key came with another body before")
		}
		return first.id, nil
	}
	if trouble := validate(body, true); trouble != nil {
		return "", trouble
	}
	number := body["matricule"].(string)
	if _, taken := s.byNumber[number]; taken {
		return "", conflict
	}

	id := fmt.Sprintf("emp-%06d", len(s.profiles)+1)
	profile := map[string]any{"id": id}
	apply(profile, body)
	s.byID[id], s.byNumber[number] = len(s.profiles), len(s.profiles)
	s.profiles = append(s.profiles, profile)
	if key != "" {
		s.created[key] = remembered{id, body}
	}
	return id, nil
}

var conflict = frame.Refusal(http.StatusConflict, "already_exists", "matricule", "another profile has this matricule")

// update changes what body names, null emptying it, and returns the profile as
// changed.
func (s *store) update(id string, body map[string]any) (map[string]any, *frame.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.byID[id]
	if !ok {
		return nil, notFound
	}
	if trouble := validate(body, false); trouble != nil {
		return nil, trouble
	}
	before := s.profiles[at]
	number, renumbered := body["matricule"].(string)
	if owner, taken := s.byNumber[number]; renumbered && taken && owner != at {
		return nil, conflict
	}

	after := maps.Clone(before)
	apply(after, body)
	if renumbered {
		delete(s.byNumber, before["matricule"].(string))
		s.byNumber[number] = at
	}
	s.profiles[at] = after
	return after, nil
}

// apply sets what is given and drops what is null.
func apply(profile, body map[string]any) {
	for name, value := range body {
		if value == nil {
			delete(profile, name)
		} else {
			profile[name] = value
		}
	}
}
