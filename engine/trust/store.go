package trust

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// Store holds the installed plugins of one user, each under the hash of its
// manifest: the manifest, its signature, and a folder a platform. Nobody else may
// write it, and nothing in it is ever changed, only replaced.
type Store struct{ dir string }

const (
	manifestName  = "manifest.json"
	signatureName = manifestName + ".sig"
)

// OpenStore opens the user's store. It makes nothing yet.
func OpenStore() (*Store, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, noStore(err)
	}
	return &Store{dir: filepath.Join(cache, "engine", "store")}, nil
}

// Dir is the store's folder, which need not be there yet.
func (s *Store) Dir() string { return s.dir }

// make makes the store's folder, and refuses one that others may write.
func (s *Store) make() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return cantWrite(s.dir, err)
	}
	return s.private(s.dir)
}

// private refuses a folder in which somebody else could put another file.
func (s *Store) private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return cantRead(dir, err)
	}
	system, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(system.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return openStore(dir, info.Mode())
	}
	return nil
}

func (s *Store) entry(manifest Hash) string { return filepath.Join(s.dir, manifest.hex()) }

func (s *Store) executable(manifest Hash, p Platform, name string) string {
	return filepath.Join(s.entry(manifest), string(p), executablePrefix+name)
}

// Path is where a locked plugin's executable is, or would be after init.
func (s *Store) Path(p *Locked) string {
	return s.executable(Hash(p.Manifest), Here(), p.Name)
}

// Open checks a locked plugin and gives its executable, opened: whoever starts it
// starts this very file. Manifest, signature and executable are checked against
// the lock each time; the caller closes the file.
func (s *Store) Open(p *Locked) (*os.File, error) {
	want, ok := p.Hashes[string(Here())]
	if !ok {
		return nil, noBuildHere(p)
	}
	entry := s.entry(Hash(p.Manifest))
	manifest, err := os.ReadFile(filepath.Join(entry, manifestName))
	var text []byte
	if err == nil {
		text, err = os.ReadFile(filepath.Join(entry, signatureName))
	}
	if err == nil {
		_, err = os.Lstat(s.Path(p))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notInstalled(p)
	}
	if err != nil {
		return nil, cantRead(entry, err)
	}
	for _, dir := range []string{s.dir, entry, filepath.Dir(s.Path(p))} {
		if err := s.private(dir); err != nil {
			return nil, err
		}
	}
	if got := hashOf(manifest); got != Hash(p.Manifest) {
		return nil, changed(filepath.Join(entry, manifestName), Hash(p.Manifest), got)
	}
	if err := p.agrees(manifest, text, entry); err != nil {
		return nil, err
	}
	// O_NOFOLLOW: a link could be turned to another file.
	file, err := os.OpenFile(s.Path(p), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, cantRead(s.Path(p), err)
	}
	if err := checkFile(file, Hash(want)); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// checkFile hashes an open file.
func checkFile(file *os.File, want Hash) error {
	got, _, err := hashAll(file)
	switch {
	case err != nil:
		return cantRead(file.Name(), err)
	case got != want:
		return changed(file.Name(), want, got)
	}
	_, err = file.Seek(0, io.SeekStart) // a script is read from here
	return err
}

// agrees holds a manifest and its signature against the lock.
func (p *Locked) agrees(manifest, text []byte, from string) error {
	if got := hashOf(manifest); got != Hash(p.Manifest) {
		return wrongManifest(p, from, got)
	}
	key, err := signer(manifest, text, from)
	if err != nil {
		return err
	}
	if key != Key(p.SignedBy) {
		return wrongSigner(p.Name, from, Key(p.SignedBy), key)
	}
	m, err := parseManifest(manifest, from)
	if err != nil {
		return err
	}
	if m.Name != p.Name || m.Version != p.Version {
		return lockDisagrees(p.Name, "name and version", p.Name+" "+p.Version, m.Name+" "+m.Version)
	}
	signed := hashesOf(m)
	for _, platform := range p.Platforms() {
		if signed[platform] != p.Hashes[platform] {
			return lockDisagrees(p.Name, "the executable for "+platform, p.Hashes[platform], signed[platform])
		}
	}
	return nil
}

// hashesOf are the hashes of a manifest's executables, by platform.
func hashesOf(m *Manifest) map[string]string {
	out := map[string]string{}
	for _, b := range m.Builds {
		out[string(b.Platform)] = string(b.Executable.Hash)
	}
	return out
}

// put installs one build whose archive was checked. Each file appears whole or
// not at all, so that two inits at once, or one that is killed, do no harm.
func (s *Store) put(m *Manifest, b Build, manifest, text []byte, archive io.Reader, from string) error {
	entry := s.entry(hashOf(manifest))
	path := s.executable(hashOf(manifest), b.Platform, m.Name)
	for _, dir := range []string{entry, filepath.Dir(path)} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return cantWrite(dir, err)
		}
		if err := s.private(dir); err != nil {
			return err
		}
	}
	file, err := renameio.NewPendingFile(path, renameio.WithStaticPermissions(0o500))
	if err != nil {
		return cantWrite(path, err)
	}
	defer file.Cleanup()
	if err := unpack(archive, from, b.Executable, file); err != nil {
		return err
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return cantWrite(path, err)
	}
	for name, content := range map[string][]byte{signatureName: text, manifestName: manifest} {
		if err := renameio.WriteFile(filepath.Join(entry, name), content, 0o400); err != nil {
			return cantWrite(entry, err)
		}
	}
	return nil
}

// lock lets one init at a time work on the store; others wait.
func (s *Store) lock(ctx context.Context) (release func(), err error) {
	if err := s.make(); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(s.dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, cantWrite(s.dir, err)
	}
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { _ = file.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			_ = file.Close()
			return nil, cantWrite(s.dir, err)
		}
		select {
		case <-ctx.Done():
			_ = file.Close()
			return nil, interrupted()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
