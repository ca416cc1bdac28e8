package lang

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"passerelle/engine/diag"
)

func (r *reader) table(n Named, b *content) {
	b.checkName(n, b.in, plainName)
	t := &Table{Named: n, Unknown: b.unknown()}
	values, csvFile := b.attrs["values"], b.attrs["from_csv"]
	switch {
	case values != nil && csvFile != nil:
		b.refuse(place{rangeOf(csvFile.NameRange), b.in}, "wrong-value", "A table has its values here or in a file, not both",
			"It would not be clear which of the two counts.", "Keep values or from_csv.")
	case values != nil:
		t.Values = b.tableValues(values.Expr)
	case csvFile != nil:
		t.Values = r.tableFile(b)
	default:
		b.need("values")
	}
	unique(b.problems, "The entry", b.in, t.Values, func(e TableEntry) Named { return Named{Name: e.Key, Range: e.Range} })
	r.m.Tables = append(r.m.Tables, t)
}

func (c *content) unknown() Unknown {
	a := c.attrs["unknown"]
	if a == nil {
		return Unknown{Do: "hold"}
	}
	if arg, ok := c.textCall(a.Expr); ok {
		return Unknown{Do: "text", Text: c.textOf(arg)}
	}
	do, _ := c.oneOf("unknown", "hold", "keep")
	return Unknown{Do: do}
}

// textCall recognises text(…) and gives its argument.
func (c *content) textCall(e hcl.Expression) (hcl.Expression, bool) {
	e = bare(e)
	if c.file.json && !c.file.starts(e.Range(), '"') {
		return nil, false
	}
	call, found := hcl.ExprCall(e)
	if found.HasErrors() || call.Name != "text" || len(call.Arguments) != 1 {
		return nil, false
	}
	return call.Arguments[0], true
}

func (c *content) tableValues(e hcl.Expression) []TableEntry {
	pairs, ok := c.object(e)
	if !ok {
		c.wrongType(e, `an object: { "from there" = "to here" }`)
		return nil
	}
	var out []TableEntry
	for _, p := range pairs {
		key, at, ok := c.key(p.Key)
		if !ok {
			continue
		}
		v, ok := c.literal(p.Value, "a text")
		if !ok {
			continue
		}
		s, err := convert.Convert(v, cty.String)
		if err != nil || s.IsNull() {
			c.wrongType(p.Value, "a text between quotes")
			continue
		}
		out = append(out, TableEntry{Key: key, Value: s.AsString(), Range: at})
	}
	return out
}

// tableFile reads a CSV file beside the mapping files. The file's contents
// appear in no diagnostic; its lines do.
func (r *reader) tableFile(b *content) []TableEntry {
	name, at := b.fullText("from_csv")
	if name == "" {
		return nil
	}
	where := place{at, b.in}
	if !filepath.IsLocal(name) {
		b.refuse(where, "outside-workspace", "This file lies outside of the workspace",
			"A table's file stands in the directory of the mapping files or below it.", "Copy the file there and give its name.")
		return nil
	}
	data, err := readInside(r.m.Dir, name)
	if err != nil {
		reason := err
		var pe *os.PathError
		if errors.As(err, &pe) {
			reason = pe.Err
		}
		b.refuse(where, "unreadable-file", fmt.Sprintf("The file %q can't be read", name),
			fmt.Sprintf("The system says: %s.", reason), "Put the file beside this one, inside the workspace, and check that it may be read.")
		return nil
	}
	full := filepath.Join(r.m.Dir, name)
	entries, line, problem := parseTable(data, full)
	if problem != "" {
		b.refuse(where, "wrong-table-file", fmt.Sprintf("The file %q is no table", name),
			fmt.Sprintf("Line %d: %s.", line, problem), "A table is a header line, then lines of two columns, separated by semicolons or commas, in UTF-8.")
		return nil
	}
	r.sources[full] = data
	r.m.Files[filepath.ToSlash(filepath.Clean(name))] = data
	return entries
}

// readInside refuses symbolic links that lead out of dir.
func readInside(dir, name string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(name)
}

func parseTable(data []byte, name string) (entries []TableEntry, line int, problem string) {
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		bad := bytes.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError })
		return nil, 1 + bytes.Count(text[:max(bad, 0)], []byte("\n")), "it is not UTF-8"
	}
	offset := len(data) - len(text)
	header, _, _ := bytes.Cut(text, []byte("\n"))
	rd := csv.NewReader(bytes.NewReader(text))
	rd.Comma = ','
	if bytes.Count(header, []byte(";")) >= bytes.Count(header, []byte(",")) {
		rd.Comma = ';'
	}
	rd.FieldsPerRecord = -1
	for first := true; ; first = false {
		before := int(rd.InputOffset())
		record, err := rd.Read()
		if errors.Is(err, io.EOF) {
			if first {
				return nil, 1, "it is empty"
			}
			return entries, 0, ""
		}
		var pe *csv.ParseError
		if errors.As(err, &pe) {
			return nil, pe.Line, "its quotes are not closed, or stand in the middle of a column"
		}
		line, column := rd.FieldPos(0)
		if len(record) != 2 {
			return nil, line, fmt.Sprintf("it has %d columns where two are needed", len(record))
		}
		if first {
			continue
		}
		end := int(rd.InputOffset())
		at := diag.Range{File: name, Start: diag.Pos{Line: line, Column: column, Byte: offset + before}, End: diag.Pos{Line: line, Column: column, Byte: offset + end}}
		entries = append(entries, TableEntry{Key: record[0], Value: record[1], Range: at})
	}
}
