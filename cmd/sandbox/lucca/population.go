package lucca

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// users serves the people whom the key may see.
func (v view) users(w http.ResponseWriter, r *http.Request, id string) {
	switch v.rights.Denial {
	case "401", "403":
		status := http.StatusUnauthorized
		if v.rights.Denial == "403" {
			status = http.StatusForbidden
		}
		fail(w, status, "You do not have sufficient permission to make a GET on type User")
	case "empty":
		v.answer(w, r, v.schema.user, nil, id)
	default:
		v.answer(w, r, v.schema.user, v.population(r.URL.Query(), id != ""), id)
	}
}

// population leaves out, without a word, whoever the key may not see: people
// of other establishments, future hires without their right, leavers without
// theirs. Leavers must also be asked for, unless a person is read by id.
func (v view) population(query url.Values, byID bool) []any {
	former := v.rights.Former && (byID || asksForFormer(query))
	today := v.company.Today
	var seen []any
	for _, e := range v.company.Employees() {
		switch {
		case e.Former(today) && !former:
		case e.Future(today) && !v.rights.Future:
		case v.rights.Establishments != nil && !slices.Contains(v.rights.Establishments, e.LegalEntityID):
		default:
			seen = append(seen, e)
		}
	}
	return seen
}

// asksForFormer: formerEmployees=true, or the older way, any condition on the
// end date.
func asksForFormer(query url.Values) bool {
	return strings.EqualFold(parameter(query, "formerEmployees"), "true") || parameter(query, "dtContractEnd") != ""
}
