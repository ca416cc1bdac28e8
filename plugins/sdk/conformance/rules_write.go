package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"passerelle/plugins/protocol"
)

var writeRules = []Rule{
	{Name: "answers-each-record", Says: "Each batch gets one result a record, in order, with the record's position; a batch of one, of several and of none alike.",
		Why: "A result that goes to the wrong record ties an id to the wrong person.", check: answersEachRecord},
	{Name: "gives-the-id", Says: "What was created has an id in its result.",
		Why: "Without it the next run can't tell who is who.", check: givesTheID},
	{Name: "refuses-a-batch-first", Says: "A write that does not begin with open is refused with a diagnostic.",
		Why: "A plugin that guesses writes to the wrong place.", check: refusesABatchFirst},
	{Name: "refuses-foreign-writes", Says: "Writing to an unknown resource, or to one that can't be written, is refused before anything is sent.",
		Why: "What can not be written must not be found out in the middle of a run.", check: refusesForeignWrites},
	{Name: "takes-a-large-record", Says: "A record of 2 MiB gets a result like any other.",
		Why: "The stream would end, and with it what the others were answered.", check: takesALargeRecord},
}

var lostRules = []Rule{
	{Name: "admits-a-lost-answer", Says: "When a write was sent and no answer came, its outcome is UNKNOWN.",
		Why: "REFUSED would send it again, and pay or lock out somebody twice; APPLIED would forget it.", check: admitsALostAnswer},
	{Name: "settles-as-declared", Says: "A create whose answer was lost is found, or sent again without a second record, as its reconcile declares.",
		Why: "After a crash the engine finishes the work by this and nothing else.", check: settlesAsDeclared},
	{Name: "reports-refusals", Says: "When the API refuses a write (422), the outcome is REFUSED with a reason and a remedy.",
		Why: "The person is held back with that reason; the others go on.", check: reportsRefusals},
	{Name: "admits-what-was-not-sent", Says: "When the API can't be reached, a write is not APPLIED and not REFUSED.",
		Why: "It is tried again later, without a question to anybody.", check: admitsWhatWasNotSent},
}

const noneWritable = "nothing may be written: the trial gives no record to create"

// writable are the resources with operations for which the trial has a record.
func (t *trial) writable() []string {
	return t.resources(func(r *protocol.Resource, trial TrialResource) bool {
		return r.GetWritable() && r.GetWriteForm() != protocol.WriteForm_WRITE_FORM_SNAPSHOT && trial.Create != nil
	})
}

// opening opens a write as the engine would.
func (c *connection) opening(resource string) *protocol.WriteOpen {
	trial := c.t.options.Trial.Resources[resource]
	d := c.t.resource(resource)
	open := &protocol.WriteOpen{
		Handle: c.handle, Resource: resource, Form: d.GetWriteForm(),
		PlanId: uuid.NewString(), SettingsJson: object(trial.Write),
	}
	sent := maps.Clone(trial.Create)
	for _, c := range trial.changes() {
		maps.Copy(sent, c.fields)
	}
	for name := range sent {
		i := slices.IndexFunc(d.GetFields(), func(f *protocol.Field) bool { return f.GetPath() == name })
		if i >= 0 {
			open.Schema = append(open.Schema, d.GetFields()[i])
		} else {
			open.Schema = append(open.Schema, &protocol.Field{Path: name, Type: "string"})
		}
	}
	return open
}

// creating makes a record to create, new each time.
func (t *trial) creating(resource string, position int64) *protocol.WriteRecord {
	text := string(object(t.options.Trial.Resources[resource].Create))
	text = strings.ReplaceAll(text, "{n}", fmt.Sprint(100_000_000+rand.IntN(900_000_000)))
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &fields) == nil {
		t.notePerson(resource, fields)
	}
	return &protocol.WriteRecord{
		Position: position, Operation: protocol.Operation_OPERATION_CREATE,
		Data: []byte(text), IdempotencyKey: uuid.NewString(),
	}
}

