// Package people is a tiny API of people on loopback, for plugins that have no
// test account at hand: pages, look-ups by number, creates that understand an
// idempotency key, and updates. It is deliberately dull.
package people

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Key is what a client must send: Authorization: Bearer KEY.
const Key = "people-test-key-3141592653"

// Person is one record of the API.
type Person struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name"`
	Email  string `json:"email"`
	Start  string `json:"start"` // yyyy-mm-dd
}

// API holds its people in memory. It may be used concurrently.
type API struct {
	mu     sync.Mutex
	people []Person
	made   map[string]string // idempotency key → id
	// What changed since is told by number: changes is how many there were, last
	// which of them was a person's latest, by id.
	changes int
	last    map[string]int
}

// New makes an API with so many people.
func New(count int) *API {
	a := &API{made: map[string]string{}, last: map[string]int{}}
	for i := range count {
		a.people = append(a.people, Person{
			ID: fmt.Sprintf("p%d", i+1), Number: fmt.Sprintf("%05d", i+1), Name: fmt.Sprintf("Person Nr%d", i+1),
			Email: fmt.Sprintf("person.%d@example.com", i+1), Start: "2024-01-15",
		})
	}
	return a
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+Key {
		refuse(w, http.StatusUnauthorized, "unknown key")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	id, one := strings.CutPrefix(r.URL.Path, "/people/")
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/people":
		a.list(w, r)
	case r.Method == http.MethodGet && one:
		a.get(w, id)
	case r.Method == http.MethodPost && r.URL.Path == "/people":
		a.create(w, r)
	case r.Method == http.MethodPatch && one:
		a.update(w, r, id)
	default:
		refuse(w, http.StatusNotFound, "no such address")
	}
}

// list answers one page: ?page=1&size=100, ?number=00001 to find somebody, and
// ?since=12 for whoever changed after the twelfth change.
func (a *API) list(w http.ResponseWriter, r *http.Request) {
	found := []Person{}
	number, since := r.URL.Query().Get("number"), positive(r, "since", 0)
	for _, p := range a.people {
		if (number == "" || p.Number == number) && (!r.URL.Query().Has("since") || a.last[p.ID] > since) {
			found = append(found, p)
		}
	}
	page, size := positive(r, "page", 1), positive(r, "size", 100)
	start := min((page-1)*size, len(found))
	end := min(start+size, len(found))
	answer(w, http.StatusOK, map[string]any{"total": len(found), "changes": a.changes, "items": found[start:end]})
}

func (a *API) get(w http.ResponseWriter, id string) {
	if i := a.index(id); i >= 0 {
		answer(w, http.StatusOK, map[string]any{"data": a.people[i]})
		return
	}
	refuse(w, http.StatusNotFound, "nobody has this id")
}

func (a *API) create(w http.ResponseWriter, r *http.Request) {
	var p Person
	if json.NewDecoder(r.Body).Decode(&p) != nil || p.Number == "" || p.Name == "" {
		refuse(w, http.StatusUnprocessableEntity, "number and name are required")
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if id := a.made[key]; key != "" && id != "" {
		answer(w, http.StatusCreated, map[string]any{"data": a.people[a.index(id)]})
		return
	}
	for _, other := range a.people {
		if other.Number == p.Number {
			refuse(w, http.StatusConflict, "the number is taken")
			return
		}
	}
	p.ID = fmt.Sprintf("p%d", len(a.people)+1)
	a.people = append(a.people, p)
	a.made[key] = p.ID
	a.changed(p.ID)
	answer(w, http.StatusCreated, map[string]any{"data": p})
}

func (a *API) update(w http.ResponseWriter, r *http.Request, id string) {
	i := a.index(id)
	if i < 0 {
		refuse(w, http.StatusNotFound, "nobody has this id")
		return
	}
	changed := a.people[i]
	if json.NewDecoder(r.Body).Decode(&changed) != nil || changed.Name == "" {
		refuse(w, http.StatusUnprocessableEntity, "the name can't be empty")
		return
	}
	changed.ID = id
	a.people[i] = changed
	a.changed(id)
	answer(w, http.StatusOK, map[string]any{"data": changed})
}

func (a *API) changed(id string) {
	a.changes++
	a.last[id] = a.changes
}

// People are all people, in the order in which they came.
func (a *API) People() []Person {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Person(nil), a.people...)
}

func (a *API) index(id string) int {
	for i, p := range a.people {
		if p.ID == id {
			return i
		}
	}
	return -1
}

func positive(r *http.Request, name string, otherwise int) int {
	if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func refuse(w http.ResponseWriter, status int, why string) {
	answer(w, status, map[string]any{"error": why})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // a client that has gone needs no answer
}
