package people

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	day = "2006-01-02"

	firstID = 101

	leaversPercent = 7
	futurePercent  = 2
	smallest       = 10 // below this many people nobody is a leaver or to come
)

// generator deals one company. It draws from its source in a fixed order, so
// that a seed gives the same people whatever the machine and the day; only
// dates said relative to today move with it.
type generator struct {
	random  *rand.Rand
	today   time.Time
	company *Company

	last   deck
	first  map[string]*deck
	names  map[string]bool
	logins map[string]int // how many have it, the number behind it aside
	number int
}

// deck deals its cards in random order, all of them before any comes twice.
type deck struct {
	cards []string
	next  int
}

func (d *deck) draw(random *rand.Rand) string {
	if d.next == 0 {
		random.Shuffle(len(d.cards), func(i, j int) { d.cards[i], d.cards[j] = d.cards[j], d.cards[i] })
	}
	card := d.cards[d.next]
	d.next = (d.next + 1) % len(d.cards)
	return card
}

func (c *Company) generate(options Options) ([]*Employee, []Flaw) {
	names := firstNames()
	g := &generator{
		random:  rand.New(rand.NewPCG(uint64(options.Seed), 0x5eed)),
		today:   options.Today,
		company: c,
		last:    deck{cards: lastNames()},
		first:   map[string]*deck{"Female": {cards: names["Female"]}, "Male": {cards: names["Male"]}},
		names:   map[string]bool{},
		logins:  map[string]int{},
	}
	employees := make([]*Employee, options.Employees)
	for i := range employees {
		employees[i] = g.employee(firstID + i)
	}
	staffed := g.organise(employees)
	return employees, g.unsettle(employees[staffed:], options)
}

// employee makes one sound, present person, without department.
func (g *generator) employee(id int) *Employee {
	gender, title := "Female", "Miss"
	if g.random.IntN(2) == 0 {
		gender, title = "Male", "Mister"
	}
	first, last := g.name(gender)
	login := g.login(first, last)
	place := g.company.Establishments[g.random.IntN(len(g.company.Establishments))]
	born := time.Date(1963+g.random.IntN(42), time.January, 1+g.random.IntN(365), 0, 0, 0, 0, time.UTC)
	start := g.start(born)
	g.number += 1 + g.random.IntN(3)

	e := &Employee{
		ID:              id,
		FirstName:       first,
		LastName:        last,
		Login:           login,
		Mail:            login + "@maison-exemple.example",
		EmployeeNumber:  fmt.Sprintf("%05d", g.number),
		CivilTitle:      title,
		Gender:          gender,
		NationalityID:   g.nationality(),
		BirthDate:       born.Format(day),
		PersonalEmail:   login + "@courrier.example",
		Address:         fmt.Sprintf("%d %s, %s", 1+g.random.IntN(120), place.Street, place.City),
		LegalEntityID:   place.ID,
		ContractStart:   start.Format(day),
		SeniorityDate:   start.Format(day),
		InsuranceNumber: insuranceNumber(gender, born, g.random.IntN(1000)),
		IBAN:            iban(g.random.IntN(1_000_000_000)),
		BIC:             "EXMPFRPPXXX",
		BankName:        "Banque d'Exemple",
		ModifiedAt:      start.AddDate(0, 0, g.random.IntN(60)).Format(day) + fmt.Sprintf("T%02d:%02d:%02d", 8+g.random.IntN(10), g.random.IntN(60), g.random.IntN(60)),
		Extended:        g.extended(born, place),
	}
	g.documents(e)
	if g.random.IntN(100) < 35 {
		e.DirectLine = g.landline(place)
	}
	if g.random.IntN(100) < 60 {
		e.ProfessionalMobile = "06 39 98 " + pairs(fmt.Sprintf("%04d", g.random.IntN(10000)), " ")
	}
	return e
}

// name deals a pair that nobody has yet, as long as there is one to deal.
func (g *generator) name(gender string) (first, last string) {
	tries := 50
	if len(g.names) >= len(g.first[gender].cards)*len(g.last.cards) {
		tries = 1 // a large company: all pairs are taken, or nearly
	}
	for range tries {
		first, last = g.first[gender].draw(g.random), g.last.draw(g.random)
		if !g.names[first+" "+last] {
			break
		}
	}
	g.names[first+" "+last] = true
	return first, last
}

