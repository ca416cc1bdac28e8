package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// employeesByID answers for each id with the refs that ask for it.
func (r *reading) employeesByID(want []*wanted, refs map[string][]string) *sdk.Error {
	answer := func(id string, data json.RawMessage) {
		for _, ref := range refs[id] {
			if r.failed == nil {
				r.failed = r.out.Answer(ref, data)
			}
		}
	}
	if len(refs) > few {
		left := len(refs)
		complaint := r.allEmployees(want, func(id string, data json.RawMessage) bool {
			if _, asked := refs[id]; asked {
				answer(id, data)
				left--
			}
			return true
		})
		return complaint
	}
	for id := range refs {
		response, envelope, complaint := callV1(r.v1, r, rest.Request{Method: "GET", Path: employeesV1 + "/" + url.PathEscape(id), Shown: employeesV1 + "/{id}"}, readEmployees)
		if response.Status == 404 {
			continue
		}
		if complaint != nil {
			return complaint
		}
		got, data, complaint := r.flatten(envelope.Data, want)
		if complaint != nil {
			return complaint
		}
		if got != id {
			return badAnswer("it gave an employee who was not asked for")
		}
		answer(id, data)
	}
	r.end.Complete = true
	return nil
}

func sameRefs(ids []string) map[string][]string {
	refs := map[string][]string{}
	for _, id := range ids {
		refs[id] = append(refs[id], id)
	}
	return refs
}

// employeesByKey finds by e-mail with v2, fifty in a call, and fetches whoever is
// there. Any other key is looked for in the whole list.
func (r *reading) employeesByKey(want []*wanted) ([]*wanted, *sdk.Error) {
	emails := map[string][]string{} // refs by folded e-mail
	var asked []string
	for _, key := range r.request.Keys {
		email, is := key.Fields["email"].(string)
		if !is || len(key.Fields) != 1 {
			return r.employeesByAnyKey(want)
		}
		folded := strings.ToLower(email)
		if emails[folded] == nil {
			asked = append(asked, email)
		}
		emails[folded] = append(emails[folded], key.Ref)
	}
	found, complaint := r.personsByEmail(r, asked)
	if complaint != nil {
		return want, complaint
	}
	refs := map[string][]string{}
	for _, p := range found {
		refs[p.id] = append(refs[p.id], emails[strings.ToLower(p.email)]...)
	}
	if len(refs) == 0 {
		r.end.Complete = true
		return want, nil
	}
	return want, r.employeesByID(want, refs)
}

// employeesByAnyKey reads everybody, once, and picks. What is asked for then
// includes the key.
func (r *reading) employeesByAnyKey(want []*wanted) ([]*wanted, *sdk.Error) {
	names := []string{}
	for _, key := range r.request.Keys {
		for name := range key.Fields {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	projection := slices.Clone(r.request.Projection)
	for _, name := range names {
		projection = append(projection, record.Path{{Name: name}}.String())
	}
	all, complaint := wantedOf(projection)
	if complaint != nil {
		return want, complaint
	}
	return all, r.allEmployees(all, func(_ string, data json.RawMessage) bool {
		for _, key := range r.request.Keys {
			if fits(data, key.Fields) && r.failed == nil {
				r.failed = r.out.Answer(key.Ref, data)
			}
		}
		return true
	})
}

// foundPerson is somebody found by e-mail.
type foundPerson struct{ id, email string }

// emailsAtOnce is v2's largest page of persons.
const emailsAtOnce = 50

// personsByEmail asks v2 which of these e-mails somebody has.
func (c *connection) personsByEmail(w asker, emails []string) ([]foundPerson, *sdk.Error) {
	var found []foundPerson
	// A comma would separate two e-mails: nobody has one in his.
	emails = slices.DeleteFunc(slices.Clone(emails), func(e string) bool { return e == "" || strings.Contains(e, ",") })
	for chunk := range slices.Chunk(emails, emailsAtOnce) {
		whole, complaint := c.pagesV2(w, requestV2{path: "/v2/persons", query: url.Values{"email": {strings.Join(chunk, ",")}}, right: readEmployees}, emailsAtOnce,
			func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
				for _, item := range items {
					p := foundPerson{text(at(item, "id")), text(at(item, "email"))}
					switch {
					case p.id == "":
						return false, badAnswer("a person has no id")
					case p.email == "":
						return false, notReadable("Email", true)
					case !slices.ContainsFunc(chunk, func(e string) bool { return strings.EqualFold(e, p.email) }):
						return false, badAnswer("it gave persons whose e-mail was not asked for")
					}
					found = append(found, p)
				}
				return true, nil
			})
		if complaint != nil {
			return nil, complaint
		}
		if !whole {
			return nil, badAnswer("the list of persons breaks off")
		}
	}
	return found, nil
}
