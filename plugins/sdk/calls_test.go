package sdk

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

// number is an optional count as a test writes it; -1: not said.
func number(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

func TestReadsAreCountedAgainstTheLeast(t *testing.T) {
	t.Parallel()
	record := []byte(`{"id":1}`)
	for name, c := range map[string]struct {
		read         func(context.Context, *Output) End
		request      *protocol.ReadRequest
		calls, least int64
	}{
		"three requests, two pages that held something": {func(ctx context.Context, out *Output) End {
			for _, held := range []bool{true, false, true} {
				CountCall(ctx)
				if held {
					_ = out.Record(record)
				}
				_ = out.PageEnd()
			}
			return End{Complete: true, Expected: -1}
		}, &protocol.ReadRequest{}, 3, 2},
		"no page was ended by the connector": {func(ctx context.Context, out *Output) End {
			CountCall(ctx)
			_ = out.Record(record)
			return End{Complete: true, Expected: -1}
		}, &protocol.ReadRequest{}, 1, 1},
		"nobody is there: one request to learn it": {func(ctx context.Context, _ *Output) End {
			CountCall(ctx)
			CountCall(ctx)
			return End{Complete: true, Expected: -1}
		}, &protocol.ReadRequest{}, 2, 1},
		"a look-up is above the least": {func(ctx context.Context, out *Output) End {
			CountCall(ctx)
			_ = out.Answer("a", record)
			return End{Complete: true, Expected: -1}
		}, &protocol.ReadRequest{Ids: []string{"a"}}, 1, 0},
		"the connector counts itself": {func(_ context.Context, out *Output) End {
			_ = out.Record(record)
			return End{Complete: true, Expected: -1, Calls: 4}
		}, &protocol.ReadRequest{}, 4, 1},
		"it counts less than left": {func(ctx context.Context, out *Output) End {
			CountCall(ctx)
			CountCall(CountedWith(context.Background(), ctx)) // a token
			_ = out.Record(record)
			return End{Complete: true, Expected: -1, Calls: 1}
		}, &protocol.ReadRequest{}, 2, 1},
		"nobody counts": {func(ctx context.Context, out *Output) End {
			CountCall(CountedWith(context.Background(), context.Background())) // of nobody
			_ = out.Record(record)
			return End{Complete: true, Expected: -1}
		}, &protocol.ReadRequest{}, 0, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, handle := dial(t, full{read: func(ctx context.Context, _ ReadRequest, out *Output) (End, error) { return c.read(ctx, out), nil }})
			c.request.Handle, c.request.Resource = handle, "people"
			_, last := read(t, client, c.request)
			require.Equal(t, []int64{c.calls, c.least}, []int64{last.GetDone().GetCalls(), number(last.GetDone().Least)})
		})
	}
}

func TestWritesAreCountedAgainstTheLeast(t *testing.T) {
	t.Parallel()
	const applied, refused, unknown, notSent = protocol.Outcome_OUTCOME_APPLIED, protocol.Outcome_OUTCOME_REFUSED, protocol.Outcome_OUTCOME_UNKNOWN, protocol.Outcome_OUTCOME_NOT_SENT
	for name, c := range map[string]struct {
		requests     int
		results      []WriteResult
		err          error
		calls, least int64
	}{
		"one each, and one beside":       {3, []WriteResult{{Outcome: applied, Status: 201}, {Outcome: refused, Status: 409}}, nil, 3, 2},
		"both in one":                    {1, []WriteResult{{Outcome: applied, Status: 200}, {Outcome: refused, Status: 200, Shared: true}}, nil, 1, 1},
		"one never answered":             {2, []WriteResult{{Outcome: applied, Status: 201}, {Outcome: unknown}}, nil, 2, 2},
		"one only looked up":             {2, []WriteResult{{Outcome: applied, Status: 201}, {Outcome: applied, Attempts: 1}}, nil, 2, 1},
		"one not sent":                   {1, []WriteResult{{Outcome: applied, Status: 201}, {Outcome: notSent}}, nil, 1, 1},
		"none sent, none made":           {0, []WriteResult{{Outcome: notSent}, {Outcome: notSent}}, nil, 0, 0},
		"the connector names attempts":   {0, []WriteResult{{Outcome: applied, Status: 201, Attempts: 2}, {Outcome: applied, Status: 201, Attempts: 2, Shared: true}}, nil, 2, 1},
		"nobody counts":                  {0, []WriteResult{{Outcome: applied, Status: 201}, {Outcome: applied, Status: 201}}, nil, -1, -1},
		"nobody counts, nor says status": {0, []WriteResult{{Outcome: applied}, {Outcome: applied}}, nil, -1, -1},
		"less is counted than was sent":  {1, []WriteResult{{Outcome: applied, Status: 201}, {Outcome: applied, Status: 201}}, nil, -1, -1},
		"the batch failed half way":      {0, []WriteResult{{Outcome: applied, Status: 201, Attempts: 1}}, errors.New("x"), -1, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, handle := dial(t, full{write: func(ctx context.Context, _ WriteSession, _ []WriteRecord) ([]WriteResult, error) {
				for range c.requests {
					CountCall(ctx)
				}
				return c.results, c.err
			}})
			stream, err := client.Write(t.Context())
			require.NoError(t, err)
			require.NoError(t, stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Open{Open: &protocol.WriteOpen{Handle: handle, Resource: "people"}}}))
			for range 2 { // what one batch took is not told again with the next
				require.NoError(t, stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Batch{
					Batch: &protocol.WriteBatch{Records: []*protocol.WriteRecord{{Position: 1}, {Position: 2}}},
				}}))
				response, err := stream.Recv()
				require.NoError(t, err)
				require.Equal(t, []int64{c.calls, c.least}, []int64{number(response.Calls), number(response.Least)})
			}
		})
	}
}

// known is a connection that knows where people are opened.
type known struct{ full }

func (known) ProfileURLs() map[string]string {
	return map[string]string{"people": "https://hr.example/{id}"}
}

func TestProfileURLs(t *testing.T) {
	t.Parallel()
	s := newServer(fake{func(Settings) (Connection, error) { return known{}, nil }})
	response, err := s.Configure(t.Context(), &protocol.ConfigureRequest{SettingsJson: []byte(`{"url":"x"}`)})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"people": "https://hr.example/{id}"}, response.GetProfileUrls())

	for text, good := range map[string]bool{
		`"https://hr.example/{id}"`: true, `"http://hr.example/?of={id}"`: true, `""`: true,
		`"https://hr.example/"`: false, `"hr.example/{id}"`: false, `"javascript:{id}"`: false, `"https://ada@hr.example/{id}"`: false,
	} {
		settings, complaint := NewSettings([]byte(`{"profile_url":`+text+`}`), []*Setting{ProfileSetting()})
		require.Nil(t, complaint)
		got, complaint := ProfileURL(settings)
		require.Equal(t, good, complaint == nil, text)
		if complaint != nil {
			require.Equal(t, []string{"profile_url"}, complaint.Attribute)
			require.Empty(t, got)
		}
	}
}
