package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
)

// mark is what a secret value carries through every evaluation.
type mark string

const secretMark mark = "secret"

// missingSecret says that env() or file() found nothing.
type missingSecret struct{ summary, detail, remedy string }

func (e *missingSecret) Error() string { return e.summary }

func (ev *evaluator) functions(dir string, u use) map[string]function.Function {
	switch u {
	case connectionUse:
		return map[string]function.Function{"env": secretFunction(ev.env), "file": secretFunction(func(p string) (string, error) { return ev.file(dir, p) })}
	case mapUse:
		return map[string]function.Function{"text": textFunction}
	}
	return nil
}

// secretFunction marks what it gives as secret. An empty result means that
// nothing is known yet.
func secretFunction(read func(string) (string, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "name", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, err := read(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			if v == "" {
				return cty.UnknownVal(cty.String).Mark(secretMark), nil
			}
			return cty.StringVal(v).Mark(secretMark), nil
		},
	})
}

func (ev *evaluator) env(name string) (string, error) {
	if ev.bindings == nil {
		return "", nil
	}
	v, set := "", false
	if ev.bindings.Env != nil {
		v, set = ev.bindings.Env(name)
	}
	if v != "" {
		return v, nil
	}
	state := "is not set"
	if set {
		state = "is empty"
	}
	return "", &missingSecret{
		summary: fmt.Sprintf("The environment variable %q %s", name, state),
		detail:  "The connection needs it as a credential.",
		remedy:  fmt.Sprintf("Set %s in the environment of engine, without writing it into a file that is shared.", name),
	}
}

// file reads a secret's file, relative to the directory of the mapping files.
// One trailing line break, which editors add, is no part of the secret.
func (ev *evaluator) file(dir, path string) (string, error) {
	if ev.bindings == nil {
		return "", nil
	}
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, path)
	}
	data, err := []byte(nil), error(fs.ErrNotExist)
	if ev.bindings.ReadFile != nil {
		data, err = ev.bindings.ReadFile(full)
	}
	v := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if err == nil && v != "" {
		return v, nil
	}
	state := "is empty"
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		state = fmt.Sprintf("can't be read: %s", err)
	}
	return "", &missingSecret{
		summary: fmt.Sprintf("The secret's file %q has nothing to give", path),
		detail:  "The file " + state + ". The connection needs it as a credential.",
		remedy:  "Put the secret into this file and let only the user who runs engine read it.",
	}
}

// textFunction is text(…): a constant text in map.
var textFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, err := convert.Convert(args[0], cty.String)
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(0, "only a text, a number or true and false can be written as a text")
		}
		return v, nil
	},
})