func (g *generator) login(first, last string) string {
	plain := ascii(first) + "." + ascii(last)
	g.logins[plain]++
	if n := g.logins[plain]; n > 1 {
		return fmt.Sprintf("%s%d", plain, n)
	}
	return plain
}

func (g *generator) nationality() int {
	all := g.company.Countries
	if g.random.IntN(100) < 80 {
		return all[0].ID
	}
	return all[1+g.random.IntN(len(all)-1)].ID
}

// start is a first day after the person turned 18. It doesn't depend on today,
// unless that would put it in the future.
func (g *generator) start(born time.Time) time.Time {
	adult := born.AddDate(18, 0, 0)
	from := max(adult.Year()+1, 2004)
	start := time.Date(from+g.random.IntN(2026-from), time.Month(1+g.random.IntN(12)), 1+g.random.IntN(28), 0, 0, 0, 0, time.UTC)
	if !start.Before(g.today) {
		start = g.today.AddDate(0, 0, -30-g.random.IntN(300))
	}
	return start
}

// extended fills the custom sections, leaving the gaps that real files have.
func (g *generator) extended(born time.Time, place Establishment) map[string]any {
	diplomas := []string{"BTS Comptabilité", "Licence de droit", "Master « Management »", "CAP Chaudronnerie", "Diplôme d'ingénieur·e", "BUT Génie mécanique", "Bac pro Logistique"}
	languages := []string{"français", "anglais", "español", "Deutsch", "العربية", "português", "čeština", "中文"}
	licences := g.company.Sections[0].Fields[2].Entries

	values := map[string]any{}
	if g.random.IntN(10) < 7 {
		values["e_diploma"] = diplomas[g.random.IntN(len(diplomas))]
		values["e_diploma_date"] = born.AddDate(21+g.random.IntN(4), g.random.IntN(12), 0).Format(day)
	}
	if g.random.IntN(10) < 6 {
		spoken := make([]string, 0, 3)
		for _, n := range g.random.Perm(len(languages))[:1+g.random.IntN(3)] {
			spoken = append(spoken, languages[n])
		}
		values["e_languages"] = spoken
	}
	if g.random.IntN(10) < 5 {
		values["e_driving_licence"] = licences[g.random.IntN(len(licences))].Name
	}
	if g.random.IntN(10) < 8 {
		values["e_Nom-de-la-voie"] = place.Street
		values["e_Codepostal"] = strings.Fields(place.City)[0]
	}
	return values
}

// documents are the fields that hold a file and several values in one.
func (g *generator) documents(e *Employee) {
	random := g.company.dealer(e.ID, 3)
	if random.IntN(3) == 0 {
		e.Extended["e_badge"] = fmt.Sprintf("%08x-0000-4000-8000-%012x", random.Uint32(), e.ID)
	}
	if random.IntN(2) == 0 {
		e.Extended["e_urgence"] = map[string]any{"lien": []string{"conjoint", "parent", "ami"}[random.IntN(3)], "telephone": "06 39 98 " + pairs(fmt.Sprintf("%04d", random.IntN(10000)), " ")}
	}
}

// landline writes a number in one of the ways people do.
func (g *generator) landline(place Establishment) string {
	number := place.landline + fmt.Sprintf("%04d", g.random.IntN(10000))
	rest := number[1:]
	switch g.random.IntN(8) {
	case 0:
		return number
	case 1:
		return pairs(number, ".")
	case 2:
		return pairs(number, "-")
	case 3:
		return "+33" + rest
	case 4:
		return "+33 " + rest[:1] + " " + pairs(rest[1:], " ")
	case 5:
		return "+33 (0)" + rest[:1] + " " + pairs(rest[1:], " ")
	case 6:
		return "0033 " + rest[:1] + " " + pairs(rest[1:], " ")
	default:
		return pairs(number, " ")
	}
}
