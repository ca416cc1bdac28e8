package record

import "testing"

// employee is 361 bytes with 15 leaves, of which nine are wanted.
const employee = `{"id":104217,"firstName":"Zoé","lastName":"N'Guyen-Lefebvre","mail":"zoe.nguyen@exemple-societe.fr","employeeNumber":"00057","civilTitle":"Miss","gender":"Female","birthDate":"1989-12-22T00:00:00","nationality":{"id":7,"name":"Française"},"department":{"id":12,"name":"Informatique"},"dtContractStart":"2014-09-01T00:00:00","directLine":"+33145678901","on":true}`

func employeeSlots(tb testing.TB) []Slot {
	types := []struct {
		path string
		kind Kind
	}{
		{"id", Int}, {"employeeNumber", String}, {"lastName", String}, {"firstName", String}, {"civilTitle", String},
		{"nationality.name", String}, {"birthDate", Date}, {"mail", String}, {"directLine", String},
	}
	var slots []Slot
	for _, t := range types {
		slots = append(slots, Slot{Path: mustPath(tb, t.path), Type: Basic(t.kind)})
	}
	return slots
}

func mustPath(tb testing.TB, s string) Path {
	tb.Helper()
	p, err := ParsePath(s)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func BenchmarkScan(b *testing.B) {
	s, err := NewScanner(employeeSlots(b))
	if err != nil {
		b.Fatal(err)
	}
	data, row := []byte(employee), make([]Value, 9)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if faults, err := s.Scan(data, row); err != nil || faults != nil {
			b.Fatal(faults, err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	slots := employeeSlots(b)
	s, err := NewScanner(slots)
	if err != nil {
		b.Fatal(err)
	}
	row := make([]Value, 9)
	if _, err := s.Scan([]byte(employee), row); err != nil {
		b.Fatal(err)
	}
	names := []string{"id", "matricule", "nom", "prenom", "civilite", "nationalite", "date_naissance", "email", "telephone_fixe"}
	var fields []OutField
	for i, name := range names {
		fields = append(fields, OutField{Path: []string{name}, Type: slots[i].Type})
	}
	e, err := NewEncoder(fields)
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = e.Append(dst[:0], row, nil, OmitEmpty)
	}
}

func BenchmarkAppendCanonical(b *testing.B) {
	s, err := NewScanner(employeeSlots(b))
	if err != nil {
		b.Fatal(err)
	}
	row := make([]Value, 9)
	if _, err := s.Scan([]byte(employee), row); err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = dst[:0]
		for _, v := range row {
			dst = v.AppendCanonical(dst)
		}
	}
}
