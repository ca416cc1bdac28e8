package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"passerelle/plugins/protocol"
)

var readRules = []Rule{
	{Name: "reads-whole", Says: "A read ends with one done, which counts the records that came and says that it is complete.",
		Why: "From a read that is not whole the engine plans nothing.", check: readsWhole},
	{Name: "sends-objects", Says: "Each record is one JSON object, in UTF-8.",
		Why: "What can't be read holds the person back.", check: sendsObjects},
	{Name: "identifies-records", Says: "Each record holds what identifies it, and no two are the same.",
		Why: "Two records with one id are both held; a record without one can't be followed.", check: identifiesRecords},
	{Name: "bounds-its-batches", Says: "A batch has at most 1024 records and 1 MiB; a larger record travels alone.",
		Why: "Memory stays flat however large the source is.", check: boundsItsBatches},
	{Name: "looks-up", Says: "Looking up by id, or by key, gives the records asked for, each with its id or ref in key, and leaves out what is not there.",
		Why: "The engine confirms by it who is there, and settles by it what was never answered.", check: looksUp},
	{Name: "refuses-unknown-resources", Says: "An unknown resource is refused with a diagnostic and a done that is not complete.",
		Why: "A gRPC status says nothing that a person could act on.", check: refusesUnknownResources},
	{Name: "refuses-unknown-options", Says: "A setting of a source block that it does not have is refused.",
		Why: "A misspelt option would be ignored in silence, and more or fewer people read.", check: refusesUnknownOptions},
	{Name: "stops-when-cancelled", Says: "When a read is cancelled, its requests for records end at once.",
		Why: "Somebody who pressed Ctrl-C waits; the other system goes on working for nobody.", check: stopsWhenCancelled},
	{Name: "survives-a-kill", Says: "Killed in the middle of a read, it reads the same afterwards.",
		Why: "What a killed process leaves behind must not stand in the way of the next run.", check: survivesAKill},
}

func readsWhole(t *trial) error {
	return t.onEachRead(func(string, *connection, *readEnd) error { return nil })
}

// onEachRead reads each resource and looks at the result.
func (t *trial) onEachRead(look func(string, *connection, *readEnd) error) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(t.readable(), noneReadable, func(name string) error {
		end, err := c.readWhole(name)
		if err != nil {
			return err
		}
		return look(name, c, end)
	})
}

func sendsObjects(t *trial) error {
	return t.onEachRead(func(name string, _ *connection, end *readEnd) error {
		for i, r := range end.records {
			var fields map[string]json.RawMessage
			if json.Unmarshal(r.GetData(), &fields) != nil || fields == nil {
				return fmt.Errorf("record %d is no JSON object", i+1)
			}
			t.notePerson(name, fields)
		}
		return nil
	})
}

// notePerson remembers what may be quoted nowhere: the texts of fields that
// concern the person.
func (t *trial) notePerson(resource string, fields map[string]json.RawMessage) {
	for _, f := range t.resource(resource).GetFields() {
		var text string
		if f.GetClass() != "" && len(f.GetOneOf()) == 0 && json.Unmarshal(fields[f.GetPath()], &text) == nil {
			t.overheard.person(text)
		}
	}
}

func identifiesRecords(t *trial) error {
	return t.onEachRead(func(name string, _ *connection, end *readEnd) error {
		identity := t.resource(name).GetIdentity()
		if len(identity) == 0 {
			return skip("its records have no identity of their own")
		}
		seen := map[string]bool{}
		for i, r := range end.records {
			id := identify(r.GetData(), identity)
			if id == "" {
				return fmt.Errorf("record %d lacks what identifies it (%s)", i+1, strings.Join(identity, ", "))
			}
			if seen[id] {
				return fmt.Errorf("two records have one identity (%s)", strings.Join(identity, ", "))
			}
			seen[id] = true
		}
		return nil
	})
}

// identify gives the values at the paths, empty where one of them is missing.
func identify(data []byte, paths []string) string {
	var id strings.Builder
	for _, path := range paths {
		raw := json.RawMessage(data)
		for name := range strings.SplitSeq(path, ".") {
			var fields map[string]json.RawMessage
			if json.Unmarshal(raw, &fields) != nil {
				return ""
			}
			raw = fields[name]
		}
		if text := string(raw); text == "" || text == "null" || text == `""` {
			return ""
		}
		id.Write(raw)
		id.WriteByte(0)
	}
	return id.String()
}

