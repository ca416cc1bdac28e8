package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"passerelle/bench/people"
)

// job is one mapping file: from where, to where, and how much of it.
type job struct {
	from, to string // paths of files
	reader   string // the plugin that reads: file, or bench
	batch    int    // of the bench plugin; 0: the protocol's own
	snapshot bool   // a file by the file plugin; otherwise operations by the bench plugin
	fields   int    // of x1, x2, … instead of the nine
}

// write makes the workspace in a folder.
func (j job) write(dir string) error { return writeWorkspace(dir, j.text()) }

func writeWorkspace(dir, text string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(text), 0o600)
}

const language = "language = 1\n"

func (j job) text() string {
	return language + connection("from", j.reader, j.from) + connection("to", j.writer(), j.to) + j.mapping("people", "to")
}

// writer is the plugin that writes.
func (j job) writer() string {
	if j.snapshot {
		return "file"
	}
	return "bench"
}

func connection(name, plugin, path string) string {
	return fmt.Sprintf("\nconnection %q {\n  plugin = %q\n  path   = %q\n}\n", name, plugin, path)
}

// mapping is the block; to is the connection of its target.
func (j job) mapping(name, to string) string {
	from, identity := "rows", `id         = ["id"]`
	if j.reader == "bench" {
		from, identity = "employees", fmt.Sprintf("batch      = %d", j.batch)
	}
	target, form := "profiles", ""
	if j.snapshot {
		target, form = "rows", "    snapshot {}\n"
	}
	sources, columns, expressions := people.Sources, people.Columns, people.Expressions
	if j.fields > 0 {
		sources, columns, expressions = people.Wide(j.fields)
	}

	var b strings.Builder
	fmt.Fprintf(&b, "\nmapping %q {\n  source \"person\" {\n    connection = connection.from\n    resource   = %q\n    %s\n", name, from, identity)
	for _, s := range sources {
		fmt.Fprintf(&b, "    field %q {\n      path = %q\n      type = %s\n    }\n", s.Name, s.Path, s.Kind)
	}
	fmt.Fprintf(&b, "  }\n  target \"profile\" {\n    connection = connection.%s\n    resource   = %q\n    key        = \"matricule\"\n%s", to, target, form)
	for _, column := range columns {
		fmt.Fprintf(&b, "    field %q { type = %s }\n", column, columnType(column))
	}
	b.WriteString("    map = {\n")
	for i, column := range columns {
		fmt.Fprintf(&b, "      %s = %q\n", column, expressions[i])
	}
	b.WriteString("    }\n  }\n}\n")
	return b.String()
}

func columnType(name string) string {
	if name == "entree" {
		return "date"
	}
	return "string"
}
