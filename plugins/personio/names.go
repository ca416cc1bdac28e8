package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// kind is something that a record refers to by id and a mapping by name.
type kind struct {
	what, path, shown string
	query             url.Values
	beta              bool
	right             string
}

// The kinds. Departments and teams are both org units. The beta lists are missing
// on some accounts, which then take ids only.
var (
	departmentKind  = kind{"department", "/v2/org-units", "departments", url.Values{"type": {"department"}}, true, readOrganisation}
	teamKind        = kind{"team", "/v2/org-units", "teams", url.Values{"type": {"team"}}, true, readOrganisation}
	officeKind      = kind{"office", "/v2/workplaces", "workplaces", nil, true, readOrganisation}
	legalEntityKind = kind{"legal entity", "/v2/legal-entities", "legal entities", nil, false, readOrganisation}
	costCenterKind  = kind{"cost centre", "/v2/cost-centers", "cost centres", nil, true, readOrganisation}
	absenceTypeKind = kind{"absence type", "/v2/absence-types", "absence types", nil, false, readAbsences}
	projectKind     = kind{"project", "/v2/projects", "projects", nil, false, readProjects}
)

// directory turns names into ids. Each list is fetched when the first name asks
// for it, and serves the rest of the run.
type directory struct {
	connection *connection

	mu    sync.Mutex
	lists map[string]*named
	// people are employees by full name or e-mail, as far as they were asked for.
	people map[string][]string
	whole  bool // people has everybody
}

// named is one list: every name has its ids, several where it isn't unique.
type named struct {
	ids     map[string][]string // by folded name
	all     map[string]bool     // ids
	missing bool                // the account has no such list
	refused *sdk.Error          // the credential may not read it
}

func fold(name string) string { return strings.ToLower(normal(name)) }

// notResolved is why a name gives no id although Personio answered.
type notResolved struct{ code, why, remedy string }

func notFound(code, why, remedy string) *notResolved { return &notResolved{code, why, remedy} }

// noList: the list is beta, and missing on some accounts.
func noList(k kind) *notResolved {
	return notFound("no-list", fmt.Sprintf("Personio doesn't list its %s to this credential, so that a name can't be turned into an id", k.shown),
		fmt.Sprintf("Send the id of the %s, with a lookup table for example.", k.what))
}

// id resolves a name or an id. A *notResolved is about this name alone; an error
// is about the request.
func (d *directory) id(w asker, k kind, name string) (string, *notResolved, *sdk.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list, complaint := d.list(w, k)
	if complaint != nil {
		return "", nil, complaint
	}
	if (list.missing || list.refused != nil) && isID(name) {
		return name, nil, nil // an id needs no list
	}
	switch {
	case list.refused != nil:
		return "", nil, list.refused
	case list.missing:
		return "", noList(k), nil
	}
	ids := list.ids[fold(name)]
	switch {
	case len(ids) == 1:
		return ids[0], nil, nil
	case len(ids) > 1:
		return "", notFound("ambiguous-name", fmt.Sprintf("Personio has more than one %s of this name", k.what),
			fmt.Sprintf("Send the id of the %s, or give them different names in Personio.", k.what)), nil
	case list.all[name]:
		return name, nil, nil
	}
	return "", notFound("name-not-found", fmt.Sprintf("Personio has no %s of this name", k.what),
		fmt.Sprintf("Add the %s in Personio, or correct the name at the source: the next run sends it again.", k.what)), nil
}

func (d *directory) list(w asker, k kind) (*named, *sdk.Error) {
	if list := d.lists[k.what]; list != nil {
		return list, nil
	}
	list := &named{ids: map[string][]string{}, all: map[string]bool{}}
	q := requestV2{path: k.path, query: url.Values{}, beta: k.beta, right: k.right}
	for name, values := range k.query {
		q.query[name] = values
	}
	whole, complaint := d.connection.pagesV2(w, q, 100, func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
		for _, item := range items {
			id, name := text(at(item, "id")), text(at(item, "name"))
			if t := text(at(item, "type")); id == "" || (len(k.query) > 0 && t != "" && !strings.EqualFold(t, k.query.Get("type"))) {
				continue
			}
			list.all[id] = true
			if name != "" {
				list.ids[fold(name)] = append(list.ids[fold(name)], id)
			}
		}
		return true, nil
	})
	switch {
	case complaint != nil && complaint.Code == "not-found" && k.beta:
		list.missing = true
	case complaint != nil && complaint.Code == "forbidden":
		list.refused = complaint
	case complaint != nil:
		return nil, complaint
	case !whole:
		return nil, badAnswer("the list of " + k.shown + " breaks off")
	}
	if d.lists == nil {
		d.lists = map[string]*named{}
	}
	d.lists[k.what] = list
	return list, nil
}

// isID: v2's ids are numbers or UUIDs.
func isID(text string) bool {
	if text == "" {
		return false
	}
	for _, r := range text {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') && (r < 'A' || r > 'F') && r != '-' {
			return false
		}
	}
	return strings.ContainsAny(text, "0123456789")
}

// person resolves an employee: an id, an e-mail, or a full name where only one
// person has it. For a name everybody is read, once a run.
func (d *directory) person(w asker, who string) (string, *notResolved, *sdk.Error) {
	who = strings.TrimSpace(who)
	if isNumber(who) {
		return who, nil, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.people == nil {
		d.people = map[string][]string{}
	}
	ids, asked := d.people[fold(who)]
	if !asked && strings.Contains(who, "@") {
		found, complaint := d.connection.personsByEmail(w, []string{who})
		if complaint != nil {
			return "", nil, complaint
		}
		ids = nil
		for _, p := range found {
			ids = append(ids, p.id)
		}
		d.people[fold(who)] = ids
	} else if !asked && !d.whole {
		if complaint := d.everybody(w); complaint != nil {
			return "", nil, complaint
		}
		ids = d.people[fold(who)]
	}
	switch len(ids) {
	case 1:
		return ids[0], nil, nil
	case 0:
		return "", notFound("person-not-found", "Personio has nobody of this id, e-mail or name", "Wait until the person is in Personio, or correct it at the source: the next run sends it again."), nil
	}
	return "", notFound("ambiguous-name", "Personio has more than one person of this name", "Send an e-mail or an id instead of a name."), nil
}

// everybody takes in all full names.
func (d *directory) everybody(w asker) *sdk.Error {
	whole, complaint := d.connection.pagesV2(w, requestV2{path: "/v2/persons", right: readEmployees}, emailsAtOnce, func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
		for _, item := range items {
			id := text(at(item, "id"))
			for _, first := range []string{"first_name", "preferred_name"} {
				name := fold(text(at(item, first)) + " " + text(at(item, "last_name")))
				if text(at(item, first)) != "" && !slices.Contains(d.people[name], id) {
					d.people[name] = append(d.people[name], id)
				}
			}
		}
		return true, nil
	})
	if complaint == nil && !whole {
		complaint = badAnswer("the list of persons breaks off")
	}
	d.whole = complaint == nil
	return complaint
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// category is the id of a document category: v1's, as documents are uploaded
// there.
func (d *directory) category(w asker, name string) (string, *notResolved, *sdk.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.lists["category"]
	if list == nil {
		_, answer, complaint := callV1(d.connection.v1, w, rest.Request{Method: http.MethodGet, Path: "/v1/company/document-categories"}, readDocuments)
		if complaint != nil {
			return "", nil, complaint
		}
		items, complaint := dataList(answer)
		if complaint != nil {
			return "", nil, complaint
		}
		list = &named{ids: map[string][]string{}, all: map[string]bool{}}
		for _, item := range items {
			id, name := text(at(item, "id")), text(at(item, "attributes", "name"))
			list.all[id] = true
			list.ids[fold(name)] = append(list.ids[fold(name)], id)
		}
		if d.lists == nil {
			d.lists = map[string]*named{}
		}
		d.lists["category"] = list
	}
	switch ids := list.ids[fold(name)]; {
	case len(ids) == 1:
		return ids[0], nil, nil
	case list.all[name]:
		return name, nil, nil
	}
	return "", notFound("name-not-found", "Personio has no such document category, or it isn't ticked for this credential",
		"Compare the name, and tick the category: "+whereRights+" → Documents."), nil
}

func (n *notResolved) refusal() *sdk.Error {
	return &sdk.Error{Code: n.code, Summary: "Personio: " + n.why, Remedy: n.remedy, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func (n *notResolved) leftOut(field string) *sdk.Error {
	return leftOut(field, n.code, n.why+" ("+field+")", n.remedy)
}
