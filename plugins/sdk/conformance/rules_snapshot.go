package conformance

import (
	"errors"
	"fmt"
	"io"

	"passerelle/plugins/protocol"
)

var snapshotRules = []Rule{
	{Name: "commits-at-once", Says: "A snapshot is seen only after its commit; one that was not committed, or counts other records, replaces nothing.",
		Why: "Who is missing from half a file has left, for its reader.", check: commitsAtOnce},
}

// discretionRules are tried last: they look at all that the others have heard.
var discretionRules = []Rule{
	{Name: "keeps-secrets", Says: "No secret of the settings stands in a log, a diagnostic or another answer.",
		Why: "Logs are kept, sent on and read by many.", check: keepsSecrets},
	{Name: "keeps-personal-values", Says: "No value of a field about a person stands in a log or a diagnostic.",
		Why: "Logs are no place for personal data: nobody could answer who has read it.", check: keepsPersonalValues},
}

func commitsAtOnce(t *trial) error {
	names := t.resources(func(r *protocol.Resource, trial TrialResource) bool {
		return r.GetWritable() && r.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT && trial.Create != nil
	})
	if len(names) == 0 {
		return skip("no snapshot may be written: no resource is one, or the trial gives no record")
	}
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(names, noneWritable, func(name string) error {
		count := func() (int, error) {
			if !t.resource(name).GetReadable() {
				return 0, nil
			}
			end, err := c.readWhole(name)
			if err != nil {
				return 0, err
			}
			return len(end.records), nil
		}
		if err := c.snapshot(name, 2, 2, true); err != nil {
			return err
		}
		for _, failing := range []struct {
			what            string
			records, counts int
		}{{"without a commit", 5, -1}, {"with a commit of another count", 5, 4}} {
			if err := c.snapshot(name, failing.records, failing.counts, false); err != nil {
				return fmt.Errorf("a snapshot %s: %w", failing.what, err)
			}
			seen, err := count()
			if err != nil {
				return err
			}
			if t.resource(name).GetReadable() && seen != 2 {
				return fmt.Errorf("a snapshot %s was put in place", failing.what)
			}
		}
		return nil
	})
}

// snapshot writes so many records and commits a count; -1 commits nothing.
func (c *connection) snapshot(name string, records, counts int, mustSucceed bool) error {
	ctx, cancel := c.t.patience(callTime)
	defer cancel()
	stream, err := c.client.Write(ctx)
	if err != nil {
		return transport("Write", err)
	}
	batch := &protocol.WriteBatch{}
	for i := range records {
		batch.Records = append(batch.Records, c.t.creating(name, int64(i)))
	}
	for _, request := range []*protocol.WriteRequest{
		{Event: &protocol.WriteRequest_Open{Open: c.opening(name)}},
		{Event: &protocol.WriteRequest_Batch{Batch: batch}},
	} {
		if err := stream.Send(request); err != nil && !errors.Is(err, io.EOF) {
			return transport("Write", err)
		}
	}
	answer, err := c.answerOf(stream)
	if err != nil {
		return err
	}
	if complaint := firstError(answer.GetDiagnostics()); complaint != nil {
		return fmt.Errorf("the snapshot can't be opened: %s", said(complaint))
	}
	if err := held(batch.GetRecords(), answer.GetResults()); err != nil {
		return err
	}
	if counts < 0 {
		if err := stream.CloseSend(); err != nil {
			return transport("Write", err)
		}
		if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
			return errors.New("it answered a commit that nobody sent")
		}
		return nil
	}
	if err := stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Commit{Commit: &protocol.Commit{Records: int64(counts)}}}); err != nil {
		return transport("Write", err)
	}
	answer, err = c.answerOf(stream)
	if err != nil {
		return err
	}
	complaint := firstError(answer.GetDiagnostics())
	switch {
	case mustSucceed && complaint != nil:
		return fmt.Errorf("the commit failed: %s", said(complaint))
	case !mustSucceed && complaint == nil:
		return errors.New("it was committed")
	}
	return nil
}

func keepsSecrets(t *trial) error {
	if len(t.overheard.secrets) == 0 {
		return skip("no secret setting of the trial has eight characters or more")
	}
	return t.overheard.leaked(t.overheard.secrets, "a secret")
}

func keepsPersonalValues(t *trial) error {
	t.overheard.mu.Lock()
	var values []string
	for value := range t.overheard.personal {
		values = append(values, value)
	}
	t.overheard.mu.Unlock()
	if len(values) == 0 {
		return skip("nothing about a person was read or written")
	}
	return t.overheard.leaked(values, "a value about a person")
}
