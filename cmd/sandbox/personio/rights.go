package personio

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Rights is the credential: what its integration may read ("r"), write ("w") or
// both ("rw"). Writing doesn't imply reading.
type Rights struct {
	Employees    string   `json:"employees"`
	Attendances  string   `json:"attendances"`
	Absences     string   `json:"absences"`
	Documents    string   `json:"documents"`
	Reports      string   `json:"reports"`
	Webhooks     string   `json:"webhooks"`
	Organisation string   `json:"organisation"` // org units, workplaces, legal entities, cost centres; in v2 alone
	Projects     string   `json:"projects"`     // in v2 alone
	OnlyV1       bool     `json:"only_v1"`      // all of it is of the first generation, and opens nothing of v2
	Attributes   []string `json:"attributes"`   // readable employee attributes, by v1's keys; null: all
	Categories   []int    `json:"categories"`   // document categories; null: all
	Enabled      []string `json:"enabled"`      // reports that an administrator released for the API; null: all
	Disabled     bool     `json:"disabled"`     // the credential as a whole
}

// Style is how the account writes what Personio's documentation leaves open, or
// what clients complain of.
type Style struct {
	Language       string `json:"language"`        // of labels: "en", "de" or "fr"
	Empty          string `json:"empty"`           // an empty relation in v1: "null", "string" or "list"
	Tags           string `json:"tags"`            // "joined" (A,B) or "json" (["A","B"] in a string)
	Unset          string `json:"unset"`           // in v2: "absent" or "null"
	Duplicate      string `json:"duplicate"`       // how a second person with one e-mail is refused: "400", "409", "422", or "terse", a 400 that doesn't name the e-mail
	Bare           bool   `json:"bare"`            // v2's lists come as data and meta, without underscores, and one object inside data
	OldV1          bool   `json:"old_v1"`          // v1's attributes have neither type nor universal_id, and cost centres the key cost_center
	RelativeNext   bool   `json:"relative_next"`   // links to the next page are paths
	NextElsewhere  bool   `json:"next_elsewhere"`  // links to the next page name another host
	RepeatCursor   bool   `json:"repeat_cursor"`   // the next page is always the same one
	NoLists        bool   `json:"no_lists"`        // no lists of org units, workplaces and cost centres (404)
	NoReportsV2    bool   `json:"no_reports_v2"`   // the tenant has custom reports in v1 alone
	NoAttributes   bool   `json:"no_attributes"`   // /employees/attributes is refused
	RotateToken    bool   `json:"rotate_token"`    // a v1 token serves once, and the answer carries the next
	TokenServes    int    `json:"token_serves"`    // a token is good for so many requests; 0: for a day
	NoOffsetColon  bool   `json:"no_offset_colon"` // v1's time-offs write +0100 instead of +01:00
	EmploymentsBad []int  `json:"employments_bad"` // statuses that the next requests for employments are answered with
}

func fullRights() Rights {
	return Rights{Employees: "rw", Attendances: "rw", Absences: "rw", Documents: "rw", Reports: "r", Webhooks: "rw",
		Organisation: "r", Projects: "rw"}
}

func documentedStyle() Style {
	return Style{Language: "en", Empty: "null", Tags: "joined", Unset: "absent", Duplicate: "400"}
}

// Rights returns the rights in force.
func (h *Handler) Rights() Rights {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rights
}

