package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func (c *connection) Read(_ context.Context, r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	if r.Resource == "staff" {
		return c.list(out)
	}
	return c.find(r.Keys, out)
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
