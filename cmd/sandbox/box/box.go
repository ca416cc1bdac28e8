package box

import (
	"net/http"

	"passerelle/cmd/sandbox/emasphere"
	"passerelle/cmd/sandbox/fault"
	"passerelle/cmd/sandbox/journal"
	"passerelle/cmd/sandbox/lucca"
	"passerelle/cmd/sandbox/oppus"
	"passerelle/cmd/sandbox/people"
	"passerelle/cmd/sandbox/personio"
)

// Options says which sandbox to make.
type Options struct {
	People      people.Options
	NoRateLimit bool // lift Lucca's 50 requests a minute, and Personio's limits
}

// Box is the whole sandbox. It may be called concurrently, and needs no
// closing.
type Box struct {
	Company   *people.Company
	Lucca     *lucca.Handler
	Oppus     *oppus.Handler
	Emasphere *emasphere.Handler
	Personio  *personio.Handler
	Faults    *fault.Set

	luccaSeen, oppusSeen, emasphereSeen, personioSeen *journal.Journal

	mux *http.ServeMux
}

// New makes a sandbox; it fails on options that make no sense.
func New(options Options) (*Box, error) {
	company, err := people.New(options.People)
	if err != nil {
		return nil, err
	}
	b := &Box{
		Company:       company,
		Lucca:         lucca.New(company, lucca.Options{Path: "/lucca", NoRateLimit: options.NoRateLimit}),
		Oppus:         oppus.New(oppus.Options{}),
		Emasphere:     emasphere.New(emasphere.Options{}),
		Personio:      personio.New(company, personio.Options{Path: "/personio", NoRateLimit: options.NoRateLimit}),
		Faults:        &fault.Set{},
		luccaSeen:     &journal.Journal{},
		oppusSeen:     &journal.Journal{},
		emasphereSeen: &journal.Journal{},
		personioSeen:  &journal.Journal{},
		mux:           http.NewServeMux(),
	}
	b.mount("lucca", b.Lucca, b.luccaSeen)
	b.mount("oppus", b.Oppus, b.oppusSeen)
	b.mount("emasphere", b.Emasphere, b.emasphereSeen)
	b.mount("personio", b.Personio, b.personioSeen)
	for _, route := range b.routes() {
		b.mux.HandleFunc(route.Method+" "+route.Path, route.handle)
	}
	return b, nil
}

func (b *Box) mount(side string, api http.Handler, seen *journal.Journal) {
	handler := seen.Outside(b.Faults.Handler(side, seen.Inside(api)))
	b.mux.Handle("/"+side+"/", http.StripPrefix("/"+side, handler))
}

// ServeHTTP serves the APIs and the control.
func (b *Box) ServeHTTP(w http.ResponseWriter, r *http.Request) { b.mux.ServeHTTP(w, r) }

// Reset puts everything back to how New made it.
func (b *Box) Reset() {
	b.Faults.Clear()
	b.Company.Reset()
	b.Lucca.Reset()
	b.Oppus.Reset()
	b.Emasphere.Reset()
	b.Personio.Reset()
	b.luccaSeen.Clear()
	b.oppusSeen.Clear()
	b.emasphereSeen.Clear()
	b.personioSeen.Clear()
}

// Access is how to reach a sandbox that is being served.
type Access struct {
	Sandbox      string        `json:"sandbox_url"`
	LuccaURL     string        `json:"lucca_url"`
	LuccaKey     string        `json:"lucca_api_key"`
	LuccaClient  string        `json:"lucca_client_id"`
	LuccaSecret  string        `json:"lucca_client_secret"`
	OppusURL     string        `json:"oppus_url"`
	OppusKey     string        `json:"oppus_api_key"`
	EmasphereURL string        `json:"emasphere_url"`
	EmasphereKey string        `json:"emasphere_key"`
	PersonioURL  string        `json:"personio_url"`
	PersonioID   string        `json:"personio_client_id"`
	PersonioKey  string        `json:"personio_client_secret"`
	People       int           `json:"employees"`
	Today        string        `json:"today"`
	Flaws        []people.Flaw `json:"flaws"` // who must be held back, and why
}

// Access says how to reach the box at a base URL such as http://127.0.0.1:8090.
func (b *Box) Access(base string) Access {
	return Access{
		Sandbox: base + "/_sandbox", LuccaURL: base + "/lucca", LuccaKey: lucca.DefaultKey,
		LuccaClient: lucca.DefaultClient, LuccaSecret: lucca.DefaultSecret,
		OppusURL: base + "/oppus", OppusKey: oppus.DefaultKey,
		EmasphereURL: base + "/emasphere", EmasphereKey: emasphere.DefaultKey,
		PersonioURL: base + "/personio", PersonioID: personio.DefaultClientID, PersonioKey: personio.DefaultClientSecret,
		People: len(b.Company.Employees()), Today: b.Company.Today, Flaws: b.Company.Flaws(),
	}
}

// Environment is the access as variables, for a command that uses the sandbox:
// what the example mappings ask for, and their inputs.
func (a Access) Environment() []string {
	return []string{
		"SANDBOX_URL=" + a.Sandbox,
		"LUCCA_URL=" + a.LuccaURL,
		"LUCCA_API_KEY=" + a.LuccaKey,
		"LUCCA_CLIENT_ID=" + a.LuccaClient,
		"LUCCA_CLIENT_SECRET=" + a.LuccaSecret,
		"OPPUS_URL=" + a.OppusURL,
		"OPPUS_API_KEY=" + a.OppusKey,
		"EMASPHERE_URL=" + a.EmasphereURL,
		"EMASPHERE_KEY=" + a.EmasphereKey,
		"PERSONIO_URL=" + a.PersonioURL,
		"PERSONIO_CLIENT_ID=" + a.PersonioID,
		"PERSONIO_CLIENT_SECRET=" + a.PersonioKey,
		"ENGINE_INPUT_lucca_url=" + a.LuccaURL,
		"ENGINE_INPUT_oppus_url=" + a.OppusURL,
		"ENGINE_INPUT_emasphere_url=" + a.EmasphereURL,
		"ENGINE_INPUT_personio_url=" + a.PersonioURL,
	}
}
