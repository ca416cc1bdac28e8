package rest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Target carries out the operations of one resource: those of the connector,
// changed by what the mapping file declares. It keeps no state; its methods may
// be called concurrently.
type Target struct {
	Client *Client

	// Endpoints are the connector's own: at most one of each operation. Paths are
	// relative to the client's base URL.
	Endpoints []*sdk.EndpointDeclaration

	// ChangedOnly: the connector's own update takes the changed fields alone, and
	// the engine was told so (Endpoint.changed_only). A PATCH takes them alone in
	// any case; one that the mapping declares as PUT, POST or with a body takes all.
	ChangedOnly bool

	// BatchSize is the most records in one request, where an endpoint takes
	// batches; 0: 100.
	BatchSize int

	// Get fetches one record by {id}; nil where the API can't. It is no endpoint
	// of the language, so it serves only while find is the connector's own.
	Get *sdk.EndpointDeclaration

	// Find tells more about the connector's own find.
	Find FindForm
}

// FindForm is how a find goes where the connector knows more about it than a
// declaration can say. It doesn't hold for a find that the mapping redefines.
type FindForm struct {
	// Parameters: key fields that are query parameters of the same name.
	Parameters []string
	// Values is how many values of one parameter a request may repeat; 0: one.
	Values int
	// FoldCase: parameters that the API compares without regard to case.
	FoldCase []string
	// Cross: with a key of several fields too, values of one parameter are
	// alternatives. The answer then holds pairs that nobody asked for, which are
	// left aside.
	Cross  bool
	Paging Paging
}

var operationNames = map[protocol.Operation]string{
	protocol.Operation_OPERATION_CREATE:     "create",
	protocol.Operation_OPERATION_UPDATE:     "update",
	protocol.Operation_OPERATION_DEACTIVATE: "deactivate",
	protocol.Operation_OPERATION_REACTIVATE: "reactivate",
	protocol.Operation_OPERATION_DELETE:     "delete",
	protocol.Operation_OPERATION_FIND:       "find",
}

// endpoint is one operation, ready to be carried out.
type endpoint struct {
	*sdk.EndpointDeclaration
	own bool // the connector's own, unchanged in what is sent
}

// plan is the target's endpoints for one session.
type plan struct {
	one     map[protocol.Operation]*endpoint
	updates []*endpoint // second ways, each for certain fields
	partial bool        // the engine sends of an update what changed, and nothing else
}

