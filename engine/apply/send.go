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

// stream is what exchange needs of a host.WriteStream.
type stream interface {
	Send(*protocol.WriteBatch) error
	Recv() (*protocol.WriteResponse, error)
	Diagnostics() diag.Diagnostics
}

// converse sends a batch on an open stream and gathers its answers by position.
// With an error the answers are those that came before it; the others can't come
// any more.
func converse(with stream, batch *protocol.WriteBatch) (map[int64]*protocol.WriteResult, error) {
	waiting := make(map[int64]bool, len(batch.Records))
	for _, r := range batch.Records {
		waiting[r.GetPosition()] = true
	}
	answers := make(map[int64]*protocol.WriteResult, len(batch.Records))
	if err := with.Send(batch); err != nil && !errors.Is(err, io.EOF) {
		return answers, err
	}
	for len(waiting) > 0 {
		response, err := with.Recv()
		if errors.Is(err, io.EOF) {
			if found := with.Diagnostics(); found.HasErrors() {
				return answers, found.Err()
			}
			return answers, wrongAnswers("It stopped before it had answered for every record.")
		}
		if err != nil {
			return answers, err
		}
		for _, result := range response.GetResults() {
			if !waiting[result.GetPosition()] {
				return answers, wrongAnswers("It answered for a record that it was not sent, or twice for one.")
			}
			delete(waiting, result.GetPosition())
			answers[result.GetPosition()] = result
		}
	}
	return answers, nil
}

// outgoing is what entries have to send. The names of the changed fields go with
// what changes somebody who is there: of a create all are new, and to read their
// names took a plugin a third of its time.
func outgoing(p *plan.Plan, entries []plan.Entry) *protocol.WriteBatch {
	records := make([]protocol.WriteRecord, len(entries)) // one allocation a batch
	batch := &protocol.WriteBatch{Records: make([]*protocol.WriteRecord, 0, len(entries))}
	for i := range entries {
		e := &entries[i]
		if len(e.Body) == 0 {
			continue
		}
		r := &records[i]
		r.Position, r.Operation, r.Id, r.Data = e.Position, operationOf(e.Operation), e.TargetID, e.Body
		r.IdempotencyKey = idempotencyKey(p.Summary.ID, e.Position)
		if e.Operation != plan.Create {
			r.Changed = make([]string, len(e.Changed))
			for k, at := range e.Changed {
				r.Changed[k] = p.Summary.Fields[at].Name
			}
		}
		batch.Records = append(batch.Records, r)
	}
	return batch
}

// operationOf is a plan's operation as connectors know it. An adoption that has
// something to send is an update to them.
func operationOf(o plan.Operation) protocol.Operation {
	switch o {
	case plan.Create:
		return protocol.Operation_OPERATION_CREATE
	case plan.Deactivate:
		return protocol.Operation_OPERATION_DEACTIVATE
	case plan.Reactivate:
		return protocol.Operation_OPERATION_REACTIVATE
	case plan.Delete:
		return protocol.Operation_OPERATION_DELETE
	}
	return protocol.Operation_OPERATION_UPDATE
}

func wrongAnswers(what string) error {
	return diag.Diagnostic{
		Code: "write-cut", Class: diag.Fault,
		Summary: "The connector did not answer for the records it was sent",
		Detail:  what + " What it was sent may or may not have reached the target.",
		Remedy:  "Run again: what was not answered is settled first. If it stays so, tell the connector's author.",
	}
}
