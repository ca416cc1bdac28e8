package trust

import (
	"crypto/ed25519"
	"encoding/json"
	"regexp"

	"github.com/hashicorp/go-version"
)

// Manifest says all of one version of a plugin. What a publisher signs is its
// bytes as they stand in the file.
type Manifest struct {
	Format   int     `json:"format"`
	Name     string  `json:"name"`
	Version  string  `json:"version"`
	Protocol int     `json:"protocol"`
	Builds   []Build `json:"builds"`
	Schema   File    `json:"schema"` // what Describe says, as JSON
	Docs     File    `json:"docs"`
}

// Build is the plugin for one platform.
type Build struct {
	Platform   Platform `json:"platform"`
	Archive    File     `json:"archive"`
	Executable File     `json:"executable"` // in the archive
}

// File is a file beside the manifest, or in an archive.
type File struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Hash Hash   `json:"hash"`
}

const (
	format        = 1
	maxManifest   = 1 << 20
	maxExecutable = 1 << 30
	maxText       = 16 << 20 // of the schema or the docs
)

// executablePrefix begins the file name of every plugin.
const executablePrefix = "engine-plugin-"

var (
	pluginName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	plainName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$`) // no separator, no dot in front
)

// parseManifest reads a manifest and refuses what could lead out of its folder
// or beyond the limits. from says where it was.
func parseManifest(text []byte, from string) (*Manifest, error) {
	m := &Manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, badManifest(from, "It is not JSON of the form that engine plugin package writes.")
	}
	if why := m.objection(); why != "" {
		return nil, badManifest(from, why)
	}
	return m, nil
}

func (m *Manifest) objection() string {
	v, err := version.NewSemver(m.Version)
	switch {
	case m.Format != format:
		return "Its format is another than 1, the one that this engine reads."
	case !pluginName.MatchString(m.Name):
		return "Its name can't be that of a plugin."
	case err != nil || v.String() != m.Version:
		return "Its version is not of the form 1.2.3."
	case len(m.Builds) == 0:
		return "It names no build."
	case !m.Schema.fine(maxText) || !m.Docs.fine(maxText):
		return "Its schema or docs have no plain name, no size, or no hash."
	}
	seen := map[Platform]bool{}
	for _, b := range m.Builds {
		switch {
		case !b.Platform.Valid() || seen[b.Platform]:
			return "It names a platform twice, or one of no known form."
		case !b.Archive.fine(maxExecutable) || !b.Executable.fine(maxExecutable):
			return "A build has no plain name, no size, or no hash."
		case b.Executable.Name != executablePrefix+m.Name:
			return "A build's executable is not called " + executablePrefix + m.Name + "."
		}
		seen[b.Platform] = true
	}
	return ""
}

func (f File) fine(most int64) bool {
	return plainName.MatchString(f.Name) && f.Size > 0 && f.Size <= most && f.Hash.valid()
}

// build is the one for a platform.
func (m *Manifest) build(p Platform) (Build, bool) {
	for _, b := range m.Builds {
		if b.Platform == p {
			return b, true
		}
	}
	return Build{}, false
}

// signature is the file beside a manifest.
type signature struct {
	Key       Key    `json:"key"`
	Signature []byte `json:"signature"`
}

// signed is what a key puts its name to: no signature made for something else
// ever fits.
func signed(manifest []byte) []byte {
	return append([]byte("passerelle plugin manifest 1\n"), manifest...)
}

func sign(manifest []byte, private ed25519.PrivateKey) ([]byte, error) {
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, notAKey("the signing key")
	}
	return json.Marshal(signature{keyOf(public), ed25519.Sign(private, signed(manifest))})
}

// signer checks a signature and gives the key that made it.
func signer(manifest, text []byte, from string) (Key, error) {
	var s signature
	if json.Unmarshal(text, &s) != nil {
		return "", badSignature(from, "The signature file is not of the form that engine plugin package writes.", "")
	}
	public, ok := s.Key.public()
	if !ok {
		return "", badSignature(from, "The signature file names no Ed25519 key.", "")
	}
	if !ed25519.Verify(public, signed(manifest), s.Signature) {
		return "", badSignature(from, "Expected: a signature of this very manifest by the key it names. Found: one that doesn't fit, so manifest or signature was changed after signing.", s.Key)
	}
	return s.Key, nil
}
