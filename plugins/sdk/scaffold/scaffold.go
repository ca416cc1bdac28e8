package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"passerelle/plugins/sdk/conformance/people"
)

// project holds the files of a new project as templates. Their delimiters are
// [[ and ]], which neither Go nor make nor HCL uses much.
//
//go:embed all:project
var project embed.FS

// Options say what is made.
type Options struct {
	Name    string // as in engine-plugin-NAME
	Dir     string // to make; default engine-plugin-NAME
	Module  string // path of the Go module; default example.com/engine-plugin-NAME
	Replace string // a checkout of Passerelle; "" leaves a comment in go.mod
}

// Made is what was made.
type Made struct {
	Dir   string
	Files []string
}

var plainName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// values are what the templates see.
type values struct {
	Options
	Requires string // what Passerelle itself requires
}

// Make writes the project into a folder that must not exist, or be empty.
func Make(options Options) (Made, error) {
	if !plainName.MatchString(options.Name) {
		return Made{}, errors.New("a plugin's name is lower-case letters and digits, in words joined by hyphens")
	}
	if options.Dir == "" {
		options.Dir = "engine-plugin-" + options.Name
	}
	if options.Module == "" {
		options.Module = "example.com/engine-plugin-" + options.Name
	}
	if entries, err := os.ReadDir(options.Dir); err == nil && len(entries) > 0 {
		return Made{}, fmt.Errorf("the folder %s is there, and not empty", options.Dir)
	}
	v, sums, err := about(options)
	if err != nil {
		return Made{}, err
	}
	files, err := render(v)
	if err != nil {
		return Made{}, err
	}
	if len(sums) > 0 {
		files["go.sum"] = sums
	}
	files["people/api.go"] = []byte(people.Source)
	return write(options.Dir, files)
}

// about reads from the checkout what its own go.mod and go.sum say, so that the
// new project builds without asking any registry.
func about(options Options) (values, []byte, error) {
	v := values{Options: options}
	if options.Replace == "" {
		return v, nil, nil
	}
	dir, err := filepath.Abs(options.Replace)
	if err != nil {
		return v, nil, err
	}
	v.Replace = dir
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || !bytes.HasPrefix(mod, []byte("module passerelle")) {
		return v, nil, fmt.Errorf("%s is no checkout of Passerelle", options.Replace)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	v.Requires = requires(string(mod))
	return v, sums, err
}

var requirement = regexp.MustCompile(`(?m)^\t(\S+ v\S+)( // indirect)?$`)

func requires(mod string) string {
	var b strings.Builder
	for _, match := range requirement.FindAllStringSubmatch(mod, -1) {
		fmt.Fprintf(&b, "\t%s // indirect\n", match[1])
	}
	return b.String()
}

// render fills in the templates.
func render(v values) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(project, "project", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := project.ReadFile(path)
		if err != nil {
			return err
		}
		t, err := template.New(path).Delims("[[", "]]").Option("missingkey=error").Parse(string(text))
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := t.Execute(&out, v); err != nil {
			return err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(path, "project/"), ".tmpl")
		files[strings.ReplaceAll(name, "NAME", v.Name)] = out.Bytes()
		if strings.HasSuffix(name, ".go") {
			files[name], err = format.Source(out.Bytes())
		}
		return err
	})
	return files, err
}

func write(dir string, files map[string][]byte) (Made, error) {
	made := Made{Dir: dir}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return made, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return made, err
		}
		made.Files = append(made.Files, name)
	}
	return made, nil
}
