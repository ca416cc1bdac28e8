package trust

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/go-version"
)

// Packaging is what Package puts together.
type Packaging struct {
	Name, Version string
	Protocol      int
	Executables   map[Platform]string // paths
	Schema, Docs  []byte
	KeyFile       string
	Out           string // a mirror's folder; made, or added to
}

// Packaged is what Package made.
type Packaged struct {
	Name, Version string
	SignedBy      Key
	Dir           string
	Platforms     []string
}

// Package writes one version of a plugin into a mirror's folder: an archive a
// platform, schema, docs, the manifest and its signature; last the index, so that
// a version is listed only when it is whole. A version that is there is never
// replaced: somebody may have locked it.
func Package(ctx context.Context, p Packaging) (*Packaged, error) {
	private, err := readKey(p.KeyFile)
	if err != nil {
		return nil, err
	}
	if v, err := version.NewSemver(p.Version); err != nil || v.String() != p.Version {
		return nil, badVersion(p.Name, p.Version)
	}
	dir := filepath.Join(p.Out, p.Name, p.Version)
	if _, err := os.Lstat(dir); err == nil {
		return nil, versionExists(p.Name, p.Version, dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, cantWrite(dir, err)
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".new-")
	if err != nil {
		return nil, cantWrite(dir, err)
	}
	defer os.RemoveAll(draft)
	m, err := p.fill(draft)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	sig, err := sign(text, private)
	if err != nil {
		return nil, err
	}
	key, err := signer(text, sig, dir) // what doesn't verify here verifies nowhere
	if err != nil {
		return nil, err
	}
	if _, err := parseManifest(text, dir); err != nil {
		return nil, err
	}
	for name, content := range map[string][]byte{manifestName: text, signatureName: append(sig, '\n')} {
		if _, err := keep(draft, name, content); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(draft, 0o755); err != nil {
		return nil, cantWrite(dir, err)
	}
	if err := os.Rename(draft, dir); err != nil {
		return nil, cantWrite(dir, err)
	}
	return &Packaged{Name: p.Name, Version: p.Version, SignedBy: key, Dir: dir, Platforms: platformsOf(m)}, p.list(ctx)
}

func platformsOf(m *Manifest) []string { return slices.Sorted(maps.Keys(hashesOf(m))) }

// fill writes all that the manifest names.
func (p Packaging) fill(dir string) (*Manifest, error) {
	m := &Manifest{Format: format, Name: p.Name, Version: p.Version, Protocol: p.Protocol}
	var err error
	if m.Schema, err = keep(dir, "schema.json", p.Schema); err != nil {
		return nil, err
	}
	if m.Docs, err = keep(dir, "README.md", p.Docs); err != nil {
		return nil, err
	}
	for _, platform := range slices.Sorted(maps.Keys(p.Executables)) {
		path := p.Executables[platform]
		if !platform.Valid() {
			return nil, badPlatform(string(platform))
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, cantRead(path, err)
		}
		if got := builtFor(content); got != "" && got != platform {
			return nil, wrongPlatform(path, platform, got)
		}
		b := Build{Platform: platform, Executable: File{Name: executablePrefix + p.Name, Size: int64(len(content)), Hash: hashOf(content)}}
		var archive bytes.Buffer
		if err := pack(&archive, b.Executable.Name, content); err != nil {
			return nil, err
		}
		name := fmt.Sprintf("%s%s_%s_%s.tar.gz", executablePrefix, p.Name, p.Version, platform)
		if b.Archive, err = keep(dir, name, archive.Bytes()); err != nil {
			return nil, err
		}
		m.Builds = append(m.Builds, b)
	}
	return m, nil
}

func keep(dir, name string, content []byte) (File, error) {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return File{}, cantWrite(path, err)
	}
	return File{Name: name, Size: int64(len(content)), Hash: hashOf(content)}, nil
}

// list adds the version to the index of its plugin.
func (p Packaging) list(ctx context.Context) error {
	s, err := openSource(p.Out, "")
	if err != nil {
		return err
	}
	defer s.close()
	list := &index{Format: format, Name: p.Name}
	path := filepath.Join(p.Out, p.Name, indexName)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if list, err = readIndex(ctx, s, p.Name); err != nil {
			return err
		}
	}
	if !slices.Contains(list.Versions, p.Version) {
		list.Versions = append(list.Versions, p.Version)
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return cantWrite(path, err)
	}
	return nil
}
