package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// Read implements sdk.Reader: a whole resource, or the records with the given ids.
func (c *connection) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	r, complaint := c.reading(ctx, request, out)
	if complaint == nil {
		switch {
		case len(request.IDs) > 0:
			complaint = r.resource.find(r, request.IDs)
		default:
			complaint = r.resource.read(r)
		}
	}
	if complaint != nil {
		r.end.Complete = false
		return r.end, complaint
	}
	return r.end, r.failed
}

// reading is one Read.
type reading struct {
	*connection
	*decoder
	resource *resource
	client   *rest.Client
	request  sdk.ReadRequest
	ctx      context.Context
	out      *sdk.Output
	end      sdk.End
	failed   error // the engine went away

	today   string
	seen    map[string]bool
	leftOut int64 // future hires that nobody asked for

	modified   time.Time // the newest modification on the first page
	answeredAt time.Time // the hour of the first answer
}

func (c *connection) reading(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (*reading, *sdk.Error) {
	r := &reading{connection: c, request: request, ctx: ctx, out: out, end: sdk.End{Expected: -1}, today: c.today(), seen: map[string]bool{}}
	found, complaint := resourceNamed(request.Resource)
	if complaint != nil {
		return r, complaint
	}
	r.resource = found
	if r.client, complaint = c.opens(found); complaint != nil {
		return r, complaint
	}
	switch {
	case (request.Cursor != "" && found.about.GetIncremental() == nil) || len(request.Keys) > 0 || (len(request.IDs) > 0 && found.find == nil):
		return r, &sdk.Error{Code: "not-supported", Summary: "Lucca: " + request.Resource + " can't be read in this way", Remedy: "read them whole", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	p, complaint := parseProjection(request.Projection, found.about.GetSectionPath())
	if complaint != nil {
		return r, complaint
	}
	p.moments(found.about.GetFields())
	r.decoder = &decoder{projection: p, local: c.zone, trim: found.api != v3}
	return r, nil
}

// first reports whether an id comes for the first time; a second time the read is
// not complete.
func (r *reading) first(id string) bool {
	if r.seen[id] {
		_ = r.incomplete("Lucca gave one of the %s twice", r.resource.about.GetName())
		return false
	}
	r.seen[id] = true
	return true
}

func (r *reading) incomplete(format string, values ...any) *sdk.Error {
	r.end.Complete, r.end.Reason = false, fmt.Sprintf(format, values...)
	return nil
}

// get makes one request and counts it. Statuses in once are not repeated.
func (r *reading) get(path string, query url.Values, once ...int) (*rest.Response, *sdk.Error) {
	response, complaint := r.client.Do(r.ctx, rest.Request{Method: http.MethodGet, Path: path, Query: query, Once: once})
	r.end.Calls += int64(response.Attempts)
	r.noteHour(response.Header)
	return response, complaint
}

var digits = regexp.MustCompile(`^[0-9]+$`)

const idsAtOnce = 100

// record hands on one record in its published shape, once.
func (r *reading) record(id string, data json.RawMessage) {
	if r.first(id) {
		r.failed = r.out.Record(data)
	}
}
