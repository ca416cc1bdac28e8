package main

import (
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// resource is one collection of Lucca's: how it is described, and how it is read.
type resource struct {
	about *sdk.Resource
	api   api
	path  string
	right string // the one that every read of it needs
	// scopes that a token for it has, of version 5.
	scopes []string
	// read gives all of it; find those with the given ids, nil where the API can't.
	read func(*reading) *sdk.Error
	find func(*reading, []string) *sdk.Error
	// probe gives one page, in the shape that Describe publishes, for Check.
	probe func(*reading) (sample, *sdk.Error)
}

// api is a generation of Lucca's API; a key opens the first two, a client's id
// and secret the third.
type api int

const (
	v3 api = iota + 3
	v4
	v5
)

// resources are all that there is to read, in the order that people look for them.
func resources() []*resource {
	return append([]*resource{
		users(), departments(), establishments(), legalUnits(), workContracts(), leaves(), leaveRequests(),
	}, version5()...)
}

func resourceNamed(name string) (*resource, *sdk.Error) {
	for _, r := range resources() {
		if r.about.GetName() == name {
			return r, nil
		}
	}
	return nil, &sdk.Error{Code: "unknown-resource", Summary: "Lucca: there is no resource of that name",
		Remedy: "`engine docs` lists those that the connector reads", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// described fills in what all resources have in common.
func described(about *sdk.Resource, needed ...string) *sdk.Resource {
	about.Readable = true
	about.RightRefs = needed
	used := map[string]bool{}
	for _, id := range needed {
		used[id] = true
	}
	for _, id := range about.GetIncremental().GetRightRefs() {
		used[id] = true
	}
	for _, field := range about.GetFields() {
		used[field.GetRight()] = true
	}
	for _, setting := range about.GetReadSettings() {
		for _, value := range setting.GetOneOf() {
			used[value] = used[rightUsers] // of version 5 no population has a right of its own
		}
	}
	for _, right := range rights() {
		if used[right.GetId()] || (about.GetSectionPath() == sectionPath && right.GetId() == rightFile) {
			about.Rights = append(about.Rights, right)
		}
	}
	return about
}
