package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// Read implements sdk.Reader: a source whole or by id, as its settings say, or
// records of a target by key, as its find endpoint says.
func (c *connection) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	t := &rest.Target{Client: c.client}
	if len(request.Keys) > 0 {
		if upserts(request.Endpoints) {
			return sdk.End{Complete: true, Expected: 0}, nil
		}
		return t.Read(ctx, request, out)
	}
	find, paging, complaint := source(request)
	if complaint != nil {
		return sdk.End{Expected: -1}, complaint
	}
	t.Endpoints, t.Find.Paging = []*sdk.EndpointDeclaration{find}, paging
	if path := request.Settings.String("record_path"); path != "" {
		t.Get = &sdk.EndpointDeclaration{Operation: protocol.Operation_OPERATION_FIND, Method: "GET", Path: path, Query: fieldsOf(request),
			Headers: request.Settings.Map("headers"), Items: request.Settings.String("record_items")}
	}
	return t.Read(ctx, request, out)
}

// upserts: nothing can be looked up, and nothing needs to be, because a create
// finds by itself what is there already. To say that nobody was found is then no
// danger: nobody is created twice.
func upserts(endpoints []*sdk.EndpointDeclaration) bool {
	create := false
	for _, e := range endpoints {
		switch e.GetOperation() {
		case protocol.Operation_OPERATION_FIND:
			return false
		case protocol.Operation_OPERATION_CREATE:
			create = e.GetReconcile() == "upsert"
		}
	}
	return create
}

// source is a source block's settings as a find of all. By id neither path nor
// paging is needed.
func source(request sdk.ReadRequest) (*sdk.EndpointDeclaration, rest.Paging, *sdk.Error) {
	s := request.Settings
	find := &sdk.EndpointDeclaration{Operation: protocol.Operation_OPERATION_FIND, Method: "GET", Path: s.String("path"), Query: fieldsOf(request),
		Headers: s.Map("headers"), Items: s.String("items")}
	if len(request.IDs) > 0 {
		find.Path = orRoot(find.Path)
		if s.String("record_path") == "" {
			return nil, rest.Paging{}, missing("record_path", "records are asked for by id", `say where one record is: record_path = "/people/{id}"`)
		}
		return find, rest.Paging{}, nil
	}
	if find.GetPath() == "" {
		return nil, rest.Paging{}, missing("path", "a source is read from somewhere", `say where the list is: path = "/people"`)
	}
	if s.String("paging") == "" {
		return nil, rest.Paging{}, missing("paging", "without it nobody knows whether all records were read",
			`say how the list is cut into pages, or paging = "none" where the API gives everything at once`)
	}
	paging, complaint := pagingOf(s)
	return find, paging, complaint
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

func pagingOf(s sdk.Settings) (rest.Paging, *sdk.Error) {
	p := rest.Paging{By: s.String("paging"), Param: s.String("page_param"), SizeParam: s.String("size_param"), Size: int(s.Int("page_size")),
		Total: s.String("total"), Pages: s.String("pages"), More: s.String("more"), Next: s.String("next")}
	if p.By == "none" {
		p.By = ""
	}
	if s.Has("first_page") {
		first := int(s.Int("first_page"))
		p.First = &first
	}
	if complaint := p.Check(); complaint != nil {
		complaint.Attribute = []string{"paging"}
		return p, complaint
	}
	return p, nil
}

// fieldsOf is the query, with the declared paths where the API can be asked for
// nothing else. Places in lists are left to the engine.
func fieldsOf(request sdk.ReadRequest) map[string]string {
	query := maps.Clone(request.Settings.Map("query"))
	name := request.Settings.String("fields_param")
	if name == "" {
		return query
	}
	if query == nil {
		query = map[string]string{}
	}
	var fields []string
	for _, path := range request.Projection {
		path, _, _ = strings.Cut(path, "[")
		if path != "" && !slices.Contains(fields, path) {
			fields = append(fields, path)
		}
	}
	query[name] = strings.Join(fields, ",")
	return query
}

func missing(name, why, remedy string) *sdk.Error {
	return &sdk.Error{Code: "missing-setting", Summary: fmt.Sprintf("the setting %q is not set", name), Detail: why, Remedy: remedy,
		Attribute: []string{name}, Retry: protocol.Retry_RETRY_AFTER_FIX}
}
