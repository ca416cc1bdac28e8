package flow

import (
	"fmt"
	"testing"

	"passerelle/engine/compile"
	"passerelle/plugins/protocol"
)

// BenchmarkBatch maps batches of 1024 employees through eight fields as a first
// HR mapping has them: copies, upper case, a table, a country, a date, a phone
// number that most people don't have.
func BenchmarkBatch(b *testing.B) {
	text := func(paths ...string) []*protocol.Field {
		var out []*protocol.Field
		for _, path := range paths {
			out = append(out, &protocol.Field{Path: path, Type: "string"})
		}
		return out
	}
	in := append(text("employeeNumber", "lastName", "firstName", "civilTitle", "nationality.name", "mail", "directLine"),
		&protocol.Field{Path: "id", Type: "int"}, &protocol.Field{Path: "birthDate", Type: "date"})
	m := compiled(b, compile.Schemas{"x": {Name: "x", Resources: []*protocol.Resource{
		{Name: "users", Readable: true, Identity: []string{"id"}, Fields: in},
		{
			Name: "employees", Writable: true, Endpoints: []*protocol.Endpoint{{Operation: protocol.Operation_OPERATION_CREATE}},
			Fields: text("matricule", "nom", "prenom", "civilite", "nationalite", "date_naissance", "email", "telephone_fixe"),
		},
	}}}, `
connection "x" { plugin = "x" }
table "civility" { values = { Mister = "M.", Miss = "Mme" } }
mapping "employees" {
  shown_as = "employee.first_name + ' ' + employee.last_name"
  source "employee" {
    connection = connection.x
    resource   = "users"
    field "number" { path = "employeeNumber" }
    field "last_name" { path = "lastName" }
    field "first_name" { path = "firstName" }
    field "civility" { path = "civilTitle" }
    field "nationality" { path = "nationality.name" }
    field "birth_date" { path = "birthDate" }
    field "email" { path = "mail" }
    field "landline" { path = "directLine" }
  }
  target "profile" {
    connection = connection.x
    resource   = "employees"
    key        = "matricule"
    required   = ["matricule", "nom", "prenom"]
    map = {
      matricule      = "employee.number"
      nom            = "employee.last_name.upper()"
      prenom         = "employee.first_name"
      civilite       = "lookup('civility', employee.civility)"
      nationalite    = "country(employee.nationality, 'alpha2')"
      date_naissance = "employee.birth_date.format('dd/MM/yyyy')"
      email          = "employee.email"
      telephone_fixe = "employee.landline.phone('FR', 'e164')"
    }
  }
}
`)
	batch := &protocol.Batch{}
	size := 0
	for i := range 1024 {
		phone := "null"
		if i%5 == 0 {
			phone = `"01 42 68 53 00"`
		}
		data := fmt.Appendf(nil, `{"id":%d,"employeeNumber":"%05d","lastName":"N'Guyen","firstName":"Zoé","civilTitle":"Miss",`+
			`"nationality":{"id":1,"name":"France"},"birthDate":"1990-02-01T00:00:00","mail":"zoe@example.org","directLine":%s}`, i, i, phone)
		size += len(data)
		batch.Records = append(batch.Records, &protocol.Record{Data: data})
	}
	p, err := newMapper(m, today)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		items, err := p.batch(batch)
		if err != nil || items[0].Held != nil {
			b.Fatal(err, items[0].Held)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/record")
}