// onEachWrite opens a connection and tries something on each resource that may
// be written.
func (t *trial) onEachWrite(open func() (*connection, error), try func(*connection, string) error) error {
	if len(t.writable()) == 0 {
		return skip(noneWritable)
	}
	c, err := open()
	if err != nil {
		return err
	}
	return inEach(t.writable(), noneWritable, func(name string) error { return try(c, name) })
}

func answersEachRecord(t *trial) error {
	return t.onEachWrite(t.open, func(c *connection, name string) error {
		one := []*protocol.WriteRecord{t.creating(name, 7)}
		several := []*protocol.WriteRecord{t.creating(name, 3), t.creating(name, 1<<40), t.creating(name, 11)}
		results, complaint, err := c.write(c.opening(name), one, several, nil)
		if err != nil {
			return err
		}
		if complaint != nil {
			return fmt.Errorf("the write as a whole failed: %s", said(complaint))
		}
		for _, batch := range results {
			for _, r := range batch {
				if r.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED {
					return fmt.Errorf("a record of the trial is %s: %s", outcome(r), said(r.GetDiagnostic()))
				}
			}
		}
		return nil
	})
}

// writeOne writes one record and gives its result.
func (c *connection) writeOne(name string, record *protocol.WriteRecord) (*protocol.WriteResult, error) {
	results, complaint, err := c.write(c.opening(name), []*protocol.WriteRecord{record})
	if err != nil {
		return nil, err
	}
	if complaint != nil {
		return nil, fmt.Errorf("the write as a whole failed: %s", said(complaint))
	}
	return results[0][0], nil
}

func givesTheID(t *trial) error {
	return t.onEachWrite(t.open, func(c *connection, name string) error {
		result, err := c.writeOne(name, t.creating(name, 0))
		if err != nil {
			return err
		}
		if result.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED {
			return fmt.Errorf("the record of the trial is %s: %s", outcome(result), said(result.GetDiagnostic()))
		}
		if result.GetId() == "" {
			return errors.New("a record was created, and its result has no id")
		}
		return nil
	})
}

func refusesABatchFirst(t *trial) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	ctx, cancel := t.patience(callTime)
	defer cancel()
	stream, err := c.client.Write(ctx)
	if err != nil {
		return transport("Write", err)
	}
	if err := stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Batch{Batch: &protocol.WriteBatch{}}}); err != nil {
		return transport("Write", err)
	}
	answer, err := c.answerOf(stream)
	if err != nil {
		return err
	}
	if firstError(answer.GetDiagnostics()) == nil {
		return errors.New("it took a batch without an open before it")
	}
	return nil
}

func refusesForeignWrites(t *trial) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	names := []string{"conformance-unknown"}
	for _, r := range t.described.GetResources() {
		if !r.GetWritable() {
			names = append(names, r.GetName())
		}
	}
	before := int64(0)
	if t.between != nil {
		before = t.between.calls.Load()
	}
	for _, name := range names {
		_, complaint, err := c.write(&protocol.WriteOpen{Handle: c.handle, Resource: name, Form: protocol.WriteForm_WRITE_FORM_OPERATIONS, PlanId: uuid.NewString()})
		if err != nil {
			return err
		}
		if complaint == nil {
			return fmt.Errorf("it opened a write to %s, which can't be written", name)
		}
	}
	if t.between != nil && t.between.calls.Load() != before {
		return errors.New("it made a request for a write that it refused")
	}
	return nil
}

func takesALargeRecord(t *trial) error {
	return t.onEachWrite(t.open, func(c *connection, name string) error {
		record := t.creating(name, 5)
		var fields map[string]any
		if err := json.Unmarshal(record.GetData(), &fields); err != nil {
			return err
		}
		for field, value := range fields {
			if _, ok := value.(string); ok && !slices.Contains(t.options.Trial.Resources[name].Key, field) {
				fields[field] = strings.Repeat("x", 2<<20)
				record.Data = object(fields)
				_, err := c.writeOne(name, record) // refused is as good as applied
				return err
			}
		}
		return skip("the record of the trial has no text to make long, its key aside")
	})
}

