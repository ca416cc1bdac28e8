package lucca

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"passerelle/cmd/sandbox/people"
)

// Version 4 has numbered pages, no choice of fields, and filters of its own; what
// it doesn't know in an address it ignores.

// record4 is one item of a version 4 list.
type record4 struct {
	id     int
	name   string
	filter map[string]string // what documented filters compare with
	show   func() object
}

// page sizes where nothing is asked for: clients have met 10 with establishments.
const (
	fewPerPage, manyPerPage = 10, 100
	mostPerPage             = 1000
)

func (v view) list4(w http.ResponseWriter, r *http.Request, records []record4, usual int) {
	query := r.URL.Query()
	number, err := positive(query, "page", 1)
	if err != nil || number < 1 {
		problem(w, r, http.StatusBadRequest, map[string][]string{"page": {"The value is not valid."}})
		return
	}
	limit, err := positive(query, "limit", usual)
	if err != nil || limit > mostPerPage {
		problem(w, r, http.StatusBadRequest, map[string][]string{"limit": {fmt.Sprintf("The limit must be between 0 and %d.", mostPerPage)}})
		return
	}
	if v.slow(limit) {
		problem(w, r, http.StatusRequestTimeout, nil)
		return
	}
	found := matching(records, query)
	sort4(found, parameter(query, "sort"))
	from := min((number-1)*limit, len(found))
	to := min(from+limit, len(found))
	items := []object{}
	for _, record := range found[from:to] {
		items = append(items, record.show())
	}
	body := object{{"items", items}, {"prev", v.neighbour(r, number-1, number > 1)}, {"next", v.neighbour(r, number+1, to < len(found) && limit > 0)}}
	if slices.Contains(strings.Split(parameter(query, "fields.root"), ","), "count") {
		body = append(body, member{"count", len(found)})
	}
	write(w, http.StatusOK, body)
}

