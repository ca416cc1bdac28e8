package apply

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// record writes down what is at the target now. A run that is killed meanwhile
// leaves batch 0 open, and the next one goes on behind what is recorded.
func (w *whole) record(ctx context.Context, done func([]plan.Entry, []result)) error {
	s := w.plan.Summary.Snapshot
	var first []plan.Entry
	recorded, err := w.ledger.Answered(ctx, w.plan.Summary.ID)
	if err != nil {
		return err
	}
	var numbers []int64
	var entries []plan.Entry
	settle := func() error {
		if len(numbers) == 0 {
			return nil
		}
		err := w.settle(ctx, numbers, entries, done)
		numbers, entries = numbers[:0], entries[:0]
		return err
	}
	err = w.plan.Batches(func(batch int64, of []plan.Entry) error {
		switch {
		case batch == wholeBatch:
			first = of
			return nil
		case batch <= recorded:
			return nil
		}
		numbers, entries = append(numbers, batch), append(entries, of...)
		if len(numbers) < recordedTogether {
			return nil
		}
		return settle()
	})
	if err == nil {
		err = settle()
	}
	if err != nil {
		return err
	}
	kept, err := w.keepLines(ctx)
	if err != nil {
		return err
	}
	if err := w.recordOthers(ctx); err != nil {
		return err
	}
	var stale []string
	if s.KeepLines {
		stale = slices.AppendSeq(slices.Clone(s.Stale), maps.Keys(w.refused))
	}
	now := ledger.Snapshot{Content: s.Content, Fresh: w.plan.Summary.Created, Kept: kept}
	if err := w.ledger.SaveSnapshot(ctx, w.scope, now, stale, plan.KeepFor); err != nil {
		return err
	}
	if !s.Write && len(first) == 0 {
		return nil
	}
	return w.settle(ctx, []int64{wholeBatch}, first, done)
}

func (w *whole) settle(ctx context.Context, batches []int64, entries []plan.Entry, done func([]plan.Entry, []result)) error {
	w.results, w.applied = w.results[:0], w.applied[:0]
	for i := range entries {
		r := w.result(&entries[i])
		w.results, w.applied = append(w.results, r), append(w.applied, r.Applied)
	}
	if err := w.ledger.SettleAll(ctx, w.runID, w.plan.Summary.ID, batches, w.applied); err != nil {
		return err
	}
	done(entries, w.results)
	return nil
}

// result of one operation, once the whole is in place.
func (w *whole) result(e *plan.Entry) result {
	if e.Operation == plan.Note {
		return nothingSent(e)
	}
	if r, refused := w.refused[e.SourceID]; refused {
		out := r.result
		out.Position, out.Operation = e.Position, e.Operation.String()
		return out
	}
	out := applied(e)
	if e.Operation != plan.Delete {
		out.TargetID = keyText(e.Key) // there is no other id
	}
	return out
}

// recordOthers records the refusals that no operation is about: of lines that
// had not changed.
func (w *whole) recordOthers(ctx context.Context) error {
	if len(w.refused) == 0 {
		return nil
	}
	w.others = maps.Clone(w.refused)
	err := w.plan.Batches(func(_ int64, entries []plan.Entry) error {
		for i := range entries {
			if entries[i].Operation != plan.Note {
				delete(w.others, entries[i].SourceID)
			}
		}
		return nil
	})
	if err != nil || len(w.others) == 0 {
		return err
	}
	var results []ledger.Applied
	for _, r := range w.others {
		results = append(results, r.Applied)
	}
	return w.ledger.Record(ctx, w.runID, results)
}

// keepLines remembers the lines of the whole, for the day when their records are
// held, where they are not those that are remembered.
func (w *whole) keepLines(ctx context.Context) (kept bool, err error) {
	s := w.plan.Summary.Snapshot
	if !s.KeepLines {
		return false, w.ledger.ForgetLines(ctx, w.scope)
	}
	if !s.Write && !s.Rekeep {
		return false, nil
	}
	return true, w.ledger.KeepLines(ctx, w.scope, func(keep func(string, []byte) error) error {
		return w.plan.Lines(func(lines []plan.Line) error {
			for i := range lines {
				body := w.body(&lines[i])
				if body == nil {
					continue
				}
				if err := keep(lines[i].SourceID, body); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// keyText is a key as a target id: the value of a single field, else all of it.
func keyText(key []byte) string {
	if text, ok := plainKey(string(key)); ok {
		return text
	}
	var fields map[string]any
	if json.Unmarshal(key, &fields) != nil || len(fields) != 1 {
		return string(key)
	}
	for _, value := range fields {
		if text, ok := value.(string); ok {
			return text
		}
	}
	return string(key)
}

// plainKey takes a key of the commonest form apart, {"name":"value"} with nothing
// in it that JSON writes in another way: to parse each took 0.8 µs.
func plainKey(key string) (value string, ok bool) {
	key, opens := strings.CutPrefix(key, `{"`)
	key, ends := strings.CutSuffix(key, `"}`)
	name, value, parts := strings.Cut(key, `":"`)
	return value, opens && ends && parts && !strings.ContainsAny(name, `"\`) && !strings.ContainsAny(value, `"\`)
}