// plan lays the declarations over the connector's own.
func (t *Target) plan(declared []*sdk.EndpointDeclaration) (*plan, *sdk.Error) {
	p := &plan{one: map[protocol.Operation]*endpoint{}, partial: t.ChangedOnly && !slices.ContainsFunc(declared, wantsAll)}
	for _, own := range t.Endpoints {
		p.one[own.GetOperation()] = &endpoint{own, true}
	}
	seen := map[protocol.Operation]bool{}
	for _, d := range declared {
		operation := d.GetOperation()
		if len(d.GetFields()) > 0 {
			if operation != protocol.Operation_OPERATION_UPDATE {
				return nil, declarationError(d, "only an update can be for certain fields", "take fields out of it")
			}
			p.updates = append(p.updates, &endpoint{secondUpdate(p.one[operation], d), false})
			continue
		}
		if seen[operation] {
			return nil, declarationError(d, "it is declared twice", "keep one, or give the other its fields")
		}
		seen[operation] = true
		p.one[operation] = overlay(p.one[operation], d)
	}
	for _, e := range p.one {
		if err := e.check(); err != nil {
			return nil, err
		}
	}
	if first := p.one[protocol.Operation_OPERATION_UPDATE]; len(p.updates) > 0 && first != nil && first.batched() {
		return nil, declarationError(p.updates[0].EndpointDeclaration, "an update that goes in batches can't have a second way", `write batch = "one", or take fields out`)
	}
	for _, e := range p.updates {
		if err := e.check(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// wantsAll: an update that the mapping declares so replaces the record, or fills a
// body, and the engine sends the whole record for it.
func wantsAll(d *sdk.EndpointDeclaration) bool {
	return d.GetOperation() == protocol.Operation_OPERATION_UPDATE && len(d.GetFields()) == 0 &&
		(d.GetMethod() == http.MethodPut || d.GetMethod() == http.MethodPost || len(d.GetBodyJson()) > 0)
}

// overlay takes from the declaration what it gives, and the rest from the
// connector's own.
func overlay(own *endpoint, d *sdk.EndpointDeclaration) *endpoint {
	if own == nil {
		return &endpoint{d, false}
	}
	merged := proto.Clone(own.EndpointDeclaration).(*sdk.EndpointDeclaration)
	same := d.GetMethod() == "" && d.GetPath() == "" && len(d.GetQuery()) == 0 && len(d.GetBodyJson()) == 0
	for _, set := range []struct {
		given string
		to    *string
	}{
		{d.GetMethod(), &merged.Method}, {d.GetPath(), &merged.Path}, {d.GetWrap(), &merged.Wrap}, {d.GetBatch(), &merged.Batch},
		{d.GetItems(), &merged.Items}, {d.GetId(), &merged.Id}, {d.GetClear(), &merged.Clear},
		{d.GetIdempotencyHeader(), &merged.IdempotencyHeader}, {d.GetReconcile(), &merged.Reconcile},
	} {
		if set.given != "" {
			*set.to = set.given
		}
	}
	if len(d.GetQuery()) > 0 {
		merged.Query = d.GetQuery()
	}
	if len(d.GetHeaders()) > 0 {
		merged.Headers = d.GetHeaders()
	}
	if len(d.GetBodyJson()) > 0 {
		merged.BodyJson = d.GetBodyJson()
		if merged.GetBatch() != "array" {
			merged.Wrap = d.GetWrap() // the connector's own wrap is for a body that it makes
		}
	}
	if len(d.GetPageJson()) > 0 {
		merged.PageJson = d.GetPageJson()
	}
	if len(d.GetSuccess()) > 0 {
		merged.Success = d.GetSuccess()
	}
	if len(d.GetConflict()) > 0 {
		merged.Conflict = d.GetConflict()
	}
	if merged.GetBatch() != own.GetBatch() && d.GetIdempotencyHeader() == "" {
		merged.IdempotencyHeader = "" // the connector's own is for one record
	}
	return &endpoint{merged, own.own && same}
}

// secondUpdate inherits how the first update speaks, not what it says.
func secondUpdate(first *endpoint, d *sdk.EndpointDeclaration) *sdk.EndpointDeclaration {
	if first == nil {
		return d
	}
	base := proto.Clone(first.EndpointDeclaration).(*sdk.EndpointDeclaration)
	base.Path, base.Query, base.BodyJson, base.Wrap = "", nil, nil, ""
	merged := overlay(&endpoint{base, false}, d).EndpointDeclaration
	merged.Fields = d.GetFields()
	return merged
}

// check refuses what can't be carried out, before anything is sent.
func (e *endpoint) check() *sdk.Error {
	switch {
	case e.GetMethod() == "" || e.GetPath() == "":
		return declarationError(e.EndpointDeclaration, "it has no method or no path", "give it both")
	case strings.Trim(e.GetMethod(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return declarationError(e.EndpointDeclaration, "its method is none of HTTP's", "write GET, POST, PUT, PATCH or DELETE")
	case strings.Contains(e.GetPath(), "://") || strings.HasPrefix(e.GetPath(), "//"):
		return declarationError(e.EndpointDeclaration, "its path is a whole address", "write only what follows the connection's url")
	case strings.ContainsAny(e.GetPath(), "?#"):
		return declarationError(e.EndpointDeclaration, "its path holds a ? or a #", "put parameters into query = { … }")
	case !slices.Contains([]string{"", "one", "array", "ndjson"}, e.GetBatch()):
		return declarationError(e.EndpointDeclaration, "its batch is unknown", "write one, array or ndjson")
	case e.GetWrap() != "" && len(e.GetBodyJson()) > 0 && e.GetBatch() != "array":
		return declarationError(e.EndpointDeclaration, "it has both a wrap and a body, and a body is sent exactly as it is written", "write the wrapper into body, or leave body out")
	case e.batched():
		return e.checkBatch()
	case len(e.GetPageJson()) > 0 && e.GetOperation() != protocol.Operation_OPERATION_FIND:
		return declarationError(e.EndpointDeclaration, "only a find has pages", "take page out of it")
	case !slices.Contains([]string{"", "null", "empty", "omit"}, e.GetClear()):
		return declarationError(e.EndpointDeclaration, "its clear is unknown", "write null, empty or omit")
	case e.GetOperation() == protocol.Operation_OPERATION_FIND && !safe(e.GetMethod()):
		return declarationError(e.EndpointDeclaration, "a find must not change anything", "use GET")
	}
	if _, complaint := ParsePaging(e.GetPageJson()); complaint != nil {
		return declarationError(e.EndpointDeclaration, "its page: "+complaint.Detail, complaint.Remedy)
	}
	return nil
}

func declarationError(d *sdk.EndpointDeclaration, why, remedy string) *sdk.Error {
	name := operationNames[d.GetOperation()]
	return &sdk.Error{
		Code:      "bad-endpoint",
		Summary:   fmt.Sprintf("the endpoint %q can't be used", name),
		Detail:    why,
		Remedy:    remedy,
		Attribute: []string{"endpoint", name},
		Retry:     protocol.Retry_RETRY_AFTER_FIX,
	}
}

func (t *Target) noEndpoint(operation protocol.Operation) *sdk.Error {
	name := operationNames[operation]
	return &sdk.Error{
		Code:      "no-endpoint",
		Summary:   fmt.Sprintf("%s has no endpoint %q", t.Client.Name(), name),
		Remedy:    fmt.Sprintf("declare endpoint %q in the target block, or don't ask for it", name),
		Attribute: []string{"endpoint", name},
		Retry:     protocol.Retry_RETRY_AFTER_FIX,
	}
}
