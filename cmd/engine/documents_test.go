package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The data lists of Lucca's help pages on its integrations, held value by value:
// what stands at the target against what the source's own API says. The third
// shipped workspace, the payroll file, is held by TestPayrollFile.

// lucca asks Lucca's own API, by another way than the connector.
func (r *running) lucca(path string, into any) {
	r.t.Helper()
	of := func(name string) string {
		for _, pair := range r.env {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		r.t.Fatalf("no %s", name)
		return ""
	}
	request, err := http.NewRequest("GET", of("ENGINE_INPUT_lucca_url")+path, nil)
	require.NoError(r.t, err)
	request.Header.Set("Authorization", "lucca application="+of("LUCCA_API_KEY"))
	response, err := http.DefaultClient.Do(request)
	require.NoError(r.t, err)
	defer response.Body.Close()
	require.Equal(r.t, 200, response.StatusCode, path)
	require.NoError(r.t, json.NewDecoder(response.Body).Decode(into))
}

// person changes one at the source.
func (r *running) person(id int, change string) { r.post("lucca/employees/"+strconv.Itoa(id), change) }

// by indexes what a target holds.
func (r *running) by(field, path string) map[string]map[string]any {
	r.t.Helper()
	var list []map[string]any
	r.ask(path, &list)
	out := map[string]map[string]any{}
	for _, one := range list {
		out[fmt.Sprint(one[field])] = one
	}
	require.Len(r.t, out, len(list), "%s is there twice", field)
	return out
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Document 000, Oppus. "Données synchronisées": matricule, nom, prénom, civilité,
// nationalité, date de naissance, e-mail, ligne fixe.
func TestDocumentOfOppus(t *testing.T) {
	t.Parallel()
	r := startSandbox(t, "--employees", "60", "--flaws", "0")
	type someone struct {
		ID                                              int
		EmployeeNumber, LastName, FirstName, CivilTitle string
		BirthDate, Mail, DirectLine, DtContractEnd      string
		NationalityID                                   int
	}
	r.person(110, `{"lastName":"d'Œuvray-Nguyễn","firstName":"Zoé","directLine":"01 99 00 12 34","nationalityId":250}`)
	r.person(111, `{"directLine":"","mail":"","nationalityId":0,"birthDate":"","civilTitle":""}`)
	var people []someone
	r.ask("lucca/employees", &people)
	r.ends(codeDone, "run")
	held := r.by("matricule", "oppus/employees")

	civilities := map[string]any{"Mister": "M.", "Miss": "Mme", "": nil}
	// The sandbox itself leaves former employees out, by the day of this machine.
	today, checked, lines := time.Now().Format(time.DateOnly), 0, 0
	for _, p := range people {
		if p.DtContractEnd != "" && p.DtContractEnd < today {
			require.NotContains(t, held, p.EmployeeNumber, "who has left is not sent")
			continue
		}
		got := held[p.EmployeeNumber]
		require.NotNil(t, got, "matricule %s", p.EmployeeNumber)
		require.Equal(t, strings.ReplaceAll(strings.ToUpper(p.LastName), "ß", "SS"), got["nom"])
		require.Equal(t, p.FirstName, got["prenom"])
		require.Equal(t, civilities[p.CivilTitle], got["civilite"])
		if p.BirthDate == "" {
			require.Nil(t, got["date_naissance"])
		} else {
			require.Equal(t, p.BirthDate[8:]+"/"+p.BirthDate[5:7]+"/"+p.BirthDate[:4], got["date_naissance"])
		}
		require.Equal(t, orNil(p.Mail), got["email"])
		require.Equal(t, p.DirectLine == "", got["telephone_fixe"] == nil, "%q", p.DirectLine)
		require.Equal(t, p.NationalityID == 0, got["nationalite"] == nil)
		if p.DirectLine != "" {
			require.Regexp(t, `^\+[0-9]{6,15}$`, got["telephone_fixe"])
			lines++
		}
		checked++
	}
	require.Greater(t, checked, 40)
	require.Positive(t, lines)
	require.Regexp(t, `^0`, people[0].EmployeeNumber, "nobody has a leading zero")

	// By hand: one with everything, one with as little as can be.
	require.Equal(t, "D'ŒUVRAY-NGUYỄN", held[people[9].EmployeeNumber]["nom"])
	require.Equal(t, "+33199001234", held[people[9].EmployeeNumber]["telephone_fixe"])
	require.Equal(t, "FR", held[people[9].EmployeeNumber]["nationalite"])
	for _, empty := range []string{"civilite", "nationalite", "date_naissance", "email", "telephone_fixe"} {
		require.Nil(t, held[people[10].EmployeeNumber][empty], empty)
	}
}

// emasphere is a sandbox with mappings/lucca-emasphere, at the pace of a test:
// its hundreds of days of absence would take the shipped pace a minute.
func emasphere(t *testing.T) *running {
	t.Helper()
	r := startSandbox(t, "--employees", "18", "--flaws", "0")
	text, err := os.ReadFile("../../mappings/lucca-emasphere/lucca-emasphere.hcl")
	require.NoError(t, err)
	quick := strings.Replace(string(text), "plugin     = \"emasphere\"\n", "plugin     = \"emasphere\"\n  rate_limit = \"1000/s\"\n", 1)
	require.NotEqual(t, string(text), quick)
	r.mapping = filepath.Join(r.dir, "lucca-emasphere")
	require.NoError(t, os.Mkdir(r.mapping, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(r.mapping, "lucca-emasphere.hcl"), []byte(quick), 0o600))
	return r
}

// Document 001, Emasphère. "Données synchronisées": le nom des entités légales; du
// collaborateur informations bancaires, nom, prénom, intitulé de poste, département,
// établissement; de ses absences "date de l'absence" et "date de début de l'absence".
func TestDocumentOfEmasphere(t *testing.T) {
	t.Parallel()
	r := emasphere(t)
	r.person(105, `{"lastName":"N'Guyen-Œuvrard","firstName":"Gaëlle","jobTitle":""}`)
	// enter takes the first free days from in days on.
	enter := func(owner, in, length int, more string) (id, at int) {
		for at = in; at < in+40; at++ {
			from, to := inParis().AddDate(0, 0, at), inParis().AddDate(0, 0, at+length-1)
			response, err := http.Post(r.control+"/lucca/leaves", "application/json", strings.NewReader(fmt.Sprintf(
				`{"ownerId":%d,"startsOn":%q,"endsOn":%q,"confirmed":true%s}`, owner, from.Format(time.DateOnly), to.Format(time.DateOnly), more)))
			require.NoError(t, err)
			var entered struct{ ID int }
			require.NoError(t, json.NewDecoder(response.Body).Decode(&entered))
			require.NoError(t, response.Body.Close())
			if entered.ID != 0 {
				return entered.ID, at
			}
		}
		t.Fatalf("%d has no free day", owner)
		return 0, 0
	}
	cancel := func(id int) {
		request, err := http.NewRequest("DELETE", r.control+"/lucca/leaves/"+strconv.Itoa(id), nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Less(t, response.StatusCode, 300)
	}
	var staff []struct{ ID int }
	r.ask("lucca/employees", &staff)
	hire := staff[len(staff)-1].ID
	never, _ := enter(hire, 20, 3, "")
	cancel(never)                            // before anybody heard of it
	enter(105, 30, 1, `,"startsPM":true`)    // an afternoon
	enter(105, 200, 2, "")                   // outside the window
	standing, start := enter(105, 35, 5, "") // cancelled later: five days hold three of work
	r.ends(codeDone, "run")
	r.isThere(false)
	require.NotContains(t, r.by("external_id", "emasphere/employees")["105"], "job_title")

	require.Contains(t, r.ends(codeDone, "run"), "Nothing to do")

	// Cancelled, and entered anew from a day later: the first day goes, and that of
	// the others moves.
	before := r.days()
	cancel(standing)
	_, anew := enter(105, start+1, 4, "")
	require.Equal(t, start+1, anew)
	r.ends(codeDone, "run")
	r.isThere(false)
	require.Subset(t, before, r.days(), "a day that was never there")

	// The bank account: off, it was not even asked for; on, only with a purpose.
	require.Contains(t, r.ends(codeRefused, "run", "--input", "with_bank=true"), "[purpose-needed]")
	text, err := os.ReadFile(filepath.Join(r.mapping, "lucca-emasphere.hcl"))
	require.NoError(t, err)
	said := strings.Replace(string(text), `why = { fr = "", en = "" }`, `why = { fr = "Virements", en = "Transfers" }`, 1)
	require.NoError(t, os.WriteFile(filepath.Join(r.mapping, "lucca-emasphere.hcl"), []byte(said), 0o600))
	r.ends(codeDone, "run")
	r.isThere(false)
	var asked []struct{ Path string }
	r.ask("lucca/requests", &asked)
	for _, request := range asked {
		require.NotContains(t, strings.ToLower(request.Path), "iban")
	}
	r.ends(codeDone, "run", "--input", "with_bank=true")
	r.isThere(true)
}

func (r *running) days() (out []string) {
	var absences []struct{ Employee, Date string }
	r.ask("emasphere/absences", &absences)
	for _, a := range absences {
		out = append(out, a.Employee+" "+a.Date)
	}
	return out
}

// isThere compares all three resources of Emasphère with Lucca.
func (r *running) isThere(bank bool) {
	t := r.t
	t.Helper()
	type named struct {
		ID          int
		Name        string
		LegalUnitID int
	}
	var list3 struct{ Data struct{ Items []named } }
	var list4 struct{ Items []named }
	names := func(items []named) map[int]named {
		out := map[int]named{}
		for _, item := range items {
			out[item.ID] = item
		}
		return out
	}
	r.lucca("/api/v3/departments?fields=id,name&paging=0,100", &list3)
	departments := names(list3.Data.Items)
	r.lucca("/organization/structure/api/establishments?limit=100", &list4)
	places := names(list4.Items)
	list4.Items = nil
	r.lucca("/organization/structure/api/legal-units?limit=100", &list4)

	// Le nom des entités légales.
	entities := r.by("external_id", "emasphere/legal-entities")
	require.Len(t, entities, len(list4.Items))
	for _, unit := range list4.Items {
		require.Equal(t, unit.Name, entities[strconv.Itoa(unit.ID)]["name"])
	}

	var people []struct {
		ID, DepartmentID, LegalEntityID     int
		LastName, FirstName, JobTitle, Iban string
	}
	r.ask("lucca/employees", &people)
	held := r.by("external_id", "emasphere/employees")
	require.Len(t, held, len(people), "those who left and those to come are the owners of absences")
	for _, p := range people {
		place := places[p.LegalEntityID]
		got := held[strconv.Itoa(p.ID)]
		require.Equal(t, p.LastName, got["last_name"])
		require.Equal(t, p.FirstName, got["first_name"])
		require.Equal(t, orNil(p.JobTitle), got["job_title"])
		require.Equal(t, departments[p.DepartmentID].Name, got["department"])
		require.Equal(t, place.Name, got["establishment"])
		require.Equal(t, entities[strconv.Itoa(place.LegalUnitID)]["id"], got["legal_entity"])
		if bank {
			require.Equal(t, orNil(p.Iban), got["bank_account"])
		} else {
			require.NotContains(t, got, "bank_account")
		}
	}

	// Date de l'absence, date de début de l'absence: each day that has a half which
	// stands, within the window, with the first day of its period.
	now := inParis()
	query := fmt.Sprintf("/api/v3/leaves?fields=date,cancellationDate,leavePeriod[ownerId,startsOn]&paging=0,10000&date=between,%s,%s&leavePeriod.owner.legalEntityId=1,2,3,4,5",
		now.AddDate(0, -12, 0).Format(time.DateOnly), now.AddDate(0, 3, 0).Format(time.DateOnly))
	var leaves struct {
		Data struct {
			Items []struct {
				Date             string
				CancellationDate *string
				LeavePeriod      struct {
					OwnerID  int
					StartsOn string
				}
			}
		}
	}
	r.lucca(query, &leaves)
	want := map[string]string{}
	halves := 0
	for _, half := range leaves.Data.Items {
		if half.CancellationDate != nil {
			continue
		}
		halves++
		key := fmt.Sprint(held[strconv.Itoa(half.LeavePeriod.OwnerID)]["id"]) + " " + half.Date[:10]
		if start := half.LeavePeriod.StartsOn[:10]; want[key] == "" || start < want[key] {
			want[key] = start
		}
	}
	require.Greater(t, halves, len(want), "no morning has an afternoon")
	var absences []struct {
		Employee, Date string
		StartDate      string `json:"start_date"`
	}
	r.ask("emasphere/absences", &absences)
	got := map[string]string{}
	for _, a := range absences {
		got[a.Employee+" "+a.Date] = a.StartDate
	}
	require.Len(t, got, len(absences), "a day is there twice")
	require.Equal(t, want, got)
}

// inParis is now in the time zone of the mappings: around midnight it is another
// day there than on most machines.
func inParis() time.Time {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return time.Now().In(paris)
}