func positive(query url.Values, name string, otherwise int) (int, error) {
	text := parameter(query, name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return n, err
}

// matching keeps what all known filters allow; each may list several values.
func matching(records []record4, query url.Values) []record4 {
	return slices.DeleteFunc(slices.Clone(records), func(r record4) bool {
		for name, value := range r.filter {
			if wanted := parameter(query, name); wanted != "" && !slices.Contains(strings.Split(wanted, ","), value) {
				return true
			}
		}
		for _, word := range strings.Split(parameter(query, "search"), ",") {
			if !strings.Contains(strings.ToLower(r.name), strings.ToLower(word)) {
				return true
			}
		}
		return false
	})
}

// sort4 reads "name,-id"; without it the order is from the last id to the first.
func sort4(records []record4, by string) {
	if by == "" {
		by = "-id"
	}
	slices.SortStableFunc(records, func(a, b record4) int {
		for _, key := range strings.Split(by, ",") {
			c := 0
			switch strings.TrimLeft(key, "+- ") {
			case "id":
				c = cmp.Compare(a.id, b.id)
			case "name":
				c = cmp.Compare(a.name, b.name)
			}
			if strings.HasPrefix(key, "-") {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

func (v view) neighbour(r *http.Request, number int, there bool) any {
	if !there {
		return nil
	}
	query := r.URL.Query()
	query.Set("page", strconv.Itoa(number))
	return v.base + r.URL.Path + "?" + query.Encode()
}

func (v view) establishments4() []record4 {
	var all []record4
	for _, e := range v.company.Establishments {
		if v.rights.Establishments != nil && !slices.Contains(v.rights.Establishments, e.ID) {
			continue
		}
		all = append(all, record4{e.ID, e.Name, map[string]string{"id": strconv.Itoa(e.ID), "legalUnitId": strconv.Itoa(e.LegalUnitID), "isArchived": "false"}, func() object {
			unit, _ := v.company.LegalUnit(e.LegalUnitID)
			zip, city, _ := strings.Cut(e.City, " ")
			zone := "timezoneId"
			if v.style.Casing == "irregular" {
				zone = "timeZoneId"
			}
			return object{
				{"id", e.ID}, {"name", e.Name}, {"code", fmt.Sprintf("ME%d", e.ID)}, {"legalUnitId", e.LegalUnitID},
				{"legalIdentificationNumber", v.company.SIRET(e)}, {"activityCode", "6201Z"}, {"calendarId", 1},
				{"address", object{{"street", e.Street}, {"zipCode", zip}, {"city", city}}}, {zone, "Europe/Paris"}, {"usersCount", v.staff(e.ID)},
				{"createdAt", "2023-11-07T05:31:56Z"}, {"isArchived", false}, {"legalUnit", unit4(unit)},
				{"author", object{{"id", 1}, {"firstName", "A"}, {"lastName", "B"}}},
			}
		}})
	}
	return all
}

// staff counts who works in an establishment today.
func (v view) staff(establishment int) int {
	n := 0
	for _, subject := range v.population(nil, false) {
		if subject.(person).LegalEntityID == establishment {
			n++
		}
	}
	return n
}

func (v view) legalUnits4() []record4 {
	var all []record4
	for _, unit := range v.company.LegalUnits {
		all = append(all, record4{unit.ID, unit.Name, map[string]string{"id": strconv.Itoa(unit.ID), "isArchived": "false"}, func() object { return unit4(unit) }})
	}
	return all
}

func unit4(unit people.LegalUnit) object {
	return object{
		{"id", unit.ID}, {"name", unit.Name}, {"code", unit.Code}, {"legalIdentificationNumber", unit.SIREN}, {"activityCode", "6201Z"},
		{"countryId", 250}, {"country", object{{"id", 250}, {"name", "France"}, {"code", "FR"}, {"currencyCode", "EUR"}}},
		{"headquartersId", unit.Headquarters}, {"createdAt", "2023-11-07T05:31:56Z"}, {"isArchived", false},
	}
}

func (v view) contracts4(query url.Values) []record4 {
	owners := strings.Split(parameter(query, "ownerId"), ",")
	var all []record4
	for _, subject := range v.population(nil, true) {
		e := subject.(person)
		if owners[0] != "" && !slices.Contains(owners, strconv.Itoa(e.ID)) {
			continue
		}
		for _, c := range v.company.Contracts(e) {
			all = append(all, record4{c.ID, "", map[string]string{
				"isApplicable": strconv.FormatBool(c.Applicable), "isArchived": "false", "typeId": strconv.Itoa(c.TypeID), "establishmentId": strconv.Itoa(c.EstablishmentID),
			}, func() object { return v.contract4(c) }})
		}
	}
	return all
}

func (v view) contract4(c people.Contract) object {
	var ends any
	if c.EndsOn != "" {
		ends = c.EndsOn
	}
	place, _ := v.company.Establishment(c.EstablishmentID)
	return object{
		{"id", c.ID}, {"ownerId", c.OwnerID}, {"startsOn", c.StartsOn}, {"endsOn", ends}, {"isApplicable", c.Applicable},
		{"establishmentId", c.EstablishmentID}, {"establishment", object{{"id", place.ID}, {"name", place.Name}}}, {"spcId", 3}, {"spc", object{{"id", 3}, {"name", "Employés"}}},
		{"typeId", c.TypeID}, {"type", object{{"id", c.TypeID}, {"name", people.ContractTypes[c.TypeID]}}}, {"hiringTypeId", nil}, {"terminationReasonId", nil},
		{"trialPeriodDays", 120}, {"renewedTrialPeriodDays", nil}, {"trialPeriodEndDate", nil}, {"trialPeriodEndDate2", nil},
		{"authorId", 45}, {"lastModifierId", 45}, {"createdAt", c.CreatedAt}, {"lastModifiedAt", c.ModifiedAt},
	}
}
