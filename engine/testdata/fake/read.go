package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func (c *connection) Read(_ context.Context, r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	switch {
	case r.Resource == "staff" && len(r.IDs) > 0:
		return c.byID(r.IDs, out)
	case r.Resource == "staff":
		return c.list(r, out)
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

func (c *connection) list(r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	text, err := os.ReadFile(c.file("people.ndjson"))
	if err != nil {
		return sdk.End{}, err
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	end := sdk.End{Complete: true, Expected: int64(len(lines)), Calls: 1}
	c.noteRead(r)
	if r.Cursor != "" {
		seen, err := os.ReadFile(c.file("seen-" + r.Cursor + ".ndjson"))
		if err != nil || c.script().Read == "bad-cursor" {
			return end, &sdk.Error{Code: "bad-cursor", Summary: "The fake source can't go on from there", Remedy: "Read everything.", Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
		lines, end.Expected = changed(lines, seen, r.Also), -1
	}
	if end.Cursor, err = c.see(text); err != nil {
		return end, err
	}
	switch what := c.script().Read; what {
	case "forbidden":
		return end, trouble(what, protocol.Retry_RETRY_CREDENTIALS)
	case "down":
		return end, trouble(what, protocol.Retry_RETRY_LATER)
	case "no-cursor":
		end.Cursor = ""
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

// changed are the lines that were not seen, and those of the ids.
func changed(lines [][]byte, seen []byte, also []string) [][]byte {
	before := bytes.Split(bytes.TrimSpace(seen), []byte("\n"))
	return slices.DeleteFunc(lines, func(line []byte) bool {
		var one struct{ ID string }
		_ = json.Unmarshal(line, &one)
		return !slices.Contains(also, one.ID) && slices.ContainsFunc(before, func(was []byte) bool { return bytes.Equal(was, line) })
	})
}

// see keeps what the source has now, and gives the cursor that stands for it.
func (c *connection) see(text []byte) (string, error) {
	for n := 1; ; n++ {
		name := strconv.Itoa(n)
		file, err := os.OpenFile(c.file("seen-"+name+".ndjson"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if os.IsExist(err) {
			continue
		}
		if err == nil {
			_, err = file.Write(text)
			_ = file.Close()
		}
		return name, err
	}
}

func (c *connection) noteRead(r sdk.ReadRequest) {
	file, err := os.OpenFile(c.file("reads.ndjson"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = json.NewEncoder(file).Encode(map[string]any{"cursor": r.Cursor, "also": r.Also})
	}
	if err != nil {
		panic(err)
	}
	_ = file.Close()
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
