package lucca

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/people"
)

func TestFields(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	tests := map[string]struct{ fields, want string }{
		"none":        {"", `{"id":118,"name":"NAME","url":"http://127.0.0.1:1/lucca/api/v3/users/118"}`},
		"in order":    {"mail,id", `{"mail":"MAIL","id":118}`},
		"any case":    {"ID,MAIL", `{"id":118,"mail":"MAIL"}`},
		"blanks":      {"id, mail", `{"id":118,"mail":"MAIL"}`},
		"brackets":    {"id,department[id,code]", `{"id":118,"department":{"id":DEPT,"code":"CODE"}}`},
		"dots":        {"department.code,id,department.id", `{"department":{"code":"CODE","id":DEPT},"id":118}`},
		"reference":   {"department", `{"department":{"id":DEPT,"name":"DNAME","url":"http://127.0.0.1:1/lucca/api/v3/departments/DEPT"}}`},
		"two up":      {"manager.manager[id]", `{"manager":{"manager":{"id":BOSS2}}}`},
		"mixed":       {"manager[department.code]", `{"manager":{"department":{"code":"CODE"}}}`},
		"dates":       {"birthDate,dtContractEnd", `{"birthDate":"1990-02-03T00:00:00","dtContractEnd":null}`},
		"nationality": {"nationality", `{"nationality":{"id":384,"name":"Côte d'Ivoire","url":"http://127.0.0.1:1/lucca/api/v3/countries/384"}}`},
		"custom":      {"extendedData[e_diploma,e_nope]", `{"extendedData":{"e_diploma":{"id":118020,"value":"BTS"}}}`},
		"custom all": {"extendedData", `{"extendedData":{"e_diploma":{"id":118020,"value":"BTS"},"e_languages":[{"id":118040,"value":"grec"},{"id":118041,"value":"latin"}],` +
			`"e_driving_licence":{"id":118060,"value":84},"e_diploma_date":{"id":118080,"value":"2012-07-01T00:00:00"}}}`},
	}
	e, err := x.company.Patch(118, []byte(`{"birthDate":"1990-02-03","dtContractEnd":null,"mail":"zoe@x.example","nationalityId":384,"departmentId":3,"managerId":103,
		"extendedData":{"e_diploma":"BTS","e_languages":["grec","latin"],"e_driving_licence":"Permis B","e_diploma_date":"2012-07-01","e_Codepostal":null,"e_Nom-de-la-voie":null}}`), today)
	require.NoError(t, err)
	fill := strings.NewReplacer("DEPT", "3", "DNAME", "Paie et administration", "CODE", "RH-PAIE", "NAME", e.Name(), "MAIL", e.Mail, "BOSS2", "102")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, single := range []bool{false, true} {
				path, id := users, []string{"id", "118"}
				if single {
					path, id = users+"/118", nil
				}
				if test.fields == "" && single {
					continue
				}
				got := x.get(path, append(id, "fields", test.fields)...)
				require.Equal(t, 200, got.Status, got.Raw)
				require.Contains(t, got.Raw, fill.Replace(test.want), "in this order, to the letter")
			}
		})
	}
}

func TestByIDWithoutFieldsGivesEverything(t *testing.T) {
	t.Parallel()
	data := unlimited(t).get(users + "/101").Data
	for _, name := range []string{"id", "employeeNumber", "department", "userWorkCycles", "iban", "extendedData", "modifiedAt"} {
		require.Contains(t, data, name)
	}
	require.Nil(t, data["manager"])
	require.Contains(t, fmt.Sprint(data["userWorkCycles"]), "9999-12-31T00:00:00")
}

