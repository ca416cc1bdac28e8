package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Resources whose records a test gives: RESOURCE.ndjson in the folder dir. What
// was asked for is noted in asked.ndjson. A file RESOURCE.cut makes the read end
// too early, RESOURCE.idcut a look-up; RESOURCE.late holds records that only a look-up by id gives.

func settings() []*sdk.Setting { return []*sdk.Setting{{Name: "dir", Type: "string"}} }

func isGiven(resource string) bool {
	return slices.ContainsFunc(given(), func(r *sdk.Resource) bool { return r.GetName() == resource })
}

func given() []*sdk.Resource {
	resource := func(name string, fields ...*sdk.Field) *sdk.Resource {
		return &sdk.Resource{Name: name, Readable: true, Identity: []string{"id"}, Fields: append(fields, field("id", "int"))}
	}
	people := resource("people", field("name", "string"), refers("manager.id", "int", "people"), refers("departmentId", "int", "departments"),
		refers("peers", "list(int)", "people"), field("born", "date"), field("jobs", "list(object({ code = string, start = date }))"))
	people.LookUp = []string{"ids"}
	people.ReadSettings = []*sdk.Setting{{Name: "include", Type: "string"}}
	contracts := resource("contracts", field("owner", "int"), field("starts", "date"), field("kind", "string"), refers("bossId", "int", "people"))
	contracts.Window = []string{"starts"}
	return []*sdk.Resource{
		people, contracts,
		resource("departments", field("name", "string"), refers("head.id", "int", "people"), refers("ancestors.id", "list(int)", "departments")),
		resource("leaves", field("owner", "int"), field("date", "date"), field("half", "string"), field("cancelled", "date")),
		{
			Name: "rows", Readable: true, Open: true, Writable: true,
			Endpoints: []*sdk.Endpoint{{Operation: protocol.Operation_OPERATION_CREATE}},
		},
	}
}

func field(path, of string) *sdk.Field { return &sdk.Field{Path: path, Type: of} }

func refers(path, of, to string) *sdk.Field { return &sdk.Field{Path: path, Type: of, Reference: to} }

func (c connection) given(r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	end := sdk.End{Complete: true, Expected: -1, Calls: 1}
	if err := c.note(r); err != nil {
		return end, err
	}
	cut := ".cut"
	if r.IDs != nil {
		cut = ".idcut"
	}
	if _, err := os.Stat(filepath.Join(c.dir, r.Resource+cut)); err == nil {
		end.Complete, end.Reason = false, "a page was missing"
	}
	files := []string{r.Resource + ".ndjson"}
	if r.IDs != nil {
		files = append(files, r.Resource+".late")
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(c.dir, file))
		if err != nil && !os.IsNotExist(err) {
			return end, err
		}
		for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
			if err := send(line, r, out); err != nil {
				return end, err
			}
		}
	}
	return end, nil
}

func send(line []byte, r sdk.ReadRequest, out *sdk.Output) error {
	if len(line) == 0 {
		return nil
	}
	if r.IDs == nil {
		return out.Record(line)
	}
	var record struct{ ID int }
	if err := json.Unmarshal(line, &record); err != nil {
		return err
	}
	if id := fmt.Sprint(record.ID); slices.Contains(r.IDs, id) {
		return out.Answer(id, line)
	}
	return nil
}

// note writes down what was asked for.
func (c connection) note(r sdk.ReadRequest) error {
	slices.Sort(r.Projection)
	text, err := json.Marshal(map[string]any{"resource": r.Resource, "projection": r.Projection, "ids": r.IDs, "window": r.Window, "include": r.Settings.String("include")})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(c.dir, "asked.ndjson"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(append(text, '\n'))
	return err
}
