package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// script says how to misbehave. Write is by matricule, or by target id where an
// update doesn't send one; an action is done once, with a ! at its end always.
type script struct {
	Read, Find, Commit string
	Write              map[string]string
}

func (c *connection) script() script {
	var s script
	load(c.file("script.json"), &s)
	return s
}

// action takes what the script wants of a record.
func (c *connection) action(matricule, id string) string {
	s := c.script()
	for _, who := range []string{matricule, id} {
		what := s.Write[who]
		if what == "" {
			continue
		}
		if always, ok := strings.CutSuffix(what, "!"); ok {
			return always
		}
		delete(s.Write, who)
		save(c.file("script.json"), s)
		return what
	}
	return ""
}

// store is what the target holds.
type store struct {
	Records map[string]map[string]any
	Keys    map[string]string // idempotency keys seen: the record each made
}

func (c *connection) store() store {
	s := store{Records: map[string]map[string]any{}, Keys: map[string]string{}}
	load(c.file("target.json"), &s)
	return s
}

func (s store) ids() []string { return slices.Sorted(maps.Keys(s.Records)) }

func (c *connection) Write(ctx context.Context, session sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	results := make([]sdk.WriteResult, len(records))
	for i := range records {
		results[i] = c.write(ctx, session.Resource, &records[i])
	}
	return results, nil
}

func (c *connection) write(ctx context.Context, resource string, r *sdk.WriteRecord) sdk.WriteResult {
	c.note(r)
	var data map[string]any
	if err := json.Unmarshal(r.Data, &data); err != nil {
		panic(err)
	}
	matricule, _ := data["matricule"].(string)
	refused, unknown := protocol.Outcome_OUTCOME_REFUSED, protocol.Outcome_OUTCOME_UNKNOWN
	switch what := c.action(matricule, r.ID); what {
	case "refuse":
		return sdk.WriteResult{Outcome: refused, Err: trouble(what, protocol.Retry_RETRY_AFTER_FIX), Status: 422, Attempts: 1}
	case "credentials":
		return sdk.WriteResult{Outcome: refused, Err: trouble(what, protocol.Retry_RETRY_CREDENTIALS), Status: 401}
	case "busy":
		return sdk.WriteResult{Outcome: refused, Err: trouble(what, protocol.Retry_RETRY_LATER), Status: 503}
	case "down":
		return sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_NOT_SENT, Err: trouble(what, protocol.Retry_RETRY_LATER)}
	case "lost":
		return sdk.WriteResult{Outcome: unknown, Err: trouble(what, protocol.Retry_RETRY_LATER)}
	case "answer-lost":
		c.apply(resource, r, data)
		return sdk.WriteResult{Outcome: unknown, Err: trouble(what, protocol.Retry_RETRY_LATER)}
	case "half":
		data["nom"] = "cut"
		c.apply(resource, r, data)
		return sdk.WriteResult{Outcome: unknown, Err: trouble(what, protocol.Retry_RETRY_LATER)}
	case "left-out":
		left := &sdk.Error{Code: "name-not-found", Summary: "no phone like " + data["phone"].(string), Attribute: []string{"phone"}}
		return sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: c.apply(resource, r, data), Status: 200, Attempts: 1, LeftOut: []*sdk.Error{left}}
	case "silent": // nothing says how many requests it took
		return sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: c.apply(resource, r, data)}
	case "no-id":
		c.apply(resource, r, data)
		return sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED}
	case "kill-before":
		die()
	case "kill-after":
		c.apply(resource, r, data)
		die()
	case "wait":
		save(c.file("waiting"), 1)
		for !exists(c.file("go")) && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
	return sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: c.apply(resource, r, data), Status: 200, Attempts: 1}
}

// apply changes what the target holds and gives the record's id.
func (c *connection) apply(resource string, r *sdk.WriteRecord, data map[string]any) string {
	s := c.store()
	id := r.ID
	if resource == "key" && s.Keys[r.IdempotencyKey] != "" {
		return s.Keys[r.IdempotencyKey]
	}
	if resource == "upsert" && r.Operation == protocol.Operation_OPERATION_CREATE {
		for _, one := range s.ids() {
			if s.Records[one]["matricule"] == data["matricule"] {
				id = one
			}
		}
	}
	if id == "" {
		id = fmt.Sprintf("t-%d", len(s.Records)+1)
	}
	if s.Records[id] == nil || resource == "whole" {
		s.Records[id] = map[string]any{}
	}
	for name, value := range data {
		if value == nil {
			delete(s.Records[id], name)
			continue
		}
		s.Records[id][name] = value
	}
	s.Keys[r.IdempotencyKey] = id
	save(c.file("target.json"), s)
	return id
}

func (c *connection) note(r *sdk.WriteRecord) {
	file, err := os.OpenFile(c.file("writes.ndjson"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = json.NewEncoder(file).Encode(map[string]any{
			"operation": r.Operation.String(), "id": r.ID, "key": r.IdempotencyKey, "changed": r.Changed, "data": json.RawMessage(r.Data),
		})
	}
	if err != nil {
		panic(err)
	}
	_ = file.Close()
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func trouble(what string, retry protocol.Retry) *sdk.Error {
	return &sdk.Error{Code: "fake-" + what, Summary: "The fake target says " + what, Detail: "Because the test wants it", Remedy: "None.", Retry: retry}
}

func load(path string, into any) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return
	}
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		panic(err)
	}
}

// save is whole or not at all: the process may be killed at any instant.
func save(path string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(path+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		panic(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
