// The connector that flow's tests read from. What it does depends on the
// resource.
package main

import (
	"context"
	"fmt"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func main() { sdk.Serve(connector{}) }

type connector struct{}

func (connector) Describe() *sdk.Description {
	var resources []*sdk.Resource
	for _, name := range []string{"whole", "waiting", "unauthorized", "unavailable", "short", "malformed"} {
		resources = append(resources, &sdk.Resource{
			Name: name, Readable: true, Writable: true, Identity: []string{"id"},
			Fields:    []*sdk.Field{{Path: "id", Type: "int", Filled: true}, {Path: "name", Type: "string"}},
			Endpoints: []*sdk.Endpoint{{Operation: protocol.Operation_OPERATION_CREATE}},
		})
	}
	return &sdk.Description{Name: "testsource", Version: "1.0.0", Settings: settings(), Resources: append(resources, given()...)}
}

func (connector) Configure(_ context.Context, s sdk.Settings) (sdk.Connection, error) {
	return connection{dir: s.String("dir")}, nil
}

type connection struct{ dir string }

func (connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: "test"} }
func (connection) Close() error        { return nil }

func (c connection) Read(ctx context.Context, r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	if isGiven(r.Resource) {
		return c.given(r, out)
	}
	end := sdk.End{Complete: true, Expected: 3000, Calls: 3}
	switch r.Resource {
	case "unauthorized":
		return sdk.End{}, &sdk.Error{Code: "unauthorized", Summary: "the key is refused", Retry: protocol.Retry_RETRY_CREDENTIALS}
	case "malformed":
		return end, out.Record([]byte(`{"id":1,"name":"Nguyen`))
	case "short":
		end.Expected = 4000
	}
	for i := range 3000 {
		if err := out.Record(fmt.Appendf(nil, `{"id":%d,"name":"n%d"}`, i, i)); err != nil {
			return sdk.End{}, err
		}
		if i%1000 == 999 {
			out.Progress(3000, int64(i/1000+1))
			if err := out.PageEnd(); err != nil {
				return sdk.End{}, err
			}
		}
		if i == 999 && r.Resource == "waiting" {
			<-ctx.Done()
			return sdk.End{}, ctx.Err()
		}
		if i == 1999 && r.Resource == "unavailable" {
			return sdk.End{}, &sdk.Error{Code: "unavailable", Summary: "the API is down", Retry: protocol.Retry_RETRY_LATER}
		}
	}
	return end, nil
}