func boundsItsBatches(t *trial) error {
	return t.onEachRead(func(_ string, _ *connection, end *readEnd) error {
		for i, batch := range end.batches {
			bytes := 0
			for _, r := range batch.GetRecords() {
				bytes += len(r.GetData())
			}
			switch count := len(batch.GetRecords()); {
			case count > protocol.BatchRecords:
				return fmt.Errorf("batch %d has %d records", i+1, count)
			case bytes > protocol.BatchBytes && count > 1:
				return fmt.Errorf("batch %d has %d bytes in %d records", i+1, bytes, count)
			}
		}
		return nil
	})
}

func looksUp(t *trial) error {
	return t.onEachRead(func(name string, c *connection, end *readEnd) error {
		r := t.resource(name)
		trial := t.options.Trial.Resources[name]
		byID := slices.Contains(r.GetLookUp(), "ids") && len(r.GetIdentity()) == 1
		byKey := slices.Contains(r.GetLookUp(), "keys") && len(trial.Key) > 0
		if !byID && !byKey || len(end.records) == 0 {
			return skip("it looks nothing up by id, no key was given, or there is no record to look up")
		}
		sample := end.records[len(end.records)/2].GetData()
		if byID {
			id := strings.Trim(strings.TrimSuffix(identify(sample, r.GetIdentity()), "\x00"), `"`)
			request := c.whole(name)
			request.Window, request.Ids = nil, []string{id}
			if err := c.answersFor(request, id); err != nil {
				return fmt.Errorf("by id: %w", err)
			}
			request.Ids = []string{absent(id)}
			if err := c.answersFor(request); err != nil {
				return fmt.Errorf("by an id that nobody has: %w", err)
			}
		}
		if byKey {
			key, nobody, err := keysOf(sample, trial.Key)
			if err != nil {
				return err
			}
			request := c.whole(name)
			request.Window = nil
			request.Keys = []*protocol.LookUpKey{{Ref: "conformance-1", FieldsJson: key}, {Ref: "conformance-2", FieldsJson: nobody}}
			if err := c.answersFor(request, "conformance-1"); err != nil {
				return fmt.Errorf("by key: %w", err)
			}
		}
		return nil
	})
}

// absent is an id of the same form that nobody has.
func absent(id string) string {
	if strings.Trim(id, "0123456789") == "" {
		return "987654321"
	}
	if len(id) == 36 && strings.Count(id, "-") == 4 {
		return "00000000-0000-4000-8000-000000000000"
	}
	return "conformance-nobody"
}

func keysOf(data []byte, names []string) (key, nobody []byte, err error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, nil, err
	}
	some, none := map[string]any{}, map[string]any{}
	for _, name := range names {
		if len(fields[name]) == 0 {
			return nil, nil, skip("a record has no %s, which the trial gives as its key", name)
		}
		some[name], none[name] = fields[name], "conformance-nobody"
	}
	if key, err = json.Marshal(some); err == nil {
		nobody, err = json.Marshal(none)
	}
	return key, nobody, err
}

// answersFor holds a look-up to what it must give.
func (c *connection) answersFor(request *protocol.ReadRequest, refs ...string) error {
	end, err := c.read(request)
	if err != nil {
		return err
	}
	if complaint := firstError(end.found); complaint != nil {
		return fmt.Errorf("the look-up failed: %s", said(complaint))
	}
	if !end.done.GetComplete() {
		return errors.New("the look-up is not complete")
	}
	if len(end.records) != len(refs) {
		return fmt.Errorf("it gave %d records in place of %d", len(end.records), len(refs))
	}
	for i, r := range end.records {
		if r.GetKey() != refs[i] {
			return errors.New("the record does not say in key what it answers")
		}
	}
	return nil
}

func refusesUnknownResources(t *trial) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	return c.mustRefuse(&protocol.ReadRequest{Handle: c.handle, Resource: "conformance-unknown"}, "an unknown resource")
}

func (c *connection) mustRefuse(request *protocol.ReadRequest, what string) error {
	end, err := c.read(request)
	if err != nil {
		return err
	}
	complaint := firstError(end.found)
	if complaint == nil {
		return fmt.Errorf("it took %s", what)
	}
	return wellFormed(complaint)
}

func refusesUnknownOptions(t *trial) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(t.readable(), noneReadable, func(name string) error {
		request := c.whole(name)
		request.SettingsJson = []byte(`{"conformance_unknown":true}`)
		return c.mustRefuse(request, "a setting of the source block that it does not have")
	})
}

