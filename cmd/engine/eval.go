package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"passerelle/cmd/engine/view"
	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/tools/evaluate"
	"passerelle/plugins/record"
)

func (c *command) evalCommand() *cobra.Command {
	e := &evaluation{command: c, sources: diag.Sources{}}
	cmd := &cobra.Command{
		Use:   "eval [EXPRESSION]",
		Short: "Evaluate an expression, or a whole mapping, over a record",
		Long: `eval computes a CEL expression and writes the result as JSON on stdout.

With --mapping it knows the names, types, inputs and tables of that mapping, and
the record has the fields of the mapping's source, by their names there; without
an expression it computes the whole mapping, and says why the record would be
held. Without --mapping the fields of --record are called record.NAME, and have
the types that JSON gives them: a date is a string unless --type says date.

Without an expression, and with nothing to map, it reads one expression a line
from stdin, and prompts for them when that is a terminal.

Exit codes: 0 a result; 1 the expression or the record is wrong; 4 the record
would be held.`,
		Example: `  engine eval "'n’guyen'.title()"
  engine eval "record.start.addMonths(3)" --record person.json --type start=date
  engine eval --mapping employees --record person.json
  engine eval "employee.landline.phone('FR', 'e164')" --mapping employees --record person.json`,
		Args: oneExpression,
		RunE: func(cmd *cobra.Command, args []string) error {
			e.out, e.in = c.view(), cmd.InOrStdin()
			found := e.run(cmd, args)
			c.finish(e.out, found)
			return nil
		},
	}
	c.workspaceFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&e.record, "record", "", "file of a record, a JSON object; - is stdin")
	flags.StringArrayVar(&e.others, "source", nil, "file of further records, as name=file; may be repeated")
	flags.StringArrayVar(&e.types, "type", nil, "type of a field, as name=type: start=date, pay=decimal; may be repeated")
	flags.StringVar(&e.mapping, "mapping", "", "mapping in whose names the expression is written")
	flags.StringVar(&e.dir, "workspace", ".", "the workspace of the mapping")
	flags.StringVar(&e.now, "now", "", "moment that decides today, as 2026-09-01 or 2026-09-01T08:00:00+02:00")
	return cmd
}

// evaluation is one engine eval.
type evaluation struct {
	*command
	out     view.View
	in      io.Reader
	sources diag.Sources

	record, mapping, dir, now string
	others, types             []string
}

func (e *evaluation) run(cmd *cobra.Command, args []string) diag.Diagnostics {
	now, found := e.moment()
	records, ds := e.records()
	found = append(found, ds...)
	var m *compile.Mapping
	if !found.HasErrors() && e.mapping != "" {
		m, ds = e.inWorkspace(cmd)
		found = append(found, ds...)
	}
	if found.HasErrors() {
		return e.tell(found)
	}
	if m != nil {
		var r *evaluate.Record
		if r, ds = ofMapping(m, records); ds.HasErrors() {
			return e.tell(append(found, ds...))
		}
		if len(args) == 0 && r != nil {
			return e.whole(m, *r, now, found)
		}
		subject, ds := evaluate.InMapping(m, r, now)
		return e.expressions(subject, args, append(found, ds...))
	}
	types, ds := e.fieldTypes()
	if found = append(found, ds...); found.HasErrors() {
		return e.tell(found)
	}
	subject, ds := evaluate.Free(records, types, now)
	return e.expressions(subject, args, append(found, ds...))
}

func (e *evaluation) tell(found diag.Diagnostics) diag.Diagnostics {
	e.out.Diagnostics(found, e.sources)
	return found
}

// inWorkspace compiles the mapping. What is wrong with other mappings of the
// workspace, and warnings, are validate's to say.
func (e *evaluation) inWorkspace(cmd *cobra.Command) (*compile.Mapping, diag.Diagnostics) {
	if len(e.types) > 0 {
		return nil, diag.Diagnostics{usageFault("--type is for records without a mapping, which declares its own types")}
	}
	inputs, found := e.readInputs()
	if found.HasErrors() {
		return nil, found
	}
	w, found := e.load(cmd, e.dir, inputs)
	if w == nil {
		return nil, found
	}
	maps.Copy(e.sources, w.Sources)
	m, ds := w.Mapping(e.mapping)
	if m == nil {
		if found.HasErrors() {
			return nil, found // why it could not be compiled
		}
		return nil, ds
	}
	var asked diag.Diagnostics
	for _, d := range found {
		if d.Code == "wrong-input" || d.Code == "unknown-input" {
			asked = append(asked, d)
		}
	}
	return m, asked
}

// whole computes the mapping over the record.
func (e *evaluation) whole(m *compile.Mapping, r evaluate.Record, now time.Time, found diag.Diagnostics) diag.Diagnostics {
	mapped, held, ds := evaluate.Mapping(m, r, now)
	found = append(found, ds...)
	e.tell(append(found, held...))
	if mapped == nil {
		return found
	}
	e.note(false, len(held) > 0)
	if e.json {
		return append(found, e.event(map[string]any{"type": "mapped", "mapped": mapped})...)
	}
	return append(found, writeIndented(e.stdout, mapped)...)
}

