package apply

import (
	"errors"
	"io"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// What a real connector answers, dies of or never says is tested in package
// engine, with one whose behaviour the test decides. Here is what no connector
// built with the SDK would do, and what needs none.

// scripted is a stream that answers as written.
type scripted struct {
	sendErr   error
	responses [][]int64 // positions of one response each
	end       error     // after them
	found     diag.Diagnostics
	sent      *protocol.WriteBatch
}

func (s *scripted) Send(batch *protocol.WriteBatch) error { s.sent = batch; return s.sendErr }

func (s *scripted) Recv() (*protocol.WriteResponse, error) {
	if len(s.responses) == 0 {
		return nil, s.end
	}
	out := &protocol.WriteResponse{}
	for _, position := range s.responses[0] {
		out.Results = append(out.Results, &protocol.WriteResult{Position: position, Outcome: protocol.Outcome_OUTCOME_APPLIED})
	}
	s.responses = s.responses[1:]
	return out, nil
}

func (s *scripted) Diagnostics() diag.Diagnostics { return s.found }

func TestConverse(t *testing.T) {
	t.Parallel()
	broken := diag.Diagnostic{Code: "broken", Class: diag.Fault}
	for name, c := range map[string]struct {
		stream  scripted
		answers int
		code    string
	}{
		"at once":                {scripted{responses: [][]int64{{4, 5, 6}}, end: errors.New("not asked")}, 3, ""},
		"one by one, any order":  {scripted{responses: [][]int64{{6}, {}, {4}, {5}}, end: errors.New("not asked")}, 3, ""},
		"ends early":             {scripted{responses: [][]int64{{4, 5}}, end: io.EOF}, 2, "write-cut"},
		"ends early, with words": {scripted{responses: [][]int64{{4}}, end: io.EOF, found: diag.Diagnostics{broken}}, 1, "broken"},
		"breaks":                 {scripted{responses: [][]int64{{4}}, end: broken}, 1, "broken"},
		"somebody else":          {scripted{responses: [][]int64{{4, 7, 5}}}, 1, "write-cut"},
		"twice for one":          {scripted{responses: [][]int64{{4}, {4}}}, 1, "write-cut"},
		"can't be sent":          {scripted{sendErr: broken}, 0, "broken"},
		"ended before the batch": {scripted{sendErr: io.EOF, end: broken}, 0, "broken"},
	} {
		batch := &protocol.WriteBatch{Records: []*protocol.WriteRecord{{Position: 4}, {Position: 5}, {Position: 6}}}
		answers, err := converse(&c.stream, batch)
		require.Len(t, answers, c.answers, name)
		if c.code == "" {
			require.NoError(t, err, name)
			continue
		}
		require.Equal(t, c.code, diag.From(err, "x")[0].Code, name)
	}
}

// What has nothing to send isn't sent, and what changes somebody names the fields
// that differ.
func TestOutgoing(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Summary: plan.Summary{ID: uuid.NewString(), Fields: []plan.FieldCount{{Name: "a"}, {Name: "b.c"}}}}
	sent := outgoing(p, []plan.Entry{
		{Operation: plan.Create, Position: 1, Changed: []int{0, 1}, Body: []byte("{}")},
		{Operation: plan.Link, Position: 3, TargetID: "nothing"},
		{Operation: plan.Link, Position: 4, TargetID: "t", Changed: []int{1}, Body: []byte("{}")},
		{Operation: plan.Update, Position: 5, TargetID: "u", Changed: []int{0}, Body: []byte("[]")},
		{Operation: plan.Deactivate, Position: 6, TargetID: "v", Body: []byte("{}")},
	}).Records
	require.Len(t, sent, 4)
	for i, want := range []*protocol.WriteRecord{
		{Position: 1, Operation: protocol.Operation_OPERATION_CREATE, Data: []byte("{}")},
		{Position: 4, Operation: protocol.Operation_OPERATION_UPDATE, Id: "t", Changed: []string{"b.c"}, Data: []byte("{}")},
		{Position: 5, Operation: protocol.Operation_OPERATION_UPDATE, Id: "u", Changed: []string{"a"}, Data: []byte("[]")},
		{Position: 6, Operation: protocol.Operation_OPERATION_DEACTIVATE, Id: "v", Data: []byte("{}")},
	} {
		want.IdempotencyKey = idempotencyKey(p.Summary.ID, want.GetPosition())
		require.True(t, proto.Equal(want, sent[i]), "%v", sent[i])
	}
}

