package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func main() { sdk.Serve(connector{}) }

type connector struct{}

// Describe implements sdk.Connector.
func (connector) Describe() *sdk.Description {
	upsert := protocol.Reconcile_RECONCILE_UPSERT
	return &sdk.Description{
		Name: "bench", Version: "1.0.0", Title: &sdk.Text{Fr: "Banc d'essai", En: "Benchmark"},
		About: "Lines of JSON in a file, for the benchmark alone.",
		Settings: []*sdk.Setting{
			{Name: "path", Type: "string", Required: true, Label: &sdk.Text{Fr: "Fichier", En: "File"}},
		},
		Resources: []*sdk.Resource{
			{
				Name: "employees", Readable: true, Open: true, Identity: []string{"id"},
				ReadSettings: []*sdk.Setting{{Name: "batch", Type: "int", Label: &sdk.Text{Fr: "Lot", En: "Batch"}}},
			},
			{
				Name: "profiles", Writable: true, Open: true, Identity: []string{"matricule"}, WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS,
				Endpoints: []*sdk.Endpoint{
					{Operation: protocol.Operation_OPERATION_CREATE, Reconcile: upsert},
					{Operation: protocol.Operation_OPERATION_UPDATE, Reconcile: upsert},
				},
			},
		},
	}
}

// Configure implements sdk.Connector.
func (connector) Configure(_ context.Context, settings sdk.Settings) (sdk.Connection, error) {
	return &connection{path: settings.String("path")}, nil
}

type connection struct {
	path    string
	writing sync.Mutex
}

// Tenant implements sdk.Connection.
func (c *connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.path, Label: c.path} }

// Read implements sdk.Reader.
func (c *connection) Read(_ context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	end := sdk.End{Expected: -1, Calls: 1}
	file, err := os.Open(c.path)
	if err != nil {
		return end, unusable("The file can't be read")
	}
	defer func() { _ = file.Close() }()
	batch := request.Settings.Int("batch")
	r := bufio.NewReaderSize(file, 1<<16)
	for n := int64(1); ; n++ {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			end.Complete = true
			return end, nil
		}
		if err != nil {
			return end, unusable("The file has no whole lines")
		}
		if err := out.Record(line); err != nil {
			return end, err
		}
		if batch > 0 && n%batch == 0 {
			if err := out.PageEnd(); err != nil {
				return end, err
			}
		}
	}
}

// Write implements sdk.Writer: each record becomes one line, and the file has the
// whole batch before the first answer. As with most targets the id is its own
// making: here, where the line begins.
func (c *connection) Write(_ context.Context, _ sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	file, err := os.OpenFile(c.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, unusable("The file can't be written")
	}
	defer func() { _ = file.Close() }()
	before, err := file.Stat()
	if err != nil {
		return nil, unusable("The file can't be written")
	}
	var lines []byte
	results := make([]sdk.WriteResult, len(records))
	for i, r := range records {
		results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: r.ID, Status: 200, Attempts: 1}
		if r.ID == "" {
			results[i].ID = "p" + strconv.FormatInt(before.Size()+int64(len(lines)), 10)
		}
		lines = append(append(lines, r.Data...), '\n')
	}
	if _, err := file.Write(lines); err != nil {
		return nil, unusable("The file can't be written")
	}
	return results, nil
}

func unusable(summary string) *sdk.Error {
	return &sdk.Error{Code: "bench-file", Summary: summary, Remedy: "Look at the path of the connection.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}