// expressions evaluates the one that is given, or those that stdin gives.
func (e *evaluation) expressions(s *evaluate.Subject, args []string, found diag.Diagnostics) diag.Diagnostics {
	e.tell(found)
	switch {
	case found.HasErrors():
		return found
	case len(args) > 0:
		return append(found, e.expression(s, args[0])...)
	case e.record == standardInput:
		return append(found, e.tell(diag.Diagnostics{usageFault("engine eval --record - needs an expression or a mapping: stdin is the record")})...)
	}
	return append(found, e.lines(s)...)
}

// expression evaluates one text and shows the result.
func (e *evaluation) expression(s *evaluate.Subject, text string) diag.Diagnostics {
	value, held, found := s.Evaluate(text)
	e.sources[evaluate.Expression] = []byte(text)
	e.tell(found)
	if held {
		e.note(false, true)
		return nil // the expression is right; the record is not
	}
	if found.HasErrors() {
		return found
	}
	if e.json {
		return append(found, e.event(map[string]any{"type": "value", "value": rawJSON(value)})...)
	}
	_, err := fmt.Fprintf(e.stdout, "%s\n", diag.VisibleLine(string(value.AppendJSON(nil))))
	return append(found, diag.From(err, "writing to stdout")...)
}

// records reads --record and --source, in this order.
func (e *evaluation) records() ([]evaluate.Record, diag.Diagnostics) {
	type named struct{ name, file string }
	var files []named
	if e.record != "" {
		files = append(files, named{"record", e.record})
	}
	for _, text := range e.others {
		name, file, ok := strings.Cut(text, "=")
		if !ok || name == "" || file == "" {
			return nil, diag.Diagnostics{usageFault("--source takes name=file, and was given another form")}
		}
		files = append(files, named{name, file})
	}
	var out []evaluate.Record
	for _, f := range files {
		data, err := e.read(f.file)
		if err != nil {
			var path *fs.PathError
			if errors.As(err, &path) {
				err = path.Err
			}
			return nil, diag.Diagnostics{{
				Code: "unreadable-file", Subject: &diag.Range{File: f.file}, Summary: "The record can't be read",
				Detail: "The system says: " + err.Error() + ".", Remedy: "Check the path, and that this user may read it.",
			}}
		}
		out = append(out, evaluate.Record{Name: f.name, File: f.file, JSON: data})
	}
	return out, nil
}

// maxRecord is far above any record; it keeps a wrong file from filling memory.
const maxRecord = 64 << 20

func (e *evaluation) read(path string) ([]byte, error) {
	from := e.in
	if path != standardInput {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	data, err := io.ReadAll(io.LimitReader(from, maxRecord+1))
	if err == nil && len(data) > maxRecord {
		err = errors.New("it is larger than 64 MiB")
	}
	return data, err
}

// ofMapping finds the record of the mapping's own source: --record, or --source
// with its name.
func ofMapping(m *compile.Mapping, records []evaluate.Record) (*evaluate.Record, diag.Diagnostics) {
	var out *evaluate.Record
	for i, r := range records {
		if r.Name != "record" && r.Name != m.Source.Name {
			return nil, diag.Diagnostics{{
				Code: "unknown-source", Summary: "The mapping has no source " + r.Name,
				Detail: "Its source is called " + m.Source.Name + ".",
				Remedy: "Give its record with --record FILE.",
			}}
		}
		if out != nil {
			return nil, diag.Diagnostics{usageFault("the record of source " + m.Source.Name + " is given twice")}
		}
		out = &records[i]
	}
	return out, nil
}

func (e *evaluation) fieldTypes() (map[string]record.Type, diag.Diagnostics) {
	given, found := pairs("--type", "name=type", e.types)
	out := make(map[string]record.Type, len(given))
	for name, text := range given {
		of, err := record.ParseType(text)
		if err != nil {
			found = append(found, usageFault("--type "+name+": "+err.Error()))
			continue
		}
		out[name] = of
	}
	return out, found
}

func (e *evaluation) moment() (time.Time, diag.Diagnostics) {
	if e.now == "" {
		return time.Now(), nil
	}
	if t, err := time.Parse(time.RFC3339, e.now); err == nil {
		return t, nil
	}
	// Noon is on this day wherever the mapping's time zone is, but for a few islands.
	if t, err := time.ParseInLocation(time.DateOnly, e.now, time.UTC); err == nil {
		return t.Add(12 * time.Hour), nil
	}
	return time.Time{}, diag.Diagnostics{usageFault("--now is a date such as 2026-09-01 or a moment such as 2026-09-01T08:00:00+02:00")}
}

func oneExpression(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usageFault("engine eval takes one expression, and was given more; put it in quotes")
	}
	return nil
}
