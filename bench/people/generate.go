package people

import (
	"bufio"
	"io"
	"strconv"
)

// Everybody says which employees are written. The same Everybody gives the same
// bytes on every machine.
type Everybody struct {
	Records int
	Extra   int  // fields beside the fifteen: x1, x2, …
	Moved   bool // one in twenty has another telephone number than without
	Only    bool // with Moved: only those who have
}

// Width is the number of leaves of an employee without extra fields.
const Width = 15

// WriteTo writes one JSON object a line.
func (e Everybody) WriteTo(w io.Writer) (written int64, err error) {
	out := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for i := range e.Records {
		if e.Only && !moves(i) {
			continue
		}
		line = e.appendEmployee(line[:0], i)
		n, err := out.Write(line)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, out.Flush()
}

// Moving is how many of so many records Moved changes.
func Moving(records int) int { return (records + 20 - 1 - movesAt) / 20 }

const movesAt, silentAt = 7, 3

func moves(i int) bool  { return i%20 == movesAt }
func silent(i int) bool { return i%20 == silentAt } // has no telephone number

var (
	lastNames = []string{"Martin", "Bernard", "Lefèvre", "N'Guyen", "Œuvrard", "Dubois-Moreau", "García", "Müller", "Le Goff", "Béranger",
		"Çelik", "d'Ormesson", "Fournier", "Rousseau", "Szczepański", "Vasseur", "Al Khatib", "Petit"}
	firstNames = []string{"Zoé", "Jean-Pierre", "Camille", "Anaïs", "Mohammed", "Élodie", "Inès", "Gaël", "Marie-Hélène", "Noah", "Léa", "Søren", "Chloé"}
	mailNames  = []string{"Zoe", "Jean-Pierre", "Camille", "Anais", "Mohammed", "Elodie", "Ines", "Gael", "Marie-Helene", "Noah", "Lea", "Soren", "Chloe"}
	sites      = []string{"Lyon", "Paris", "Grenoble", "Nantes", "Annecy", "Lille", "Toulouse"}
	jobs       = []string{"Gestionnaire", "Technicienne", "Développeur", "Recruteuse", "Comptable"}
	services   = []string{"Paie", "Usine", "SI", "Finance"}
)

// appendEmployee writes one employee and the end of the line. The numbers that
// spread names and days are odd primes: neighbours differ, and nothing is random.
func (e Everybody) appendEmployee(b []byte, i int) []byte {
	spread := i * 7919
	first := spread % len(firstNames)
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, int64(100_000+i), 10)
	b = appendText(b, "employeeNumber", "", padded(i, 7))
	b = appendText(b, "lastName", "", lastNames[spread/13%len(lastNames)])
	b = appendText(b, "firstName", "", firstNames[first])
	b = appendText(b, "civilTitle", "", [...]string{"Mister", "Miss"}[first%2])
	b = appendText(b, "mail", mailNames[first]+".", padded(i, 7), "@Ex.ORG")
	b = append(b, `,"phone":`...)
	b = e.appendPhone(b, i)
	b = appendText(b, "birthDate", "", day(1961+spread%43, spread))
	b = appendText(b, "dtContractStart", "", day(2004+spread%22, i*31))
	b = appendText(b, "jobTitle", "", jobs[i%len(jobs)])
	site := spread % len(sites)
	b = append(b, `,"legalEntity":{"id":`...)
	b = strconv.AppendInt(b, int64(site+1), 10)
	b = appendText(b, "name", "", sites[site])
	b = append(b, `},"department":{"name":"`...)
	b = append(b, services[i%len(services)]...)
	b = append(b, `"},"manager":{"id":`...)
	b = strconv.AppendInt(b, int64(100_000+i/8), 10)
	b = append(b, `},"modifiedAt":"2026-11-`...)
	b = append(b, padded(1+i%20, 2)...)
	b = append(b, `"`...)
	for n := 1; n <= e.Extra; n++ {
		b = appendText(b, "x"+strconv.Itoa(n), "value ", padded((i+n)%997, 4))
	}
	return append(b, '}', '\n')
}

func (e Everybody) appendPhone(b []byte, i int) []byte {
	if silent(i) {
		return append(b, `""`...)
	}
	prefix := `"+33 4 `
	if e.Moved && moves(i) {
		prefix = `"+33 6 `
	}
	digits := padded(i*7919%100_000_000, 8)
	b = append(b, prefix...)
	for at := 0; at < 8; at += 2 {
		if at > 0 {
			b = append(b, ' ')
		}
		b = append(b, digits[at:at+2]...)
	}
	return append(b, '"')
}

// appendText writes a further member. No text of ours needs an escape.
func appendText(b []byte, name string, pieces ...string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":"`...)
	for _, piece := range pieces {
		b = append(b, piece...)
	}
	return append(b, '"')
}

func day(year, spread int) string {
	return strconv.Itoa(year) + "-" + padded(1+spread%12, 2) + "-" + padded(1+spread/12%28, 2)
}

func padded(n, width int) string {
	text := strconv.Itoa(n)
	for len(text) < width {
		text = "0" + text
	}
	return text
}
