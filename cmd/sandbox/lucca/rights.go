package lucca

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// The standard sections that the sandbox puts fields in; custom ones are the
// Company's. Which field is in which section is each tenant's own choice.
const (
	SectionGeneral = "General information"
	SectionCareer  = "Career"
	SectionBank    = "Bank details"
)

// Rights is what the key's role may see.
type Rights struct {
	Future         bool     `json:"future"`         // "See future employees"
	Former         bool     `json:"former"`         // "See former employees"
	Sections       []string `json:"sections"`       // granted; null: all
	Establishments []int    `json:"establishments"` // the population, by legal entity; null: everybody
	Leaves         bool     `json:"leaves"`         // "Consult leaves"
	Contracts      bool     `json:"contracts"`      // "Consult contractual information"
	Structure      bool     `json:"structure"`      // establishments and legal units
	Scopes         []string `json:"scopes"`         // of a version 5 client, as employees.readonly; null: all
	// Denial is how a key without any right on users is told: "" it has one,
	// "empty" an empty list, "401" or "403".
	Denial string `json:"denial"`
	// Missing is how a field without right shows: "absent" or "null".
	Missing string `json:"missing"`
}

// Style is how the tenant writes what Lucca's documentation leaves open or
// contradicts itself about.
type Style struct {
	Casing      string `json:"casing"`      // "documented" (managerId) or "irregular" (managerID)
	Header      bool   `json:"header"`      // a header object beside data
	Nationality string `json:"nationality"` // "object" or "string"
	Extended    string `json:"extended"`    // "object" ({id, value}) or "raw"
	Rows        string `json:"rows"`        // of a field with several, where there is one: "list" or "bare"
	Titles      string `json:"titles"`      // "english" (Mister, Miss) or "french" (M., Mme)
	Expenses    bool   `json:"expenses"`    // Lucca Expenses is installed: iban and bic exist
	Catalogue   bool   `json:"catalogue"`   // userproperties answers; else it is a 404
	SlowOver    int    `json:"slow_over"`   // longer pages take too long: 408; 0: none
}

func fullRights() Rights {
	return Rights{Future: true, Former: true, Leaves: true, Contracts: true, Structure: true, Missing: "absent"}
}

func documentedStyle() Style {
	return Style{Casing: "documented", Header: true, Nationality: "object", Extended: "object", Rows: "list", Titles: "english", Expenses: true, Catalogue: true}
}

// allowed answers where a right on a whole resource is missing: 403, unless the
// tenant tells it as 401 or by an empty list.
func (v view) allowed(w http.ResponseWriter, r *http.Request, right bool) bool {
	switch {
	case right:
		return true
	case v.rights.Denial == "401":
		fail(w, http.StatusUnauthorized, "You do not have sufficient permission to make a GET")
	case v.rights.Denial == "empty" && strings.HasPrefix(strings.ToLower(r.URL.Path), "/api/v3/"):
		v.envelope(w, object{{"items", []object{}}, {"count", 0}})
	case v.rights.Denial == "empty":
		write(w, http.StatusOK, object{{"items", []object{}}, {"prev", nil}, {"next", nil}, {"count", 0}})
	default:
		problem(w, r, http.StatusForbidden, nil)
	}
	return false
}

// Rights returns the rights in force.
func (h *Handler) Rights() Rights { return *h.rights.Load() }

// SetRights changes the rights, from the next request on. It refuses words
// that mean nothing.
func (h *Handler) SetRights(rights Rights) error {
	if err := h.checkRights(rights); err != nil {
		return err
	}
	h.rights.Store(&rights)
	return nil
}

func (h *Handler) checkRights(rights Rights) error {
	known := []string{SectionGeneral, SectionCareer, SectionBank}
	for _, section := range h.company.Sections {
		known = append(known, section.Name)
	}
	for _, section := range rights.Sections {
		if err := oneOf("sections", section, known...); err != nil {
			return err
		}
	}
	for _, id := range rights.Establishments {
		if _, ok := h.company.Establishment(id); !ok {
			return fmt.Errorf("establishments: there is no establishment %d", id)
		}
	}
	if err := oneOf("denial", rights.Denial, "", "empty", "401", "403"); err != nil {
		return err
	}
	return oneOf("missing", rights.Missing, "absent", "null")
}

// Style returns the style in force.
func (h *Handler) Style() Style { return *h.style.Load() }

// SetStyle changes the style, from the next request on. It refuses words that
// mean nothing.
func (h *Handler) SetStyle(style Style) error {
	for _, choice := range []struct {
		name, value string
		known       []string
	}{
		{"casing", style.Casing, []string{"documented", "irregular"}},
		{"nationality", style.Nationality, []string{"object", "string"}},
		{"extended", style.Extended, []string{"object", "raw"}},
		{"rows", style.Rows, []string{"list", "bare"}},
		{"titles", style.Titles, []string{"english", "french"}},
	} {
		if err := oneOf(choice.name, choice.value, choice.known...); err != nil {
			return err
		}
	}
	h.style.Store(&style)
	return nil
}

func oneOf(name, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return fmt.Errorf("%s: %q is not one of %q", name, value, strings.Join(known, ", "))
}

func (r *Rights) section(name string) bool {
	return name == "" || r.Sections == nil || slices.Contains(r.Sections, name)
}