// The same on resend, another in every plan and for every operation.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	const id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	require.Equal(t, uuid.NewSHA1(uuid.MustParse(id), []byte{7: 7}).String(), idempotencyKey(id, 7))
	seen := map[string]bool{}
	for _, plan := range []string{id, "6ba7b811-9dad-11d1-80b4-00c04fd430c8", "no uuid"} {
		for _, position := range []int64{0, 1, 256, 1 << 40} {
			key := idempotencyKey(plan, position)
			parsed, err := uuid.Parse(key)
			require.NoError(t, err)
			require.EqualValues(t, 5, parsed.Version())
			require.Equal(t, uuid.RFC4122, parsed.Variant())
			require.False(t, seen[key])
			seen[key] = true
		}
	}
}

// Of an update nobody answered, no fingerprint stays that could pass for that of
// a value; of an adoption, what agreed stays.
func TestSendAgainNextTime(t *testing.T) {
	t.Parallel()
	prints := []ledger.Print{{Field: 3, Sum: 9}, {Field: 1}, {Field: 2, Sum: 1<<64 - 1}}
	update := sendAgainNextTime(&plan.Entry{Operation: plan.Update, Prints: prints})
	require.Equal(t, ledger.NoLink, update.State)
	require.Equal(t, ledger.Failed, update.Outcome)
	for i, p := range update.Prints {
		require.EqualValues(t, i+1, p.Field)
		require.NotZero(t, p.Sum)
	}
	link := sendAgainNextTime(&plan.Entry{Operation: plan.Link, Prints: prints, Agreed: []ledger.Print{{Field: 4, Sum: 5}}})
	require.Equal(t, ledger.Active, link.State)
	require.Equal(t, ledger.Print{Field: 4, Sum: 5}, link.Prints[3])
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	look, none := protocol.Reconcile_RECONCILE_LOOK_UP, protocol.Reconcile_RECONCILE_NONE
	key := protocol.Reconcile_RECONCILE_IDEMPOTENCY_KEY
	for name, c := range map[string]struct {
		abilities compile.Abilities
		operation plan.Operation
		want      protocol.Reconcile
	}{
		"create, looked up":            {compile.Abilities{CreateReconciled: look, FindByKey: true}, plan.Create, look},
		"create, nothing to look with": {compile.Abilities{CreateReconciled: look}, plan.Create, none},
		"create, by key":               {compile.Abilities{CreateReconciled: key}, plan.Create, key},
		"update, without find":         {compile.Abilities{UpdateReconciled: look}, plan.Update, look},
		"link, as an update":           {compile.Abilities{UpdateReconciled: none, CreateReconciled: look, FindByKey: true}, plan.Link, none},
	} {
		r := &resolver{mapping: &compile.Mapping{Target: compile.Target{Abilities: c.abilities}}}
		require.Equal(t, c.want, r.reconcile(&plan.Entry{Operation: c.operation}), name)
	}
}

// An old plan's fields are found by name in the present mapping.
func TestFieldsAreKnownByName(t *testing.T) {
	t.Parallel()
	r := &resolver{
		plan:    &plan.Plan{Summary: plan.Summary{Fields: []plan.FieldCount{{Name: "a"}, {Name: "gone"}, {Name: "b"}}}},
		mapping: &compile.Mapping{Target: compile.Target{Fields: []compile.TargetField{{Name: "b"}, {Name: "new"}, {Name: "a"}}}},
	}
	require.Equal(t, []int{2, -1, 0, -1}, []int{r.field(0), r.field(1), r.field(2), r.field(3)})
}
