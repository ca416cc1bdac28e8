package people

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// MaxEmployees bounds a company, so that a slip of the keyboard doesn't eat
// the machine's memory.
const MaxEmployees = 1_000_000

// Options says which company to make. The same options give the same people.
type Options struct {
	Employees int   // everybody on file, leavers and people to come included; at least 1
	Seed      int64 // any
	// Flaws is how many present people get a fault that a mapping must hold
	// back; see Company.Flaws. Fewer when there are not enough people.
	Flaws int
	// Today decides who has left and who is still to come. Only its civil date
	// counts; it is not read from the clock.
	Today time.Time
}

// Flaw is one person whose file is unsound on purpose.
type Flaw struct {
	ID      int    `json:"id"`
	Field   string `json:"field"`   // as Lucca names it
	Problem string `json:"problem"` // in words
}

// Company is the firm and its people. The exported fields never change after
// New; people do, through Patch, Hire, Remove and Reset. All methods may be
// called concurrently.
type Company struct {
	Name           string
	LegalUnits     []LegalUnit
	Establishments []Establishment
	Departments    []Department
	Countries      []Country
	Sections       []Section
	Today          string // civil date

	original []*Employee
	flaws    []Flaw
	seed     uint64

	write sync.Mutex
	now   atomic.Pointer[[]*Employee] // by id; replaced, never changed in place

	absences absences
	changes  []Change
}

// New makes a company. It fails on options that make no sense.
func New(options Options) (*Company, error) {
	switch {
	case options.Employees < 1 || options.Employees > MaxEmployees:
		return nil, fmt.Errorf("a company has between 1 and %d employees, not %d", MaxEmployees, options.Employees)
	case options.Flaws < 0:
		return nil, fmt.Errorf("the number of flawed people can't be negative: %d", options.Flaws)
	case options.Today.IsZero():
		return nil, errors.New("the company needs to know which day it is")
	}
	options.Today = time.Date(options.Today.Year(), options.Today.Month(), options.Today.Day(), 0, 0, 0, 0, time.UTC)

	c := &Company{
		Name:           "Maison Exemple",
		LegalUnits:     legalUnits(),
		Establishments: establishments(),
		Departments:    departments(),
		Countries:      countries(),
		Sections:       sections(),
		Today:          options.Today.Format(day),
		seed:           uint64(options.Seed),
	}
	c.original, c.flaws = c.generate(options)
	c.Reset()
	return c, nil
}

// Employees returns everybody, by id. The slice and what it points to are
// shared: don't change them.
func (c *Company) Employees() []*Employee { return *c.now.Load() }

// Employee finds one person.
func (c *Company) Employee(id int) (*Employee, bool) {
	all := c.Employees()
	i, found := search(all, id)
	if !found {
		return nil, false
	}
	return all[i], true
}

// Flaws names the people who were made unsound, as the company was made.
func (c *Company) Flaws() []Flaw { return slices.Clone(c.flaws) }

// Reset undoes every change since New.
func (c *Company) Reset() {
	c.write.Lock()
	defer c.write.Unlock()
	all := slices.Clone(c.original)
	c.now.Store(&all)
	c.absences.reset()
	c.changes = nil
}

// Establishment finds one place of work.
func (c *Company) Establishment(id int) (*Establishment, bool) {
	i := slices.IndexFunc(c.Establishments, func(e Establishment) bool { return e.ID == id })
	if i < 0 {
		return nil, false
	}
	return &c.Establishments[i], true
}

// Department finds one department.
func (c *Company) Department(id int) (*Department, bool) {
	i := slices.IndexFunc(c.Departments, func(d Department) bool { return d.ID == id })
	if i < 0 {
		return nil, false
	}
	return &c.Departments[i], true
}

// Country finds one country.
func (c *Company) Country(id int) (*Country, bool) {
	i := slices.IndexFunc(c.Countries, func(n Country) bool { return n.ID == id })
	if i < 0 {
		return nil, false
	}
	return &c.Countries[i], true
}

func search(all []*Employee, id int) (int, bool) {
	return slices.BinarySearchFunc(all, id, func(e *Employee, id int) int { return e.ID - id })
}