func TestCount(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	all := len(x.where(x.present))
	with := x.get(users, "fields", "id,collection.count", "paging", "0,10")
	require.Len(t, with.Items, 10)
	require.Equal(t, all, *with.Count)
	alone := x.get(users, "fields", "collection.count")
	require.NotContains(t, alone.Data, "items")
	require.Equal(t, all, *alone.Count)
	require.Nil(t, x.get(users, "fields", "id").Count)
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pairs []string
		says  string
	}{
		"unknown field":       {[]string{"fields", "id,foo"}, "Selected property foo does not exist on objet of type User"},
		"unknown nested":      {[]string{"fields", "department[foo]"}, "Selected property foo does not exist on objet of type Department"},
		"inside a text":       {[]string{"fields", "mail.foo"}, "foo"},
		"open bracket":        {[]string{"fields", "department[id"}, "format"},
		"closed twice":        {[]string{"fields", "department[id]]"}, "format"},
		"empty name":          {[]string{"fields", "id,,mail"}, "format"},
		"blank in a name":     {[]string{"fields", "first Name"}, "format"},
		"deep":                {[]string{"fields", strings.Repeat("manager.", 40) + "id"}, "format"},
		"collection.sum":      {[]string{"fields", "id,collection.sum"}, "collection"},
		"limit over 1000":     {[]string{"paging", "0,1001"}, "Paging limit should be between 1 and 1000"},
		"limit 0":             {[]string{"paging", "0,0"}, "Paging limit should be between 1 and 1000"},
		"no comma":            {[]string{"paging", "20"}, "20 does not respect limit=start,count format"},
		"three":               {[]string{"paging", "1,2,3"}, "format"},
		"offset in words":     {[]string{"paging", "x,10"}, "Offset value x not in correct format"},
		"negative offset":     {[]string{"paging", "-1,10"}, "Offset value -1 not in correct format"},
		"limit in words":      {[]string{"paging", "0,x"}, "format"},
		"order without way":   {[]string{"orderBy", "id"}, "asc|desc"},
		"order by nothing":    {[]string{"orderBy", "foo,asc"}, "foo"},
		"order which way":     {[]string{"orderBy", "id,up"}, "asc or desc"},
		"order by object":     {[]string{"orderBy", "department,asc"}, "can't be compared"},
		"unknown filter":      {[]string{"foo", "1"}, "foo"},
		"number in words":     {[]string{"id", "x"}, "format"},
		"date in words":       {[]string{"dtContractStart", "since,soon"}, "format"},
		"operator of a kind":  {[]string{"mail", "since,2020-01-01"}, "Operator since"},
		"between one":         {[]string{"dtContractStart", "between,2020-01-01"}, "between"},
		"nothing after":       {[]string{"id", "equals"}, "equals"},
		"limit is not v3":     {[]string{"limit", "10"}, "limit"},
		"filter on an object": {[]string{"department", "3"}, "can't be compared"},
		"filter on custom":    {[]string{"extendedData.e_diploma", "x"}, "can't be compared"},
	}
	x := unlimited(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := x.get(users, test.pairs...)
			require.Equal(t, 400, got.Status, got.Raw)
			require.Contains(t, got.Message, test.says)
		})
	}
}

func TestPagesCoverEverybodyOnce(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	var seen []int
	for offset := 0; ; offset += 25 {
		page := x.get(users, "fields", "id", "orderby", "id,asc", "paging", fmt.Sprintf("%d,25", offset))
		for _, item := range page.Items {
			seen = append(seen, int(item["id"].(float64)))
		}
		if len(page.Items) < 25 {
			break
		}
	}
	var want []int
	for _, e := range x.where(x.present) {
		want = append(want, e.ID)
	}
	require.Equal(t, want, seen)
	require.NotEqual(t, float64(want[0]), x.get(users).Items[0]["id"], "without an order, none is promised")
	require.Empty(t, x.get(users, "paging", "5000,10").Items)
	require.Len(t, x.get(users, "paging", "1").Items, len(want))
}

func TestOrder(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	got := x.get(users, "fields", "id,birthDate,department.name", "orderBy", "department.name,desc,birthDate,asc").Items
	require.True(t, slices.IsSortedFunc(got, func(a, b map[string]any) int {
		an, bn := fmt.Sprint(a["department"]), fmt.Sprint(b["department"])
		if c := strings.Compare(strings.ToLower(bn), strings.ToLower(an)); c != 0 {
			return c
		}
		ad, _ := a["birthDate"].(string)
		bd, _ := b["birthDate"].(string)
		return strings.Compare(ad, bd)
	}))
}

