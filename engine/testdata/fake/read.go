package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func (c *connection) Read(_ context.Context, r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	switch {
	case r.Resource == "staff" && len(r.IDs) > 0:
		return c.byID(r.IDs, out)
	case r.Resource == "staff":
		return c.list(out)
	case len(r.Keys) == 0:
		return c.everything(out)
	}
	return c.find(r.Keys, out)
}

// byID knows, besides those whom the list shows, those of hidden.ndjson.
func (c *connection) byID(ids []string, out *sdk.Output) (sdk.End, error) {
	end := sdk.End{Complete: c.script().Find != "cut", Expected: -1, Calls: 1}
	for _, name := range []string{"people.ndjson", "hidden.ndjson"} {
		text, err := os.ReadFile(c.file(name))
		if err != nil && !os.IsNotExist(err) {
			return end, err
		}
		for line := range bytes.Lines(text) {
			var one struct{ ID string }
			if err := json.Unmarshal(line, &one); err != nil {
				return end, err
			}
			if slices.Contains(ids, one.ID) {
				if err := out.Answer(one.ID, bytes.TrimSpace(line)); err != nil {
					return end, err
				}
			}
		}
	}
	return end, nil
}

// everything is all that the target holds.
func (c *connection) everything(out *sdk.Output) (sdk.End, error) {
	s := c.store()
	for _, id := range s.ids() {
		s.Records[id]["id"] = id
		text, err := json.Marshal(s.Records[id])
		if err == nil {
			err = out.Record(text)
		}
		if err != nil {
			return sdk.End{}, err
		}
	}
	return sdk.End{Complete: true, Expected: -1, Calls: 1}, nil
}

func (c *connection) list(out *sdk.Output) (sdk.End, error) {
	text, err := os.ReadFile(c.file("people.ndjson"))
	if err != nil {
		return sdk.End{}, err
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	end := sdk.End{Complete: true, Expected: int64(len(lines)), Calls: 1}
	switch what := c.script().Read; what {
	case "forbidden":
		return end, trouble(what, protocol.Retry_RETRY_CREDENTIALS)
	case "down":
		return end, trouble(what, protocol.Retry_RETRY_LATER)
	case "empty":
		lines, end.Expected = nil, 0
	case "cut":
		lines, end.Complete, end.Reason = lines[:len(lines)/2], false, "a page was missing"
	}
	for _, line := range lines {
		if err := out.Record(line); err != nil {
			return end, err
		}
	}
	return end, nil
}

func (c *connection) find(keys []sdk.Key, out *sdk.Output) (sdk.End, error) {
	end := sdk.End{Complete: true, Expected: -1, Calls: 1}
	what := c.script().Find
	switch what {
	case "down":
		return end, trouble(what, protocol.Retry_RETRY_LATER)
	case "cut":
		return sdk.End{Expected: -1}, nil
	}
	s := c.store()
	for _, key := range keys {
		for _, id := range s.ids() {
			record := s.Records[id]
			if record["matricule"] != key.Fields["matricule"] && what != "careless" {
				continue
			}
			record["id"] = id
			text, err := json.Marshal(record)
			if err == nil {
				err = out.Answer(key.Ref, text)
			}
			if err != nil {
				return end, err
			}
		}
	}
	return end, nil
}
