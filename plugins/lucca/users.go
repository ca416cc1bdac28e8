package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const (
	usersResource = "users"
	usersPath     = "/api/v3/users"
	sectionPath   = "extendedData"
)

func users() *resource {
	return &resource{
		about: described(&sdk.Resource{
			Name:         usersResource,
			Label:        &sdk.Text{Fr: "Collaborateurs", En: "Employees"},
			Fields:       userFields(),
			Identity:     []string{"id"},
			SectionPath:  sectionPath,
			SectionRight: &sdk.Text{Fr: "Consulter le dossier du personnel, sur cette section", En: "Consult HR files, on this section"},
			ReadSettings: []*sdk.Setting{{
				Name: "include", Type: "list(string)", OneOf: []string{rightFuture, rightFormer},
				Label: &sdk.Text{Fr: "Population", En: "Population"},
				About: "Who is read beside the current employees: future hires, former employees. Each needs its right; without it Lucca leaves them out and says nothing.",
			}},
			LookUp:      []string{"ids"},
			Incremental: &sdk.Incremental{},
		}, rightUsers),
		api: v3, path: usersPath, right: rightUsers,
		read:  (*reading).users,
		find:  (*reading).usersByID,
		probe: probeUsers,
	}
}

// users reads everybody of the population that include names, or of them those
// who changed since the cursor and those who are asked for besides.
func (r *reading) users() *sdk.Error {
	include := r.request.Settings.Strings("include")
	everybody := slices.Contains(include, rightFuture)
	if !everybody {
		r.need("dtContractStart")
	}
	if complaint := r.readLists(); complaint != nil {
		return complaint
	}
	r.need("modifiedAt")
	query := url.Values{}
	if slices.Contains(include, rightFormer) {
		query.Set("formerEmployees", "true")
	}
	if r.request.Cursor != "" {
		since, complaint := r.since(cursor3, local)
		if complaint != nil {
			return complaint
		}
		query.Set("modifiedAt", "since,"+since.Format("2006-01-02T15:04:05")) // no fraction: a little earlier at most
	}
	take := func(u user) {
		switch {
		case !r.first(u.id):
		case !everybody && u.start > r.today:
			r.leftOut++
		default:
			r.failed = r.out.Record(u.data)
		}
	}
	complaint := r.walk3(list3{path: usersPath, what: "users", query: query, size: r.pageSize, most: maxPageSize}, func(item json.RawMessage) *sdk.Error {
		u, complaint := r.user(item)
		if complaint == nil {
			take(u)
		}
		return complaint
	})
	r.end.Cursor = r.next3()
	if also := r.unseen(r.request.Also); len(also) > 0 && complaint == nil && r.end.Complete {
		r.end.Complete, r.end.Expected = false, -1
		complaint = r.usersOf(also, query, take)
		r.end.Complete = complaint == nil && r.end.Reason == ""
	}
	return complaint
}

// unseen are those of some ids that were not read yet.
func (r *reading) unseen(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return r.seen[id] })
}

// readLists fetches what the declared custom fields are, and their entries.
func (r *reading) readLists() (complaint *sdk.Error) {
	if len(r.sections) > 0 {
		r.choices, complaint = r.definitions(r.sections)
	}
	return complaint
}

// usersByID asks for former employees too: whoever is asked for by id is wanted
// whatever he has become. Who isn't found is left out.
func (r *reading) usersByID(ids []string) *sdk.Error {
	if complaint := r.readLists(); complaint != nil {
		return complaint
	}
	complaint := r.usersOf(ids, url.Values{"formerEmployees": {"true"}}, func(u user) { r.failed = r.out.Answer(u.id, u.data) })
	r.end.Complete = complaint == nil && r.failed == nil
	return complaint
}

// usersOf looks up users of a population by their ids.
func (r *reading) usersOf(ids []string, population url.Values, take func(user)) *sdk.Error {
	for chunk := range slices.Chunk(ids, idsAtOnce) {
		for _, id := range chunk {
			if !digits.MatchString(id) {
				return &sdk.Error{Code: "bad-id", Summary: "Lucca: ids of users are whole numbers", Remedy: "check that the ledger is this tenant's", Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
		}
		if complaint := r.someUsers(chunk, population, take); complaint != nil || r.failed != nil {
			return complaint
		}
	}
	return nil
}

// someUsers looks up one chunk of ids. Lucca is documented to answer 500 or 404
// for somebody who isn't there: then the chunk is split until he is found.
func (r *reading) someUsers(chunk []string, population url.Values, take func(user)) *sdk.Error {
	query := url.Values{"id": {strings.Join(chunk, ",")}, "fields": {r.fields()}, "orderBy": {"id,asc"}, "paging": {paging(0, idsAtOnce)}}
	if former := population.Get("formerEmployees"); former != "" {
		query.Set("formerEmployees", former)
	}
	response, complaint := r.get(usersPath, query, http.StatusInternalServerError)
	switch {
	case complaint != nil && saysNotFound(response) && len(chunk) > 1:
		half := len(chunk) / 2
		if complaint := r.someUsers(chunk[:half], population, take); complaint != nil || r.failed != nil {
			return complaint
		}
		return r.someUsers(chunk[half:], population, take)
	case complaint != nil && saysNotFound(response) && messageOf(response.Body) != "":
		return nil
	}
	if complaint != nil && response.Status == http.StatusInternalServerError {
		response, complaint = r.get(usersPath, query) // a failure like any other: with patience
	}
	a, complaint := r.understood(list3{path: usersPath, what: "users"}, response, complaint)
	if complaint != nil {
		return complaint
	}
	for _, item := range a.items {
		u, complaint := r.user(item)
		if complaint != nil {
			return complaint
		}
		if !slices.Contains(chunk, u.id) {
			return badAnswer("it gave users whose id was not asked for")
		}
		if take(u); r.failed != nil {
			return nil
		}
	}
	return nil
}
