package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// OpenSnapshot writes whole.ndjson, a record a line; wholes.log has a line for
// each time that it was put in place. The script's Commit is what happens then;
// done once, with a ! at its end always.
func (c *connection) OpenSnapshot(context.Context, sdk.WriteSession) (sdk.Snapshot, error) {
	return &whole{connection: c}, nil
}

type whole struct {
	*connection
	text bytes.Buffer
}

func (w *whole) Write(_ context.Context, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	results := make([]sdk.WriteResult, len(records))
	for i, r := range records {
		var data map[string]any
		if err := json.Unmarshal(r.Data, &data); err != nil {
			panic(err)
		}
		matricule, _ := data["matricule"].(string)
		nom, _ := data["nom"].(string)
		switch what := w.script().Write[matricule]; {
		case what == "kill-before":
			die()
		case what == "refuse", what == "refuse "+nom:
			results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_REFUSED, Err: trouble("refuse", protocol.Retry_RETRY_AFTER_FIX)}
			continue
		}
		w.text.Write(r.Data)
		w.text.WriteByte('\n')
		results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, Attempts: 1}
	}
	return results, nil
}

func (w *whole) Commit(context.Context, int64) error {
	s := w.script()
	what, always := strings.CutSuffix(s.Commit, "!")
	if what != "" && !always {
		s.Commit = ""
		save(w.file("script.json"), s)
	}
	switch what {
	case "refuse":
		return trouble(what, protocol.Retry_RETRY_AFTER_FIX)
	case "down":
		return trouble(what, protocol.Retry_RETRY_LATER)
	case "kill-before":
		die()
	}
	if err := os.WriteFile(w.file("whole.ndjson"), w.text.Bytes(), 0o600); err != nil {
		panic(err)
	}
	log, err := os.OpenFile(w.file("wholes.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	_, _ = log.WriteString("put in place\n")
	_ = log.Close()
	if what == "kill-after" {
		die()
	}
	return nil
}

func (w *whole) Abort() {}
