package box

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/cmd/sandbox/fault"
	"passerelle/cmd/sandbox/journal"
	"passerelle/cmd/sandbox/lucca"
	"passerelle/cmd/sandbox/people"
)

const maxBody = 1 << 20 // bytes of a control request

// Route is one control call.
type Route struct {
	Method string
	Path   string
	Says   string

	handle http.HandlerFunc
}

// Routes lists the control calls.
func (b *Box) Routes() []Route { return b.routes() }

func (b *Box) routes() []Route {
	return []Route{
		{"GET", "/_sandbox/{$}", "this page", b.page},
		{"GET", "/_sandbox/access", "URLs, keys, and who is flawed", b.access},
		{"GET", "/_sandbox/oppus/employees", "everything that Oppus holds", b.profiles},
		{"GET", "/_sandbox/oppus/received", "the writes that were sent to Oppus, with their bodies", b.received(b.oppusSeen)},
		{"GET", "/_sandbox/oppus/requests", "every request sent to Oppus", b.requests(b.oppusSeen)},
		{"GET", "/_sandbox/emasphere/legal-entities", "the legal entities that Emasphère holds", b.held("legal-entities")},
		{"GET", "/_sandbox/emasphere/employees", "its employees", b.held("employees")},
		{"GET", "/_sandbox/emasphere/absences", "its days of absence", b.held("absences")},
		{"GET", "/_sandbox/emasphere/received", "the writes that were sent to Emasphère, with their bodies", b.received(b.emasphereSeen)},
		{"GET", "/_sandbox/emasphere/requests", "every request sent to Emasphère", b.requests(b.emasphereSeen)},
		{"GET", "/_sandbox/personio/employees", "everybody in Personio, by names instead of ids", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Personio.Persons()) }},
		{"POST", "/_sandbox/personio/employees", "add one by hand, as HR would", b.personioEdit},
		{"POST", "/_sandbox/personio/employees/{id}", "change one by hand, terminations included", b.personioEdit},
		{"DELETE", "/_sandbox/personio/employees/{id}", "erase one by hand, as HR would", b.personioErase},
		{"POST", "/_sandbox/personio/departments", "add a department: {\"name\":\"…\"}, or rename one: and \"was\":\"…\"", b.personioDepartment},
		{"POST", "/_sandbox/personio/expire", "make every token given so far invalid", b.personioExpire},
		{"GET", "/_sandbox/personio/absences", "its absences", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Personio.Absences()) }},
		{"GET", "/_sandbox/personio/attendances", "its attendances", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Personio.Attendances()) }},
		{"GET", "/_sandbox/personio/deliveries", "the requests of its webhooks", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Personio.Deliveries()) }},
		{"GET", "/_sandbox/personio/rights", "what the credential may do", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Personio.Rights()) }},
		{"POST", "/_sandbox/personio/rights", "change what is named: employees, absences, attendances, documents, reports, webhooks, organisation, projects, only_v1, attributes, categories, enabled, disabled", b.personioRights},
		{"GET", "/_sandbox/personio/style", "how Personio writes", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Personio.Style()) }},
		{"POST", "/_sandbox/personio/style", "change what is named: language, empty, tags, unset, duplicate, relative_next, repeat_cursor, token_serves, employments_bad…", b.personioStyle},
		{"GET", "/_sandbox/personio/received", "the writes that were sent to Personio, with their bodies", b.received(b.personioSeen)},
		{"GET", "/_sandbox/personio/requests", "every request sent to Personio", b.requests(b.personioSeen)},
		{"GET", "/_sandbox/lucca/requests", "every request sent to Lucca", b.requests(b.luccaSeen)},
		{"GET", "/_sandbox/lucca/employees", "everybody on Lucca's file", b.employees},
		{"POST", "/_sandbox/lucca/employees", "hire: an employee as JSON", b.hire},
		{"POST", "/_sandbox/lucca/employees/{id}", "change one: a JSON merge patch; null empties", b.patch},
		{"DELETE", "/_sandbox/lucca/employees/{id}", "erase one from Lucca's file", b.erase},
		{"POST", "/_sandbox/lucca/leaves", "enter an absence: ownerId, startsOn, endsOn, startsPM, endsAM, accountId, confirmed", b.addLeave},
		{"DELETE", "/_sandbox/lucca/leaves/{id}", "cancel an absence, by the id of its period", b.cancelLeave},
		{"GET", "/_sandbox/lucca/rights", "what the key may see", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Lucca.Rights()) }},
		{"POST", "/_sandbox/lucca/rights", "change what is named: future, former, sections, establishments, leaves, contracts, structure, scopes, denial, missing", b.rights},
		{"POST", "/_sandbox/lucca/keys", "one more key with rights of its own: key, rights (all, but for those named)", b.addKey},
		{"POST", "/_sandbox/lucca/deliveries", "tell webhooks of the events that they don't know yet", b.deliver},
		{"GET", "/_sandbox/lucca/style", "how Lucca writes", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Lucca.Style()) }},
		{"POST", "/_sandbox/lucca/style", "change what is named: casing, header, nationality, extended, rows, titles, expenses, catalogue, slow_over", b.style},
		{"GET", "/_sandbox/faults", "the faults in force", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, b.Faults.Rules()) }},
		{"POST", "/_sandbox/faults", "add a fault", b.addFault},
		{"DELETE", "/_sandbox/faults", "take all faults away", b.clearFaults},
		{"POST", "/_sandbox/reset", "back to the beginning: people, Oppus, Emasphère, Personio, rights, style, faults, logs", b.reset},
	}
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Passerelle sandbox</title>
<style>body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}td{padding:.15em 1em .15em 0;vertical-align:top}</style>
<h1>Passerelle sandbox</h1>
<p>{{.Access.People}} people who do not exist, on {{.Access.Today}}. Lucca: <code>{{.Access.LuccaURL}}</code>. Oppus: <code>{{.Access.OppusURL}}</code>. Emasphère: <code>{{.Access.EmasphereURL}}</code>. Personio: <code>{{.Access.PersonioURL}}</code>.</p>
<table>{{range .Routes}}<tr><td>{{.Method}}<td><code>{{.Path}}</code><td>{{.Says}}{{end}}</table>
</html>
`))

// page shows the same to people and, as plain text, to curl.
func (b *Box) page(w http.ResponseWriter, r *http.Request) {
	access := b.Access("http://" + r.Host)
	routes := b.routes()
	for i := range routes {
		routes[i].Path = strings.TrimSuffix(routes[i].Path, "{$}")
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, map[string]any{"Access": access, "Routes": routes})
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Passerelle sandbox: %d people who do not exist, on %s.\nLucca %s\nOppus %s\nEmasphère %s\nPersonio %s\n\n",
		access.People, access.Today, access.LuccaURL, access.OppusURL, access.EmasphereURL, access.PersonioURL)
	for _, route := range routes {
		fmt.Fprintf(w, "%-6s %-37s %s\n", route.Method, route.Path, route.Says)
	}
}

func (b *Box) access(w http.ResponseWriter, r *http.Request) {
	write(w, http.StatusOK, b.Access("http://"+r.Host))
}

func (b *Box) profiles(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, b.Oppus.Profiles())
}

func (b *Box) held(collection string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, b.Emasphere.Records(collection))
	}
}

func (b *Box) received(seen *journal.Journal) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, slices.DeleteFunc(seen.Entries(), func(e journal.Entry) bool { return !e.Wrote() }))
	}
}

func (b *Box) requests(seen *journal.Journal) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, seen.Entries()) }
}

func (b *Box) employees(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, b.Company.Employees())
}

func (b *Box) hire(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	hired, err := b.Company.Hire(body, time.Now())
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, http.StatusCreated, hired)
}

func (b *Box) patch(w http.ResponseWriter, r *http.Request) {
	id, ok := number(w, r)
	if !ok {
		return
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	changed, err := b.Company.Patch(id, body, time.Now())
	switch {
	case errors.Is(err, people.ErrUnknown):
		refuse(w, http.StatusNotFound, err)
	case err != nil:
		refuse(w, http.StatusBadRequest, err)
	default:
		write(w, http.StatusOK, changed)
	}
}

func (b *Box) erase(w http.ResponseWriter, r *http.Request) {
	id, ok := number(w, r)
	if !ok {
		return
	}
	if err := b.Company.Remove(id); err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *Box) addLeave(w http.ResponseWriter, r *http.Request) {
	period := people.LeavePeriod{Confirmed: true}
	if !into(w, r, &period) {
		return
	}
	added, err := b.Company.AddLeave(period, time.Now())
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, http.StatusCreated, added)
}

func (b *Box) cancelLeave(w http.ResponseWriter, r *http.Request) {
	id, ok := number(w, r)
	if !ok {
		return
	}
	cancelled, err := b.Company.CancelLeave(id, time.Now())
	if err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	write(w, http.StatusOK, cancelled)
}

func (b *Box) rights(w http.ResponseWriter, r *http.Request) {
	change(w, r, b.Lucca.Rights(), b.Lucca.SetRights)
}

func (b *Box) addKey(w http.ResponseWriter, r *http.Request) {
	key := lucca.Key{Rights: lucca.FullRights()}
	if !into(w, r, &key) {
		return
	}
	if err := b.Lucca.AddKey(key); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, http.StatusCreated, key)
}

func (b *Box) deliver(w http.ResponseWriter, r *http.Request) {
	write(w, http.StatusOK, map[string]int{"delivered": b.Lucca.Deliver(r.Context())})
}

func (b *Box) style(w http.ResponseWriter, r *http.Request) {
	change(w, r, b.Lucca.Style(), b.Lucca.SetStyle)
}

// change lays what the body names over what is in force.
func change[T any](w http.ResponseWriter, r *http.Request, current T, set func(T) error) {
	if !into(w, r, &current) {
		return
	}
	if err := set(current); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, http.StatusOK, current)
}

func (b *Box) addFault(w http.ResponseWriter, r *http.Request) {
	var rule fault.Rule
	if !into(w, r, &rule) {
		return
	}
	if err := b.Faults.Add(rule, "lucca", "oppus", "emasphere", "personio"); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	write(w, http.StatusCreated, rule)
}

func (b *Box) clearFaults(w http.ResponseWriter, _ *http.Request) {
	b.Faults.Clear()
	w.WriteHeader(http.StatusNoContent)
}

func (b *Box) reset(w http.ResponseWriter, _ *http.Request) {
	b.Reset()
	w.WriteHeader(http.StatusNoContent)
}

func number(w http.ResponseWriter, r *http.Request) (int, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		refuse(w, http.StatusNotFound, people.ErrUnknown)
	}
	return id, err == nil
}

func read(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusBadRequest, errors.New("the body could not be read, or is over 1 MiB"))
	}
	return body, err == nil
}

// into decodes the body, refusing names that nothing answers to.
func into(w http.ResponseWriter, r *http.Request, target any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(target)
	if err == nil {
		return true
	}
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		err = fmt.Errorf("%s can't be a JSON %s", mismatch.Field, mismatch.Value)
	}
	refuse(w, http.StatusBadRequest, fmt.Errorf("the body must be one JSON object with known names: %s", strings.TrimPrefix(err.Error(), "json: ")))
	return false
}

func refuse(w http.ResponseWriter, status int, err error) {
	write(w, status, map[string]string{"error": err.Error()})
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a caller who hung up needs no answer
}