// SetRights changes the rights, from the next request on. It refuses words that
// mean nothing.
func (h *Handler) SetRights(rights Rights) error {
	for name, value := range rights.byResource() {
		if !slices.Contains([]string{"", "r", "w", "rw"}, value) {
			return fmt.Errorf("%s: %q is not one of r, w, rw or nothing", name, value)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range rights.Attributes {
		if !slices.ContainsFunc(h.attributes(), func(a attribute) bool { return a.Key == key }) {
			return fmt.Errorf("attributes: there is no attribute %q", key)
		}
	}
	h.rights = rights
	return nil
}

// Style returns the style in force.
func (h *Handler) Style() Style {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.style
}

// SetStyle changes the style, from the next request on. It refuses words that mean
// nothing.
func (h *Handler) SetStyle(style Style) error {
	for _, choice := range []struct {
		name, value string
		known       []string
	}{
		{"language", style.Language, []string{"en", "de", "fr"}},
		{"empty", style.Empty, []string{"null", "string", "list"}},
		{"tags", style.Tags, []string{"joined", "json"}},
		{"unset", style.Unset, []string{"absent", "null"}},
		{"duplicate", style.Duplicate, []string{"400", "409", "422", "terse"}},
	} {
		if !slices.Contains(choice.known, choice.value) {
			return fmt.Errorf("%s: %q is not one of %s", choice.name, choice.value, strings.Join(choice.known, ", "))
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.style = style
	return nil
}

func (r *Rights) byResource() map[string]string {
	return map[string]string{"employees": r.Employees, "attendances": r.Attendances, "absences": r.Absences,
		"documents": r.Documents, "reports": r.Reports, "webhooks": r.Webhooks,
		"organisation": r.Organisation, "projects": r.Projects}
}

func (r *Rights) may(resource, what string) bool {
	return strings.Contains(r.byResource()[resource], what)
}

// readable reports whether an employee attribute is ticked on the credential.
func (r *Rights) readable(key string) bool {
	return r.Attributes == nil || slices.Contains(r.Attributes, key)
}

var scopeNames = []struct{ resource, v1, v2 string }{
	{"employees", "employees", "persons"}, {"attendances", "attendances", "attendances"}, {"absences", "absences", "absences"},
	{"documents", "documents", "documents"}, {"reports", "reports.custom", "reports"}, {"webhooks", "", "webhooks"},
	{"organisation", "", "org-units"}, {"organisation", "", "cost-centers"}, {"projects", "", "projects"},
}

// scopes are all that the credential has: v1's names, then v2's.
func (r *Rights) scopes(v1, v2 bool) []string {
	var out []string
	for _, n := range scopeNames {
		for short, long := range map[string]string{"r": "read", "w": "write"} {
			if !r.may(n.resource, short) {
				continue
			}
			if v1 && n.v1 != "" {
				out = append(out, n.v1+":"+long)
			}
			if v2 && !r.OnlyV1 {
				out = append(out, "personio:"+n.v2+":"+long)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (r *Rights) scopeV1() string { return strings.Join(r.scopes(true, false), " ") }

// grant gives the scopes asked for, all of them where none is named.
func (r *Rights) grant(asked string) (string, bool) {
	have := r.scopes(true, true)
	if asked == "" {
		return strings.Join(have, " "), true
	}
	for _, scope := range strings.Fields(asked) {
		if !slices.Contains(have, scope) {
			return "", false
		}
	}
	return asked, true
}

// mayV1 answers like v1 where the right is missing.
func (c *call) mayV1(resource, what string) bool {
	if c.rights.may(resource, what) {
		return true
	}
	c.fail(http.StatusForbidden, 0, "personio.core.api.exceptions.api.forbidden.http.exception")
	return false
}

// mayV2 answers as v2's endpoints do where the right is missing: persons and
// reports each in a way of their own.
func (c *call) mayV2(resource, what string) bool {
	switch {
	case c.rights.may(resource, what) && !c.rights.OnlyV1:
		return true
	case resource == "employees":
		c.problem(http.StatusUnauthorized, "Unauthorized", "Unauthorized Request", "common.unauthorized")
	case resource == "reports":
		c.reportError("Unauthorized token")
	default:
		c.answer(http.StatusForbidden, "application/problem+json", object{
			"personio_trace_id": "baaaaaad-c0de-fade-baad-c000000000de", "timestamp": c.now().Format("2006-01-02T15:04:05Z"),
			"errors": []object{{"title": "Insufficient access scope", "detail": "Client scope insufficient to access resource",
				"type": "https://developer.personio.de/v2.0/page/public-api-error-codes#commonforbidden", "_meta": object{}}}})
	}
	return false
}
