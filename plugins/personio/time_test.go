package main

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/sdk"
)

func TestAbsences(t *testing.T) {
	t.Parallel()
	a := open(t)
	p := strconv.Itoa(a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B"}).ID)
	c := a.connect("")
	results := write(t, c, absences, `{"skip_approval":true}`,
		create(`{"person":"`+p+`","absence_type":"Paid vacation","start_date":"2026-06-02","start_half":true,"end_date":"2026-06-04","comment":"sea"}`),
		create(`{"person":"`+p+`","absence_type":"paid vacation","start_date":"2026-06-03","end_date":"2026-06-05"}`),
		create(`{"person":"`+p+`","absence_type":"Sabbatical","start_date":"2026-07-01"}`),
		create(`{"person":"`+p+`","absence_type":"Doctor's appointment","starts_at":"2026-07-02T07:30:00Z","ends_at":"2026-07-02T11:00:00+02:00"}`),
		create(`{"person":"`+p+`","absence_type":"Space travel","start_date":"2026-08-01"}`),
		create(`{"person":"`+p+`","absence_type":"Sick leave","start_date":"2026-08-03"}`))
	require.Equal(t, []string{"", "overlap", "substitute", "", "name-not-found", ""}, codes(results))

	records, end, err := read(t, c, sdk.ReadRequest{Resource: absences}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Len(t, records, 3)
	vacation := records[0]
	require.Equal(t, []any{p, "Paid vacation", "2026-06-02", true, "2026-06-04", false, nil, "APPROVED", "sea"},
		[]any{vacation["person"], vacation["absence_type"], vacation["start_date"], vacation["start_half"], vacation["end_date"], vacation["end_half"], vacation["starts_at"], vacation["approval"], vacation["comment"]})
	require.Equal(t, []any{"2026-07-02T09:30:00+02:00", "2026-07-02T11:00:00+02:00", nil}, []any{records[1]["starts_at"], records[1]["ends_at"], records[1]["start_half"]}, "local times, in their zone")
	require.Nil(t, records[2]["end_date"], "open-ended")

	// v1: days, with half days as 0 and 1, and names.
	for _, colon := range []bool{false, true} {
		a.style(func(s *personio.Style) { s.NoOffsetColon = colon })
		records, _, err = read(t, c, sdk.ReadRequest{Resource: absences}, `{"api":"v1"}`)
		require.NoError(t, err)
		require.Len(t, records, 2, "those in hours aren't there")
		require.Equal(t, []any{p, "Paid vacation", "2026-06-02", true, "2026-06-04", false, 2.5, "APPROVED"}, []any{records[0]["person"], records[0]["absence_type"],
			records[0]["start_date"], records[0]["start_half"], records[0]["end_date"], records[0]["end_half"], records[0]["days_count"], records[0]["approval"]})
	}

	// A changed day keeps its half, a changed half its day; a type doesn't change.
	id := results[0].ID
	result := write(t, c, absences, "{}", update(id, `{"start_date":"2026-06-01","end_half":true,"absence_type":"Sick leave"}`, "start_date", "end_half", "absence_type"))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Equal(t, map[string]string{"absence_type": "fixed"}, leftOuts(result))
	found, _, err := read(t, c, sdk.ReadRequest{Resource: absences, Keys: []sdk.Key{{Ref: "1", Fields: map[string]any{"person": p, "start_date": "2026-06-01"}}, {Ref: "2", Fields: map[string]any{"person": "77", "start_date": "2026-06-01"}}}}, "{}")
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, []any{id, true, "2026-06-04", true}, []any{found[0]["id"], found[0]["start_half"], found[0]["end_date"], found[0]["end_half"]})

	require.Equal(t, applied, write(t, c, absences, "{}", operation(opDelete, id))[0].Outcome)
	require.Equal(t, "not-found", write(t, c, absences, "{}", operation(opDelete, id))[0].Err.Code)
	require.Equal(t, "PENDING", approvalOf(t, c, write(t, c, absences, "{}", create(`{"person":"`+p+`","absence_type":"Paid vacation","start_date":"2026-05-04","end_date":"2026-05-04"}`))[0].ID), "people approve, unless the mapping says otherwise")
}

func approvalOf(t *testing.T, c *connection, id string) any {
	records, _, err := read(t, c, sdk.ReadRequest{Resource: absences, IDs: []string{id}}, "{}")
	require.NoError(t, err)
	require.Len(t, records, 1)
	return records[0]["approval"]
}

func codes(results []sdk.WriteResult) []string {
	var out []string
	for _, r := range results {
		code := ""
		if r.Err != nil {
			code = r.Err.Code
		}
		out = append(out, code)
	}
	return out
}

func TestAttendances(t *testing.T) {
	t.Parallel()
	a := open(t)
	p := strconv.Itoa(a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B"}).ID)
	c := a.connect("")
	results := write(t, c, attendances, `{"skip_approval":true}`,
		create(`{"person":"`+p+`","start":"2026-06-02T06:00:00Z","end":"2026-06-02T15:00:00Z","project":"A project name"}`), // Z is refused by v2: it gets the wall clock
		create(`{"person":"`+p+`","type":"BREAK","start":"2026-06-02T12:00:00+02:00","end":"2026-06-02T12:45:00+02:00"}`),
		create(`{"person":"`+p+`","start":"2026-06-02T09:00:00","end":"2026-06-02T10:00:00"}`),
		create(`{"person":"`+p+`","start":"2026-06-03T09:00:00","break_minutes":30,"project":"none"}`))
	require.Equal(t, []string{"", "", "overlap", ""}, codes(results))
	require.Equal(t, map[string]string{"break_minutes": "not-in-v2", "project": "name-not-found"}, leftOuts(results[3]))
	records, end, err := read(t, c, sdk.ReadRequest{Resource: attendances}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, []any{"WORK", "2026-06-02T08:00:00+02:00", "2026-06-02T17:00:00+02:00", "2026-06-02", "567", "CONFIRMED"},
		[]any{records[0]["type"], records[0]["start"], records[0]["end"], records[0]["date"], records[0]["project"], records[0]["approval"]})
	require.Equal(t, "BREAK", records[1]["type"])
	require.Nil(t, records[2]["end"], "still running")

	id := results[3].ID
	require.Equal(t, applied, write(t, c, attendances, "{}", update(id, `{"end":"2026-06-03T17:00:00"}`, "end"))[0].Outcome)
	found, _, err := read(t, c, sdk.ReadRequest{Resource: attendances, Keys: []sdk.Key{{Ref: "1", Fields: map[string]any{"person": p, "start": "2026-06-03T07:00:00Z"}}}}, "{}")
	require.NoError(t, err)
	require.Equal(t, id, found[0]["id"], "the same moment, however it is written")
	require.Equal(t, applied, write(t, c, attendances, "{}", operation(opDelete, id))[0].Outcome)
}

// v1 answers 400 to a batch with a bad row, and has stored the good ones.
func TestBatchThatHalfSucceeds(t *testing.T) {
	t.Parallel()
	a := open(t)
	p := strconv.Itoa(a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B"}).ID)
	c := a.connect("")
	row := func(day string) sdk.WriteRecord {
		return create(`{"person":"` + p + `","start":"2026-06-` + day + `T08:00:00","end":"2026-06-` + day + `T17:00:00","break_minutes":45}`)
	}
	results := write(t, c, attendances, `{"api":"v1"}`, row("02"), row("02"), create(`{"person":"x","start":"2026-06-09T08:00:00"}`), row("03"))
	require.Equal(t, []string{"", "overlap", "bad-value", ""}, codes(results))
	require.Equal(t, applied, results[3].Outcome)
	require.NotEmpty(t, results[0].ID)
	require.NotEqual(t, results[0].ID, results[3].ID)
	require.Len(t, a.Attendances(), 2)
	results = write(t, c, attendances, `{"api":"v1"}`, row("04"), row("05"), update(results[0].ID, `{"comment":"x"}`, "comment"), operation(opDelete, results[3].ID), row("08"))
	require.Equal(t, []string{"", "", "", "", ""}, codes(results))
	require.Equal(t, []string{"POST /v1/company/attendances", "POST /v1/company/attendances"}, only(a.calls(), "POST")[1:], "creates in a row go together")
	require.Len(t, a.Attendances(), 4)
}

func only(calls []string, method string) []string {
	var out []string
	for _, call := range calls {
		if strings.HasPrefix(call, method) {
			out = append(out, call)
		}
	}
	return out
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	a := open(t)
	p := strconv.Itoa(a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B"}).ID)
	c := a.connect("")
	document := func(person, category, file string) sdk.WriteRecord {
		return create(`{"person":"` + person + `","category":"` + category + `","name":"Contract","date":"2026-01-01","file_name":"` + file + `","content":"` + base64.StdEncoding.EncodeToString([]byte("%PDF")) + `"}`)
	}
	results := write(t, c, documents, "{}", document(p, "contracts", "c.pdf"), document(p, "Payslips", "c.pdf"), document("77", "1", "c.pdf"), document(p, "12", "c.exe"))
	require.Equal(t, []string{"", "name-not-found", "person-not-found", "bad-file"}, codes(results))
	id := results[0].ID
	records, end, err := read(t, c, sdk.ReadRequest{Resource: documents}, "{}")
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Len(t, records, 1)
	require.Equal(t, []any{id, p, "1", "Contract", 4.0}, []any{records[0]["id"], records[0]["person"], records[0]["category"], records[0]["name"], records[0]["size"]})
	result := write(t, c, documents, "{}", update(id, `{"category":"Certificates","content":"AA==","comment":null}`, "category", "content", "comment"))[0]
	require.Equal(t, applied, result.Outcome, "%v", result.Err)
	require.Equal(t, map[string]string{"content": "fixed", "comment": "not-emptied"}, leftOuts(result))
	found, _, err := read(t, c, sdk.ReadRequest{Resource: documents, Keys: []sdk.Key{{Ref: "1", Fields: map[string]any{"person": p, "name": "Contract"}}}}, "{}")
	require.NoError(t, err)
	require.Equal(t, "12", found[0]["category"])
	require.Equal(t, "delete-not-allowed", write(t, c, documents, "{}", operation(opDelete, id))[0].Err.Code)
	require.Equal(t, applied, write(t, c, documents, `{"allow_delete":true}`, operation(opDelete, id))[0].Outcome)
	a.may(func(r *personio.Rights) { r.Categories = []int{12} })
	require.Equal(t, "name-not-found", write(t, a.connect(""), documents, "{}", document(p, "1", "c.pdf"))[0].Err.Code, "a category that isn't ticked")
}