func stopsWhenCancelled(t *trial) error {
	c, err := t.openBehind()
	if err != nil {
		return err
	}
	return inEach(t.readable(), noneReadable, func(name string) error {
		limit, cancelLimit := t.patience(callTime)
		defer cancelLimit()
		ctx, cancel := context.WithCancel(limit)
		defer cancel()
		gone := make(chan struct{})
		var once, onceGone sync.Once
		arrived := func() { once.Do(cancel) }
		t.between.use(onReads(t.between.waiting(arrived, func() { onceGone.Do(func() { close(gone) }) })))
		defer t.between.use(nil)
		end, err := c.readIn(ctx, c.whole(name))
		if ctx.Err() == nil {
			if err == nil && end.done.GetComplete() {
				return skip("a read makes no GET request")
			}
			return errors.New("the read ended while the API had not answered")
		}
		select {
		case <-gone:
		case <-limit.Done():
			return errors.New("the read was cancelled, and its request to the API went on")
		}
		t.between.use(nil)
		return t.describe(c.process)
	})
}

func survivesAKill(t *trial) error {
	return inEach(t.readable(), noneReadable, func(name string) error {
		before, err := t.open()
		if err != nil {
			return err
		}
		want, err := before.readWhole(name)
		if err != nil {
			return err
		}
		ctx, cancel := t.patience(callTime)
		defer cancel()
		stream, err := before.client.Read(ctx, before.whole(name))
		if err == nil {
			_, _ = stream.Recv() // under way, or over already: the kill is what matters
		}
		before.kill()
		<-before.ended
		after, err := t.open()
		if err != nil {
			return err
		}
		got, err := after.readWhole(name)
		if err == nil && len(got.records) != len(want.records) {
			err = fmt.Errorf("before the kill it read %d records, afterwards %d", len(want.records), len(got.records))
		}
		return err
	})
}

var troubleRules = []Rule{
	{Name: "admits-wrong-credentials", Says: "When the API answers 401, the read fails with RETRY_CREDENTIALS.",
		Why: "The run then ends with exit code 5, and somebody looks at the key.", check: admitsStatus(http.StatusUnauthorized, protocol.Retry_RETRY_CREDENTIALS)},
	{Name: "admits-missing-rights", Says: "When the API answers 403, the read fails, or is not complete.",
		Why: "A part that one may not see would look as if it did not exist.", check: admitsStatus(http.StatusForbidden, protocol.Retry_RETRY_UNSPECIFIED)},
	{Name: "admits-unavailability", Says: "When the API answers 503 again and again, the read fails with RETRY_LATER.",
		Why: "The run then ends with exit code 6, and is tried again.", check: admitsStatus(http.StatusServiceUnavailable, protocol.Retry_RETRY_LATER)},
	{Name: "admits-a-cut-answer", Says: "When answers break off in the middle, the read is not complete.",
		Why: "Half a list would look like a whole one, and the others as if they had left.", check: admitsCuts},
	{Name: "admits-a-foreign-answer", Says: "When something else answers in the API's place, such as a login page, the read fails.",
		Why: "An empty list would look as if everybody had left.", check: admitsAWebPage},
}

func admitsStatus(code int, retry protocol.Retry) func(*trial) error {
	return func(t *trial) error {
		return t.admits(refusing(code), func(complaint *protocol.Diagnostic) error {
			if retry != protocol.Retry_RETRY_UNSPECIFIED && complaint.GetRetry() != retry {
				return fmt.Errorf("the diagnostic %s says %s in place of %s", complaint.GetCode(), complaint.GetRetry(), retry)
			}
			return nil
		})
	}
}

func admitsCuts(t *trial) error     { return t.admits(cutting, nil) }
func admitsAWebPage(t *trial) error { return t.admits(aWebPage, nil) }

// admits reads while the API fails: the read must not be complete, and must say
// why.
func (t *trial) admits(f fault, look func(*protocol.Diagnostic) error) error {
	c, err := t.openBehind()
	if err != nil {
		return err
	}
	t.between.use(f)
	return inEach(t.readable(), noneReadable, func(name string) error {
		before := t.between.calls.Load()
		end, err := c.read(c.whole(name))
		if err != nil {
			return err
		}
		if t.between.calls.Load() == before {
			return skip("a read makes no request")
		}
		if end.done.GetComplete() {
			return errors.New("the read says that it is complete")
		}
		complaint := firstError(end.found)
		if complaint == nil {
			if end.done.GetIncompleteReason() == "" {
				return errors.New("the read gives neither a diagnostic nor a reason why it is not complete")
			}
			return nil
		}
		if err := wellFormed(complaint); err != nil || look == nil {
			return err
		}
		return look(complaint)
	})
}
