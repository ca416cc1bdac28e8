package apply

import (
	"context"
	"errors"
	"io"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// send writes one batch and waits for a result for each of its records. An error
// means that some may be missing and can't come any more.
func (a *applier) send(ctx context.Context, entries []plan.Entry) (map[int64]*protocol.WriteResult, error) {
	if a.stream == nil {
		stream, found := openWrite(ctx, a.Target, a.Mapping, a.Plan)
		if found.HasErrors() {
			return nil, found.Err()
		}
		a.stream = stream
	}
	return exchange(a.stream, a.Plan, entries)
}

func openWrite(ctx context.Context, to *host.Connection, m *compile.Mapping, p *plan.Plan) (*host.WriteStream, diag.Diagnostics) {
	return to.Write(ctx, &protocol.WriteOpen{
		Resource:     m.Target.Resource.GetName(),
		Schema:       m.Target.Schema,
		Endpoints:    m.Target.Endpoints,
		Form:         protocol.WriteForm_WRITE_FORM_OPERATIONS,
		PlanId:       p.Summary.ID,
		SettingsJson: m.Target.Settings,
	})
}

// exchange sends a batch on an open stream and gathers its results by position.
func exchange(stream *host.WriteStream, p *plan.Plan, entries []plan.Entry) (map[int64]*protocol.WriteResult, error) {
	batch := &protocol.WriteBatch{Records: make([]*protocol.WriteRecord, len(entries))}
	for i := range entries {
		batch.Records[i] = writeRecord(p, &entries[i])
	}
	if err := stream.Send(batch); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	answers := make(map[int64]*protocol.WriteResult, len(entries))
	for len(answers) < len(entries) {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			if found := stream.Diagnostics(); found.HasErrors() {
				return nil, found.Err()
			}
			return nil, cutShort()
		}
		if err != nil {
			return nil, err
		}
		for _, result := range response.GetResults() {
			answers[result.GetPosition()] = result
		}
	}
	return answers, nil
}

func writeRecord(p *plan.Plan, e *plan.Entry) *protocol.WriteRecord {
	operation := protocol.Operation_OPERATION_UPDATE
	if e.Operation == plan.Create {
		operation = protocol.Operation_OPERATION_CREATE
	}
	changed := make([]string, len(e.Changed))
	for i, at := range e.Changed {
		changed[i] = p.Summary.Fields[at].Name
	}
	return &protocol.WriteRecord{
		Position:       e.Position,
		Operation:      operation,
		Id:             e.TargetID,
		Data:           e.Body,
		IdempotencyKey: idempotencyKey(p.Summary.ID, e.Position),
		Changed:        changed,
	}
}

func cutShort() error {
	return diag.Diagnostic{
		Code: "write-cut", Class: diag.Fault,
		Summary: "The connector stopped before it had answered for every record",
		Detail:  "What it was sent may or may not have reached the target.",
		Remedy:  "Run again: what was not answered is settled first. If it stays so, tell the connector's author.",
	}
}
