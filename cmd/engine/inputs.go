package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// inputPrefix begins the environment variables that give inputs.
const inputPrefix = "ENGINE_INPUT_"

// readInputs gathers inputs; a flag wins over a file, a file over the
// environment.
func (c *command) readInputs() (map[string]lang.InputValue, diag.Diagnostics) {
	inputs := map[string]lang.InputValue{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if input, ok := strings.CutPrefix(name, inputPrefix); ok && input != "" {
			inputs[input] = lang.InputValue{Text: value, From: name}
		}
	}
	for _, path := range c.inputFiles {
		if ds := readInputFile(path, inputs); ds.HasErrors() {
			return nil, ds
		}
	}
	given, ds := pairs("--input", "name=value", c.inputs)
	for name, value := range given {
		inputs[name] = lang.InputValue{Text: value, From: "--input"}
	}
	return inputs, ds
}

// readInputFile reads lines of name = value, as HCL writes them.
func readInputFile(path string, into map[string]lang.InputValue) diag.Diagnostics {
	text, err := os.ReadFile(path)
	if err != nil {
		var pathError *fs.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err
		}
		return diag.Diagnostics{{
			Code: "unreadable-file", Summary: "The file of inputs " + path + " can't be read",
			Detail: err.Error() + ".", Remedy: "Check the path that --inputs gives, and that this user may read it.",
		}}
	}
	file, problems := hclsyntax.ParseConfig(text, path, hcl.InitialPos)
	if !problems.HasErrors() {
		attributes, more := file.Body.JustAttributes()
		problems = append(problems, more...)
		for name, attribute := range attributes {
			value := attribute.Expr.Range().SliceBytes(text)
			into[name] = lang.InputValue{Text: string(value), From: path, Expr: true}
		}
	}
	if problems.HasErrors() {
		at := problems[0].Subject
		return diag.Diagnostics{{
			Code: "bad-inputs", Summary: "The file of inputs " + path + " is not of the form name = value",
			Detail: problems[0].Summary + ".", Remedy: `Write one input a line: lucca_url = "https://example.ilucca.net".`,
			Subject: &diag.Range{File: path, Start: position(at.Start), End: position(at.End)},
		}}
	}
	return nil
}

func position(p hcl.Pos) diag.Pos { return diag.Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }
