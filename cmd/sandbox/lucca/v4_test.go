package lucca

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/people"
)

const (
	establishmentsPath = "/organization/structure/api/establishments"
	legalUnitsPath     = "/organization/structure/api/legal-units"
	contractsPath      = "/directory/api/4.0/work-contracts"
)

type page4 struct {
	Items      []map[string]any
	Prev, Next *string
	Count      *int
	Errors     map[string][]string
	Status     int
}

func (x tenant) page(path string) (page4, int, string) {
	x.t.Helper()
	request := httptest.NewRequest("GET", "http://127.0.0.1:1"+path, nil)
	request.Header.Set("Authorization", "Lucca application="+DefaultKey)
	recorder := httptest.NewRecorder()
	x.ServeHTTP(recorder, request)
	var p page4
	require.NoError(x.t, json.Unmarshal(recorder.Body.Bytes(), &p), recorder.Body.String())
	return p, recorder.Code, recorder.Header().Get("Content-Type")
}

func TestVersion4Pages(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	first, _, _ := x.page(contractsPath + "?page=1&limit=50&sort=id&fields.root=count")
	require.Len(t, first.Items, 50)
	require.Nil(t, first.Prev)
	require.Contains(t, *first.Next, "page=2")
	require.Greater(t, *first.Count, 120)
	last, _, _ := x.page(fmt.Sprintf("%s?page=%d&limit=50&sort=id", contractsPath, *first.Count/50+1))
	require.Nil(t, last.Next)
	require.Nil(t, last.Count, "counted only when asked for")
	require.Len(t, last.Items, *first.Count%50)

	none, _, _ := x.page(contractsPath + "?limit=0&fields.root=count")
	require.Empty(t, none.Items)
	require.Equal(t, *first.Count, *none.Count)
	newest, _, _ := x.page(contractsPath + "?sort=-id&limit=1")
	unsorted, _, _ := x.page(contractsPath + "?limit=1")
	require.Equal(t, newest.Items[0]["id"], unsorted.Items[0]["id"], "without an order it is the one that nobody hopes for")

	for _, query := range []string{"?page=0", "?page=x", "?limit=1001", "?limit=-1"} {
		refused, status, kind := x.page(contractsPath + query)
		require.Equal(t, 400, status, query)
		require.Equal(t, "application/problem+json", kind)
		require.NotEmpty(t, refused.Errors)
	}
}

func TestVersion4Filters(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	all, _, _ := x.page(establishmentsPath)
	require.Len(t, all.Items, 5)
	require.Equal(t, "999999991", all.Items[4]["legalUnit"].(map[string]any)["legalIdentificationNumber"])
	require.Contains(t, all.Items[0], "timezoneId")
	for query, want := range map[string]int{"?id=1,3": 2, "?legalUnitId=2": 2, "?search=lyon": 1, "?isArchived=true": 0, "?isArchived=true,false": 5, "?unheard=of": 5} {
		got, status, _ := x.page(establishmentsPath + query)
		require.Equal(t, 200, status, query)
		require.Len(t, got.Items, want, query)
	}
	units, _, _ := x.page(legalUnitsPath)
	require.Len(t, units.Items, 2)
	own, _, _ := x.page(contractsPath + "?ownerId=101,102&isApplicable=true")
	require.Len(t, own.Items, 2)

	style := x.Style()
	style.Casing = "irregular"
	require.NoError(t, x.SetStyle(style))
	all, _, _ = x.page(establishmentsPath)
	require.Contains(t, all.Items[0], "timeZoneId")
}

// Without the right there is 403, 401 or an empty list, as the tenant has it.
func TestResourceRights(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	leaves := "/api/v3/leaves?date=since,2026-01-01&leavePeriod.owner.legalEntityId=1"
	for denial, status := range map[string]int{"": 403, "401": 401, "403": 403, "empty": 200} {
		require.NoError(t, x.SetRights(Rights{Denial: denial, Missing: "absent"}))
		for _, path := range []string{leaves, establishmentsPath, legalUnitsPath, contractsPath} {
			got, answered, _ := x.page(path)
			require.Equal(t, status, answered, "%s %s", denial, path)
			require.Empty(t, got.Items)
		}
	}
	require.NoError(t, x.SetRights(Rights{Structure: true, Establishments: []int{2}, Missing: "absent"}))
	got, _, _ := x.page(establishmentsPath)
	require.Len(t, got.Items, 1)
}

func TestLeavesWantADateAndAnOwner(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	for _, query := range []string{"", "?date=since,2026-01-01", "?leavePeriod.ownerId=101", "?leaveAccountId=1"} {
		refused, status, kind := x.page("/api/v3/leaves" + query)
		require.Equal(t, 400, status, query)
		require.Equal(t, "application/problem+json", kind)
		require.NotEmpty(t, refused.Errors)
	}
	for _, owner := range []string{"leavePeriod.ownerId=101,102", "leavePeriod.owner.departmentId=1,2", "leavePeriod.owner.legalEntityId=1,2,3,4,5"} {
		got := x.send("/api/v3/leaves?date=between,2026-01-01,2026-03-31&paging=0,10000&fields=id,date,isAM,isActive,cancellationDate,leavePeriod%5BownerId,isConfirmed%5D,collection.count&"+owner, "lucca application="+DefaultKey)
		require.Equal(t, 200, got.Status, owner)
		require.NotEmpty(t, got.Items, owner)
		for _, item := range got.Items {
			require.Regexp(t, `^\d+-2026\d{4}-(AM|PM)$`, item["id"], "one item a half-day")
			require.Equal(t, item["cancellationDate"] == nil, item["isActive"])
		}
	}
	require.Equal(t, 400, x.get("/api/v3/leaves", "date", "today", "leavePeriod.ownerId", "101", "paging", "0,10001").Status)
}

func TestAbsencesChange(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	shown := func() []map[string]any {
		return x.get("/api/v3/leaves", "date", "between,2027-03-01,2027-03-07", "leavePeriod.ownerId", "101", "fields", "id,isActive,leavePeriod[id]", "orderBy", "id,asc").Items
	}
	require.Empty(t, shown())
	added, err := x.company.AddLeave(people.LeavePeriod{OwnerID: 101, StartsOn: "2027-03-01", EndsOn: "2027-03-02"}, today)
	require.NoError(t, err)
	require.Len(t, shown(), 4)
	_, err = x.company.AddLeave(people.LeavePeriod{OwnerID: 101, StartsOn: "2027-03-02", EndsOn: "2027-03-03"}, today)
	require.ErrorContains(t, err, "already")
	_, err = x.company.CancelLeave(added.ID, today)
	require.NoError(t, err)
	items := shown()
	require.Len(t, items, 4, "cancelled ones are shown")
	require.Equal(t, false, items[0]["isActive"])
	x.company.Reset()
	require.Empty(t, shown())
}
