package host_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/host"
	"passerelle/plugins/protocol"
)

// Records in memory are read whole, by key and by id, like those of a plugin.
func TestGiven(t *testing.T) {
	t.Parallel()
	c := host.Given("given", "case-1", map[string][][]byte{"people": {
		[]byte(`{"id":"a","n":"1","post":{"site":"Lyon"}}`), []byte(`{"id":"b","n":"2","post":{"site":"Lyon"}}`),
	}})
	require.Equal(t, "case-1", c.Tenant().GetId())
	for name, asked := range map[string]struct {
		request *protocol.ReadRequest
		want    []string // key, data
	}{
		"whole":          {&protocol.ReadRequest{Resource: "people"}, []string{"", `{"id":"a","n":"1","post":{"site":"Lyon"}}`, "", `{"id":"b","n":"2","post":{"site":"Lyon"}}`}},
		"by key":         {&protocol.ReadRequest{Resource: "people", Keys: []*protocol.LookUpKey{{Ref: "0", FieldsJson: []byte(`{"n":"2","post":{"site":"Lyon"}}`)}}}, []string{"0", `{"id":"b","n":"2","post":{"site":"Lyon"}}`}},
		"another key":    {&protocol.ReadRequest{Resource: "people", Keys: []*protocol.LookUpKey{{Ref: "0", FieldsJson: []byte(`{"n":"2","post":{"site":"Paris"}}`)}}}, nil},
		"by id":          {&protocol.ReadRequest{Resource: "people", Ids: []string{"a", "c"}}, []string{"a", `{"id":"a","n":"1","post":{"site":"Lyon"}}`}},
		"another source": {&protocol.ReadRequest{Resource: "teams"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, found := c.Read(context.Background(), asked.request)
			require.Empty(t, found)
			defer stream.Close()
			var got []string
			for {
				response, err := stream.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				require.NoError(t, err)
				for _, r := range response.GetBatch().GetRecords() {
					got = append(got, r.GetKey(), string(r.GetData()))
				}
			}
			require.Equal(t, asked.want, got)
			require.True(t, stream.Done().GetComplete())
		})
	}
}