func admitsALostAnswer(t *trial) error {
	return t.onEachWrite(t.openBehind, func(c *connection, name string) error {
		_, err := t.lose(c, name, t.creating(name, 2))
		return err
	})
}

// lose writes one record whose answer gets lost after the API has acted.
func (t *trial) lose(c *connection, name string, record *protocol.WriteRecord) (*protocol.WriteResult, error) {
	var acted atomic.Int64
	t.between.use(losing(&acted))
	defer t.between.use(nil)
	result, err := c.writeOne(name, record)
	if err != nil {
		return nil, err
	}
	if acted.Load() == 0 {
		return nil, skip("a create made no request that the API took")
	}
	if result.GetOutcome() != protocol.Outcome_OUTCOME_UNKNOWN {
		return nil, fmt.Errorf("the API acted and its answer was lost: the outcome is %s in place of UNKNOWN", outcome(result))
	}
	return result, nil
}

func settlesAsDeclared(t *trial) error {
	return t.onEachWrite(t.openBehind, func(c *connection, name string) error {
		r := t.resource(name)
		i := slices.IndexFunc(r.GetEndpoints(), func(e *protocol.Endpoint) bool { return e.GetOperation() == protocol.Operation_OPERATION_CREATE })
		if i < 0 {
			return skip("it declares no create of its own")
		}
		keys := t.options.Trial.Resources[name].Key
		how := r.GetEndpoints()[i].GetReconcile()
		if how == protocol.Reconcile_RECONCILE_NONE || how == protocol.Reconcile_RECONCILE_UNSPECIFIED {
			return skip("it declares that a person must look")
		}
		if len(keys) == 0 || !slices.Contains(r.GetLookUp(), "keys") {
			return skip("the trial gives no key, or the resource looks nothing up by key")
		}
		record := t.creating(name, 2)
		if _, err := t.lose(c, name, record); err != nil {
			return err
		}
		if how != protocol.Reconcile_RECONCILE_LOOK_UP {
			again, err := c.writeOne(name, record)
			if err != nil {
				return err
			}
			if again.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED {
				return fmt.Errorf("sent again, with the same idempotency key, the record is %s: %s", outcome(again), said(again.GetDiagnostic()))
			}
		}
		key, _, err := keysOf(record.GetData(), keys)
		if err != nil {
			return err
		}
		request := c.whole(name)
		request.Window, request.Keys = nil, []*protocol.LookUpKey{{Ref: "conformance-lost", FieldsJson: key}}
		if err := c.answersFor(request, "conformance-lost"); err != nil {
			return fmt.Errorf("looking up what was written: %w", err)
		}
		return nil
	})
}

func reportsRefusals(t *trial) error {
	return t.onEachWrite(t.openBehind, func(c *connection, name string) error {
		t.between.use(onWrites(refusing(http.StatusUnprocessableEntity)))
		defer t.between.use(nil)
		result, err := c.writeOne(name, t.creating(name, 2))
		if err != nil {
			return err
		}
		if result.GetOutcome() != protocol.Outcome_OUTCOME_REFUSED {
			return fmt.Errorf("the API answered 422, and the outcome is %s", outcome(result))
		}
		return nil
	})
}

func admitsWhatWasNotSent(t *trial) error {
	return t.onEachWrite(t.openBehind, func(c *connection, name string) error {
		t.between.close()
		result, err := c.writeOne(name, t.creating(name, 2))
		if err != nil {
			return err
		}
		switch result.GetOutcome() {
		case protocol.Outcome_OUTCOME_NOT_SENT, protocol.Outcome_OUTCOME_UNKNOWN:
			return nil
		}
		return fmt.Errorf("the API could not be reached, and the outcome is %s", outcome(result))
	})
}
