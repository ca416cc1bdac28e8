package personio

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a machine may have no time zones of its own
)

// berlin is where the account is: v1 writes dates as midnight there.
var berlin, _ = time.LoadLocation("Europe/Berlin")

type person struct {
	ID                                                          int
	Email, FirstName, LastName, PreferredName, Gender, Language string
	Custom                                                      map[string]any // by attribute id
	Created, Updated                                            time.Time
	Salary                                                      float64
	Employment                                                  employment
}

type employment struct {
	ID, Status, Start, ContractEnd, ProbationEnd, Type, Position string
	Weekly, FullTime                                             *float64
	Supervisor, Department, Team                                 int
	Office, LegalEntity                                          string
	CostCenters                                                  []costCenter
	TerminationDate, TerminationReason                           string // HR's doing: the API can't
	Updated                                                      time.Time
}

type costCenter struct {
	ID     string  `json:"id"`
	Weight float64 `json:"weight"`
}

// store is everything that the account holds.
type store struct {
	organisation
	persons     []*person // by id
	absences    []*absence
	attendances []*attendance
	documents   []*document
	next        int // the number that the next id is made from
}

func newStore(o organisation) store { return store{organisation: o, next: 3000} }

func (s *store) number() int { s.next++; return s.next }

// uuid is made from a number, so that the same calls give the same ids.
func uuid(kind string, n int) string {
	sum := sha256.Sum256([]byte(kind + strconv.Itoa(n)))
	h := hex.EncodeToString(sum[:16])
	return fmt.Sprintf("%s-%s-4%s-8%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:32])
}

func (s *store) person(id int) *person {
	i := slices.IndexFunc(s.persons, func(p *person) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return s.persons[i]
}

func (s *store) personByID(text string) *person {
	id, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	return s.person(id)
}

func (s *store) byEmail(email string) *person {
	i := slices.IndexFunc(s.persons, func(p *person) bool { return strings.EqualFold(p.Email, email) })
	if i < 0 {
		return nil
	}
	return s.persons[i]
}

// add gives a person an id and an employment's.
func (s *store) add(p *person, now time.Time) {
	p.ID = s.number()
	p.Created, p.Updated, p.Employment.Updated = now, now, now
	p.Employment.ID = uuid("employment", p.ID)
	if p.Custom == nil {
		p.Custom = map[string]any{}
	}
	s.persons = append(s.persons, p)
}

// Person is one person as the control shows them: names instead of ids.
type Person struct {
	ID            int            `json:"id"`
	Email         string         `json:"email"`
	FirstName     string         `json:"first_name"`
	LastName      string         `json:"last_name"`
	PreferredName string         `json:"preferred_name,omitempty"`
	Gender        string         `json:"gender,omitempty"`
	Language      string         `json:"language,omitempty"`
	Status        string         `json:"status"`
	HireDate      string         `json:"hire_date,omitempty"`
	Type          string         `json:"type,omitempty"`
	Position      string         `json:"position,omitempty"`
	Department    string         `json:"department,omitempty"`
	Team          string         `json:"team,omitempty"`
	Office        string         `json:"office,omitempty"`
	LegalEntity   string         `json:"legal_entity,omitempty"`
	Supervisor    int            `json:"supervisor,omitempty"`
	WeeklyHours   *float64       `json:"weekly_working_hours,omitempty"`
	ContractEnd   string         `json:"contract_end_date,omitempty"`
	CostCenters   []costCenter   `json:"cost_centers,omitempty"`
	Custom        map[string]any `json:"custom,omitempty"`
	Termination   string         `json:"termination_date,omitempty"`
}

// Persons are everybody in the account, by id.
func (h *Handler) Persons() []Person {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []Person{}
	for _, p := range h.persons {
		out = append(out, h.shown(p))
	}
	return out
}

func (a *account) shown(p *person) Person {
	e := &p.Employment
	department, _ := a.unit("department", e.Department)
	team, _ := a.unit("team", e.Team)
	office, _ := nameOf(a.offices, e.Office)
	entity, _ := nameOf(a.legalEntities, e.LegalEntity)
	return Person{ID: p.ID, Email: p.Email, FirstName: p.FirstName, LastName: p.LastName, PreferredName: p.PreferredName, Gender: p.Gender,
		Language: p.Language, Status: e.Status, HireDate: e.Start, Type: e.Type, Position: e.Position, Department: department.Name, Team: team.Name,
		Office: office, LegalEntity: entity, Supervisor: e.Supervisor, WeeklyHours: e.Weekly, ContractEnd: e.ContractEnd,
		CostCenters: e.CostCenters, Custom: p.Custom, Termination: e.TerminationDate}
}

// ErrUnknown: nobody has this id.
var ErrUnknown = errors.New("no person has this id")

// Edit changes a person as HR would in Personio itself, terminations included;
// id 0 adds one. Names must exist.
func (h *Handler) Edit(id int, change func(*Person) error) (Person, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.person(id)
	if id == 0 {
		p = &person{Employment: employment{Status: "ACTIVE", Type: "INTERNAL"}}
	}
	if p == nil {
		return Person{}, ErrUnknown
	}
	shown := h.shown(p)
	if err := change(&shown); err != nil {
		return Person{}, err
	}
	e := p.Employment
	for _, relation := range []struct {
		name string
		set  func(string) bool
	}{
		{shown.Department, func(n string) bool { return h.setUnit("department", n, &e.Department) }},
		{shown.Team, func(n string) bool { return h.setUnit("team", n, &e.Team) }},
		{shown.Office, func(n string) bool { return setPlace(h.offices, n, &e.Office) }},
		{shown.LegalEntity, func(n string) bool { return setPlace(h.legalEntities, n, &e.LegalEntity) }},
	} {
		if !relation.set(relation.name) {
			return Person{}, fmt.Errorf("there is no %q", relation.name)
		}
	}
	e.Status, e.Start, e.Type, e.Position, e.Supervisor, e.Weekly = shown.Status, shown.HireDate, shown.Type, shown.Position, shown.Supervisor, shown.WeeklyHours
	e.ContractEnd, e.CostCenters, e.TerminationDate = shown.ContractEnd, shown.CostCenters, shown.Termination
	p.Employment, p.Email, p.FirstName, p.LastName, p.PreferredName = e, shown.Email, shown.FirstName, shown.LastName, shown.PreferredName
	p.Gender, p.Language, p.Custom = shown.Gender, shown.Language, shown.Custom
	if id == 0 {
		h.add(p, h.now())
	}
	p.Updated, p.Employment.Updated = h.now(), h.now()
	return h.shown(p), nil
}

// AddDepartment adds one, as HR would.
func (h *Handler) AddDepartment(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.units = append(slices.Clone(h.units), unit{ID: 10_000 + h.number(), Kind: "department", Name: name})
}

// RenameDepartment gives one another name, as HR would; false: there is none.
func (h *Handler) RenameDepartment(was, name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.units, func(u unit) bool { return u.Kind == "department" && u.Name == was })
	if i < 0 {
		return false
	}
	h.units = slices.Clone(h.units)
	h.units[i].Name = name
	return true
}

// Erase removes a person, as HR would; false: there is none. Whoever he supervised
// has nobody then.
func (h *Handler) Erase(id int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.erase(id)
}

func (s *store) erase(id int) bool {
	before := len(s.persons)
	s.persons = slices.DeleteFunc(s.persons, func(p *person) bool { return p.ID == id })
	for _, p := range s.persons {
		if p.Employment.Supervisor == id {
			p.Employment.Supervisor = 0
		}
	}
	return len(s.persons) < before
}

func (a *account) setUnit(kind, name string, into *int) bool {
	*into = 0
	for _, u := range a.units {
		if u.Kind == kind && u.Name == name {
			*into = u.ID
		}
	}
	return name == "" || *into != 0
}

func setPlace(places []place, name string, into *string) bool {
	*into = ""
	if name == "" {
		return true
	}
	id, ok := idOf(places, name)
	*into = id
	return ok
}