func TestFilters(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	third := x.company.Employees()[3]
	since := "2015-06-01"
	tests := map[string]struct {
		pairs []string
		keep  func(e *people.Employee) bool
	}{
		"one id":            {[]string{"id", "101"}, func(e *people.Employee) bool { return e.ID == 101 }},
		"several ids":       {[]string{"id", "101,103,9"}, func(e *people.Employee) bool { return e.ID == 101 || e.ID == 103 }},
		"any case":          {[]string{"ID", "EQUALS,101"}, func(e *people.Employee) bool { return e.ID == 101 }},
		"notequal several":  {[]string{"id", "notequal,101,102"}, func(e *people.Employee) bool { return e.ID > 102 }},
		"number comparison": {[]string{"id", "greaterthan,110"}, func(e *people.Employee) bool { return e.ID > 110 }},
		"at most":           {[]string{"id", "lessthanorequal,110"}, func(e *people.Employee) bool { return e.ID <= 110 }},
		"less":              {[]string{"id", "lessthan,110"}, func(e *people.Employee) bool { return e.ID < 110 }},
		"between numbers":   {[]string{"id", "between,105,108"}, func(e *people.Employee) bool { return e.ID >= 105 && e.ID <= 108 }},
		"exact mail":        {[]string{"mail", strings.ToUpper(third.Mail)}, func(e *people.Employee) bool { return e.ID == third.ID }},
		"like":              {[]string{"lastName", "like,LE"}, func(e *people.Employee) bool { return strings.Contains(strings.ToLower(e.LastName), "le") }},
		"starts":            {[]string{"employeeNumber", "starts,000"}, func(e *people.Employee) bool { return strings.HasPrefix(e.EmployeeNumber, "000") }},
		"like with comma":   {[]string{"lastName", "like,guyen,hostis"}, func(e *people.Employee) bool { return e.LastName == "N'Guyen" || e.LastName == "L'Hostis" }},
		"no mail":           {[]string{"mail", "null"}, func(e *people.Employee) bool { return e.Mail == "" }},
		"a number":          {[]string{"employeeNumber", "notequal,null"}, func(e *people.Employee) bool { return e.EmployeeNumber != "" }},
		"since":             {[]string{"dtContractStart", "since," + since}, func(e *people.Employee) bool { return e.ContractStart >= since }},
		"until":             {[]string{"dtContractStart", "until," + since}, func(e *people.Employee) bool { return e.ContractStart <= since }},
		"between dates":     {[]string{"birthDate", "between,1980-01-01,1989-12-31"}, func(e *people.Employee) bool { return e.BirthDate >= "1980-01-01" && e.BirthDate <= "1989-12-31" }},
		"after today":       {[]string{"dtContractStart", "greaterthan,today"}, func(e *people.Employee) bool { return e.Future(x.company.Today) }},
		"modified":          {[]string{"modifiedAt", "since,2020-01-01T08:45:23"}, func(e *people.Employee) bool { return e.ModifiedAt >= "2020-01-01T08:45:23" }},
		"end of day":        {[]string{"modifiedAt", "between," + third.ModifiedAt[:10] + "," + third.ModifiedAt[:10]}, func(e *people.Employee) bool { return e.ModifiedAt[:10] == third.ModifiedAt[:10] }},
		"nested":            {[]string{"department.id", "3,4"}, func(e *people.Employee) bool { return e.DepartmentID == 3 || e.DepartmentID == 4 }},
		"nested twice":      {[]string{"manager.departmentId", "3"}, func(e *people.Employee) bool { return e.DepartmentID == 3 && e.ManagerID == 103 }},
		"two conditions":    {[]string{"departmentId", "3", "legalEntityId", "1"}, func(e *people.Employee) bool { return e.DepartmentID == 3 && e.LegalEntityID == 1 }},
		"or nothing":        {[]string{"dtContractEnd", "greaterthan,2026-09-15,null"}, func(e *people.Employee) bool { return e.ContractEnd == "" || e.ContractEnd > "2026-09-15" }},
		"reserved":          {[]string{"_", "1", "randomnumber", "2"}, func(*people.Employee) bool { return true }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := x.get(users, append(test.pairs, "fields", "id", "orderBy", "id,asc")...)
			require.Equal(t, 200, got.Status, got.Raw)
			want := x.where(func(e *people.Employee) bool { return x.present(e) && test.keep(e) })
			if name == "nested twice" { // the head reports to another department
				want = slices.DeleteFunc(want, func(e *people.Employee) bool { return e.ID == 103 })
			}
			require.NotEmpty(t, want, "the case must select somebody")
			require.Equal(t, ids(want), shownIDs(got.Items))
		})
	}
}

func ids(all []*people.Employee) []int {
	out := []int{}
	for _, e := range all {
		out = append(out, e.ID)
	}
	return out
}

func shownIDs(items []map[string]any) []int {
	out := []int{}
	for _, item := range items {
		out = append(out, int(item["id"].(float64)))
	}
	return out
}

func FuzzQuery(f *testing.F) {
	f.Add("fields=id,department[id,name],manager.name,collection.count&paging=0,10&orderBy=id,asc&mail=like,a")
	f.Add("fields=[&paging=,&orderBy=,&dtContractStart=between,,")
	company, err := people.New(people.Options{Employees: 12, Seed: 1, Today: today})
	require.NoError(f, err)
	handler := New(company, Options{NoRateLimit: true})
	f.Fuzz(func(t *testing.T, query string) {
		request := httptest.NewRequest(http.MethodGet, users, nil)
		request.URL.RawQuery = query
		request.Header.Set("Authorization", "lucca application="+DefaultKey)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		require.Contains(t, []int{200, 400}, recorder.Code)
		require.True(t, json.Valid(recorder.Body.Bytes()))
	})
}
