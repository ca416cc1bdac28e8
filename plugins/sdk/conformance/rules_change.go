package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"passerelle/plugins/protocol"
)

// changeRules are about what happens to a record after it was created. They
// change only records that they made themselves.
var changeRules = []Rule{
	{Name: "changes-what-was-created", Says: "What was created is updated, deactivated, reactivated and deleted under the id that it was given, and an update that is APPLIED can be read back.",
		Why: "The engine keeps an APPLIED value for sent and doesn't send it again: an update that did nothing stays wrong for good.", check: changesWhatWasCreated},
	{Name: "refuses-unknown-ids", Says: "An update of a record that is not there is REFUSED.",
		Why: "APPLIED would hide that somebody was removed at the target; UNKNOWN would ask a person about nothing.", check: refusesUnknownIDs},
}

const noneChanged = "nothing may be changed: the trial says nothing of update, deactivate, reactivate or delete"

// change is one operation that the trial allows, and what is sent with it.
type change struct {
	operation protocol.Operation
	fields    map[string]any
}

// changes are those that the trial allows on a resource, in the order in which they
// are tried.
func (r TrialResource) changes() []change {
	all := []change{
		{protocol.Operation_OPERATION_UPDATE, r.Update},
		{protocol.Operation_OPERATION_DEACTIVATE, r.Deactivate},
		{protocol.Operation_OPERATION_REACTIVATE, r.Reactivate},
		{protocol.Operation_OPERATION_DELETE, r.Delete},
	}
	return slices.DeleteFunc(all, func(c change) bool { return c.fields == nil })
}

// onEachChanged makes a record in each resource that the trial allows to change,
// and tries something on it.
func (t *trial) onEachChanged(allowed func(TrialResource) bool, try func(c *connection, name, id string, created *protocol.WriteRecord) error) error {
	names := t.resources(func(r *protocol.Resource, trial TrialResource) bool {
		return r.GetWritable() && trial.Create != nil && allowed(trial)
	})
	if len(names) == 0 {
		return skip(noneChanged)
	}
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(names, noneChanged, func(name string) error {
		created := t.creating(name, 0)
		result, err := c.writeOne(name, created)
		if err != nil {
			return err
		}
		if result.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED || result.GetId() == "" {
			return skip("no record could be created, which other rules tell of")
		}
		return try(c, name, result.GetId(), created)
	})
}

func changesWhatWasCreated(t *trial) error {
	return t.onEachChanged(func(r TrialResource) bool { return len(r.changes()) > 0 }, func(c *connection, name, id string, created *protocol.WriteRecord) error {
		for i, change := range t.options.Trial.Resources[name].changes() {
			record := changing(change, id, int64(i))
			result, err := c.writeOne(name, record)
			if err != nil {
				return fmt.Errorf("%s: %w", operationName(change.operation), err)
			}
			if result.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED {
				return fmt.Errorf("%s is %s: %s", operationName(change.operation), outcome(result), said(result.GetDiagnostic()))
			}
			if change.operation == protocol.Operation_OPERATION_UPDATE {
				if err := c.readsBack(name, created, change.fields); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func refusesUnknownIDs(t *trial) error {
	return t.onEachChanged(func(r TrialResource) bool { return r.Update != nil }, func(c *connection, name, id string, _ *protocol.WriteRecord) error {
		update := change{protocol.Operation_OPERATION_UPDATE, t.options.Trial.Resources[name].Update}
		result, err := c.writeOne(name, changing(update, nobodysID(id), 0))
		if err != nil {
			return err
		}
		if result.GetOutcome() != protocol.Outcome_OUTCOME_REFUSED {
			return fmt.Errorf("an update of a record that is not there is %s", outcome(result))
		}
		return nil
	})
}

func changing(c change, id string, position int64) *protocol.WriteRecord {
	return &protocol.WriteRecord{
		Position: position, Operation: c.operation, Id: id, Data: object(c.fields),
		IdempotencyKey: uuid.NewString(), Changed: slices.Sorted(maps.Keys(c.fields)),
	}
}

// readsBack looks the record up by its key and compares what was updated, where
// the resource can be looked up and gives a field of that name.
func (c *connection) readsBack(name string, created *protocol.WriteRecord, updated map[string]any) error {
	keys := c.t.options.Trial.Resources[name].Key
	r := c.t.resource(name)
	if len(keys) == 0 || !r.GetReadable() || !slices.Contains(r.GetLookUp(), "keys") {
		return nil
	}
	key, _, err := keysOf(created.GetData(), keys)
	if err != nil {
		return err
	}
	request := c.whole(name)
	request.Window, request.Keys = nil, []*protocol.LookUpKey{{Ref: "conformance-updated", FieldsJson: key}}
	end, err := c.read(request)
	if err != nil {
		return err
	}
	if len(end.records) != 1 {
		return errors.New("the record that was updated is not found by its key")
	}
	var now map[string]json.RawMessage
	if err := json.Unmarshal(end.records[0].GetData(), &now); err != nil {
		return fmt.Errorf("the record that was updated is no object: %w", err)
	}
	for field, value := range updated {
		want, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if got, ok := now[field]; ok && !bytes.Equal(bytes.TrimSpace(got), want) {
			return fmt.Errorf("the update is APPLIED, and %s is not what was sent", field)
		}
	}
	return nil
}

// nobodysID is an id of the same form that nobody has: digits stay digits, and a
// UUID one.
func nobodysID(id string) string {
	if _, err := uuid.Parse(id); err == nil {
		return uuid.NewString()
	}
	last := id[len(id)-1]
	if last >= '0' && last <= '9' {
		return id[:len(id)-1] + "99999999"
	}
	return id + "-nobody"
}

func operationName(o protocol.Operation) string {
	return map[protocol.Operation]string{
		protocol.Operation_OPERATION_UPDATE: "an update", protocol.Operation_OPERATION_DEACTIVATE: "a deactivation",
		protocol.Operation_OPERATION_REACTIVATE: "a reactivation", protocol.Operation_OPERATION_DELETE: "a deletion",
	}[o]
}
