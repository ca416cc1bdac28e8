package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// page is v3's envelope; header, where there is one, is nobody's business.
type page struct {
	Data *struct {
		Items []json.RawMessage
		Count *int64
	}
}

// Read implements sdk.Reader: all users of the population that include names, or
// those with the given ids, whoever they are.
func (c *connection) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	r, complaint := c.reading(ctx, request, out)
	if complaint == nil {
		switch {
		case len(request.IDs) > 0:
			complaint = r.byID(request.IDs)
		default:
			complaint = r.all()
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
	ctx    context.Context
	out    *sdk.Output
	end    sdk.End
	failed error // the engine went away

	former, future bool
	today          string
	seen           map[string]bool
	leftOut        int64 // future hires that nobody asked for
}

func (c *connection) reading(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (*reading, *sdk.Error) {
	r := &reading{connection: c, ctx: ctx, out: out, end: sdk.End{Expected: -1}, today: c.today(), seen: map[string]bool{}}
	switch {
	case request.Resource != usersResource:
		return r, &sdk.Error{Code: "unknown-resource", Summary: "Lucca: this connector reads users only", Remedy: `write resource = "users"`, Retry: protocol.Retry_RETRY_AFTER_FIX}
	case request.Cursor != "" || len(request.Keys) > 0:
		return r, &sdk.Error{Code: "not-supported", Summary: "Lucca: users are read whole, or by id", Remedy: "don't ask for an incremental read", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	p, complaint := parseProjection(request.Projection)
	if complaint != nil {
		return r, complaint
	}
	include := request.Settings.Strings("include")
	r.former, r.future = slices.Contains(include, rightFormer), slices.Contains(include, rightFuture)
	if !r.future && len(request.IDs) == 0 {
		p.need("dtContractStart")
	}
	r.decoder = &decoder{projection: p}
	if len(p.sections) > 0 {
		choices, calls, complaint := c.readChoices(ctx)
		r.end.Calls += calls
		if complaint != nil {
			return r, complaint
		}
		r.choices = choices
	}
	return r, nil
}

// all reads page by page, in the order of ids so that pages don't shift. The read
// is complete when as many users came as Lucca counted, the same count on each
// page, nobody twice.
func (r *reading) all() *sdk.Error {
	query := url.Values{"fields": {r.fields()}, "orderBy": {"id,asc"}}
	if r.former {
		query.Set("formerEmployees", "true")
	}
	count := int64(-1)
	for offset := int64(0); ; {
		query.Set("paging", paging(int(offset), r.pageSize))
		items, counted, complaint := r.get(query)
		if complaint != nil {
			return complaint
		}
		if offset > 0 && counted != count {
			return r.incomplete("the number of users changed while they were read (from %d to %d)", count, counted)
		}
		count = counted
		for _, item := range items {
			if complaint := r.handOn(item); complaint != nil || r.failed != nil || r.end.Reason != "" {
				return complaint
			}
		}
		offset += int64(len(items))
		r.end.Expected = count
		if count >= 0 {
			r.end.Expected = count - r.leftOut
		}
		r.out.Progress(r.end.Expected, r.end.Calls)
		if r.failed = r.out.PageEnd(); r.failed != nil {
			return nil
		}
		// Without a count only an empty page proves the end: a short one may be a
		// limit of the server's own.
		if len(items) == 0 || (count >= 0 && offset >= count) {
			if count >= 0 && offset != count {
				return r.incomplete("Lucca counts %d users and gave %d", count, offset)
			}
			r.end.Complete = true
			return nil
		}
	}
}

func (r *reading) handOn(item json.RawMessage) *sdk.Error {
	u, complaint := r.user(item)
	if complaint != nil {
		return complaint
	}
	if r.seen[u.id] {
		return r.incomplete("Lucca gave one user on two pages")
	}
	r.seen[u.id] = true
	if !r.future && u.start > r.today {
		r.leftOut++
		return nil
	}
	r.failed = r.out.Record(u.data)
	return nil
}

func (r *reading) incomplete(format string, values ...any) *sdk.Error {
	r.end.Complete, r.end.Reason = false, fmt.Sprintf(format, values...)
	return nil
}

var digits = regexp.MustCompile(`^[0-9]+$`)

const idsAtOnce = 100

// byID asks for former employees too: whoever is asked for by id is wanted
// whatever he has become. Who isn't found is left out.
func (r *reading) byID(ids []string) *sdk.Error {
	for chunk := range slices.Chunk(ids, idsAtOnce) {
		for _, id := range chunk {
			if !digits.MatchString(id) {
				return &sdk.Error{Code: "bad-id", Summary: "Lucca: ids of users are whole numbers", Remedy: "check that the ledger is this tenant's", Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
		}
		items, _, complaint := r.get(url.Values{
			"id": {strings.Join(chunk, ",")}, "fields": {r.fields()}, "orderBy": {"id,asc"},
			"formerEmployees": {"true"}, "paging": {paging(0, idsAtOnce)},
		})
		if complaint != nil {
			return complaint
		}
		for _, item := range items {
			u, complaint := r.user(item)
			if complaint != nil {
				return complaint
			}
			if !slices.Contains(chunk, u.id) {
				return badAnswer("it gave users whose id was not asked for")
			}
			if r.failed = r.out.Answer(u.id, u.data); r.failed != nil {
				return nil
			}
		}
	}
	r.end.Complete = true
	return nil
}

// get fetches one page; counted is -1 where Lucca gave no count.
func (r *reading) get(query url.Values) (items []json.RawMessage, counted int64, complaint *sdk.Error) {
	a, complaint := r.page(r.ctx, query, r.projection)
	r.end.Calls += a.calls
	return a.items, a.count, complaint
}

// answer is one page.
type answer struct {
	items   []json.RawMessage
	count   int64  // over all pages; -1 where Lucca gave none
	calls   int64  // requests made
	unknown string // the declared property that Lucca refused to name
}

func (c *connection) page(ctx context.Context, query url.Values, p *projection) (answer, *sdk.Error) {
	response, complaint := c.client.JSON(ctx, "GET", usersPath, query, nil)
	a := answer{count: -1, calls: int64(response.Attempts)}
	if complaint != nil {
		if response.Status == http.StatusBadRequest && p != nil {
			a.unknown = p.unknown(messageOf(response.Body))
		}
		if a.unknown != "" {
			return a, unknownPropertyError(a.unknown)
		}
		return a, explain(response, complaint)
	}
	var got page
	if json.Unmarshal(response.Body, &got) != nil || got.Data == nil {
		return a, badAnswer("it holds no list of users")
	}
	if got.Data.Count != nil {
		a.count = *got.Data.Count
	}
	if a.count < 0 && got.Data.Items == nil {
		return a, badAnswer("it holds no list of users")
	}
	a.items = got.Data.Items
	return a, nil
}

func paging(offset, limit int) string { return fmt.Sprintf("%d,%d", offset, limit) }
