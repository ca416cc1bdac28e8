package trust

import (
	"archive/tar"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// publisher is a key and the mirror that it fills.
type publisher struct {
	key    string
	public Key
	mirror string
}

func newPublisher(t testing.TB) publisher {
	p := publisher{key: filepath.Join(t.TempDir(), "signing.key"), mirror: t.TempDir()}
	var err error
	p.public, err = NewKey(p.key)
	require.NoError(t, err)
	return p
}

func (p publisher) publish(t testing.TB, version string, platforms ...Platform) {
	executables := map[Platform]string{}
	for _, platform := range platforms {
		path := filepath.Join(t.TempDir(), "x")
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n# "+version+string(platform)), 0o755))
		executables[platform] = path
	}
	_, err := Package(context.Background(), Packaging{
		Name: "x", Version: version, Protocol: 1, Executables: executables,
		Schema: []byte("{}"), Docs: []byte("# X"), KeyFile: p.key, Out: p.mirror,
	})
	require.NoError(t, err)
}

// newCache gives the test a store of its own.
func newCache(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
}

func install(t testing.TB, dir string, o InitOptions, constraints ...string) (Installed, error) {
	out, found := Init(context.Background(), dir, []Want{{Name: "x", Constraints: constraints}}, nil, o)
	if found.HasErrors() {
		return Installed{}, found.Err()
	}
	require.Len(t, out, 1)
	return out[0], nil
}

const elsewhere = Platform("plan9_mips")

func TestVersions(t *testing.T) {
	newCache(t)
	p := newPublisher(t)
	for _, version := range []string{"1.0.0", "1.2.0", "1.10.0", "2.0.0", "2.1.0-beta.1"} {
		p.publish(t, version, Here())
	}
	for _, test := range []struct {
		want        string
		constraints []string
	}{
		{"2.0.0", nil},
		{"1.10.0", []string{"~> 1.0"}},
		{"1.2.0", []string{"~> 1.0", "< 1.5"}},
		{"2.1.0-beta.1", []string{"2.1.0-beta.1"}},
	} {
		got, err := install(t, t.TempDir(), InitOptions{From: p.mirror}, test.constraints...)
		require.NoError(t, err)
		require.Equal(t, test.want, got.Version)
	}
	_, err := install(t, t.TempDir(), InitOptions{From: p.mirror}, ">= 3")
	d := one(t, err)
	require.Equal(t, "no-version", d.Code)
	require.Contains(t, d.Detail, "Expected: >= 3. Found: 1.0.0")
}

// What is locked stays, however new the mirror is, until somebody asks.
func TestTheLockedVersionStays(t *testing.T) {
	newCache(t)
	p, dir := newPublisher(t), t.TempDir()
	p.publish(t, "1.0.0", Here())
	_, err := install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	p.publish(t, "1.1.0", Here())
	got, err := install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	require.Equal(t, "1.0.0", got.Version)
	require.False(t, got.New)
	got, err = install(t, dir, InitOptions{From: p.mirror, Upgrade: true})
	require.NoError(t, err)
	require.Equal(t, "1.1.0", got.Version)
	_, err = install(t, dir, InitOptions{From: p.mirror}, "1.0.0")
	require.NoError(t, err, "files that ask for another version than the locked one get it")
}

// A lock that was written for all platforms holds on each.
func TestALockHoldsEveryPlatform(t *testing.T) {
	newCache(t)
	p, dir := newPublisher(t), t.TempDir()
	p.publish(t, "1.0.0", Here(), elsewhere)
	got, err := install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{string(Here()), string(elsewhere)}, got.Platforms)
	lock, found := ReadLock(dir)
	require.Empty(t, found)
	require.Len(t, lock.Plugins["x"].Hashes, 2)

	// Another machine: the same lock, an empty store.
	newCache(t)
	before, err := os.ReadFile(lock.Path)
	require.NoError(t, err)
	_, err = install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	after, err := os.ReadFile(lock.Path)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func TestNoBuildForThisMachine(t *testing.T) {
	newCache(t)
	p := newPublisher(t)
	p.publish(t, "1.0.0", elsewhere)
	_, err := install(t, t.TempDir(), InitOptions{From: p.mirror})
	d := one(t, err)
	require.Equal(t, "plugin-no-build", d.Code)
	require.Contains(t, d.Detail, "Expected: "+string(Here())+". Found: "+string(elsewhere))
}

// A new key is taken only where somebody names it.
func TestAnotherSigner(t *testing.T) {
	newCache(t)
	first, second, dir := newPublisher(t), newPublisher(t), t.TempDir()
	first.publish(t, "1.0.0", Here())
	second.publish(t, "1.1.0", Here())
	_, err := install(t, dir, InitOptions{From: first.mirror})
	require.NoError(t, err)
	_, err = install(t, dir, InitOptions{From: second.mirror, Upgrade: true})
	require.Equal(t, "plugin-signer", one(t, err).Code)
	got, err := install(t, dir, InitOptions{From: second.mirror, Upgrade: true, TrustKeys: []Key{second.public}})
	require.NoError(t, err)
	require.Equal(t, second.public, got.SignedBy)
	require.True(t, got.Named)
}

func TestManyAtOnce(t *testing.T) {
	newCache(t)
	p, dir := newPublisher(t), t.TempDir()
	p.publish(t, "1.0.0", Here())
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, found := Init(context.Background(), dir, []Want{{Name: "x"}}, nil, InitOptions{From: p.mirror})
			errs[i] = found.Err()
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	lock, found := ReadLock(dir)
	require.Empty(t, found)
	require.Empty(t, Check(lock.Plugins["x"]))
}

// A plugin that somebody develops keeps its line in the lock file.
func TestKeep(t *testing.T) {
	newCache(t)
	p, dir := newPublisher(t), t.TempDir()
	p.publish(t, "1.0.0", Here())
	_, err := install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	_, found := Init(context.Background(), dir, nil, nil, InitOptions{Keep: []string{"x"}})
	require.Empty(t, found)
	lock, found := ReadLock(dir)
	require.Empty(t, found)
	require.Contains(t, lock.Plugins, "x")
}

// A link in the store could be turned to another file.
func TestALinkInTheStore(t *testing.T) {
	newCache(t)
	p, dir := newPublisher(t), t.TempDir()
	p.publish(t, "1.0.0", Here())
	_, err := install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	lock, _ := ReadLock(dir)
	store, err := OpenStore()
	require.NoError(t, err)
	path := store.Path(lock.Plugins["x"])
	require.NoError(t, os.Rename(path, path+".real"))
	require.NoError(t, os.Symlink(path+".real", path))
	require.NotEmpty(t, Check(lock.Plugins["x"]))
}

func TestBundleRefuses(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]tar.Header{
		"climbing": {Name: "../x/index.json", Typeflag: tar.TypeReg},
		"link":     {Name: "x/index.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "b.tar")
			file, err := os.Create(path)
			require.NoError(t, err)
			w := tar.NewWriter(file)
			require.NoError(t, w.WriteHeader(&header))
			require.NoError(t, w.Close())
			require.NoError(t, file.Close())
			_, err = openSource(path, "")
			require.Equal(t, "plugin-archive", one(t, err).Code)
		})
	}
}

func TestALinkOutOfTheMirror(t *testing.T) {
	newCache(t)
	p := newPublisher(t)
	outside := filepath.Join(t.TempDir(), "index.json")
	require.NoError(t, os.WriteFile(outside, []byte(`{"format":1,"name":"x","versions":["1.0.0"]}`), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(p.mirror, "x"), 0o700))
	require.NoError(t, os.Symlink(outside, filepath.Join(p.mirror, "x", "index.json")))
	_, err := install(t, t.TempDir(), InitOptions{From: p.mirror})
	require.Equal(t, "unreadable-file", one(t, err).Code)
}

func TestManifestRefuses(t *testing.T) {
	t.Parallel()
	hash := string(hashOf(nil))
	good := `{"format":1,"name":"x","version":"1.0.0","protocol":1,"builds":[{"platform":"linux_amd64","archive":{"name":"a.tar.gz","size":1,"hash":"` + hash +
		`"},"executable":{"name":"engine-plugin-x","size":1,"hash":"` + hash + `"}}],"schema":{"name":"s","size":1,"hash":"` + hash + `"},"docs":{"name":"d","size":1,"hash":"` + hash + `"}}`
	_, err := parseManifest([]byte(good), "here")
	require.NoError(t, err)
	for _, change := range [][2]string{
		{`"format":1`, `"format":2`}, {`"name":"x"`, `"name":"../x"`}, {`"1.0.0"`, `"v1"`}, {`"1.0.0"`, `"../1"`}, {`"a.tar.gz"`, `"../a.tar.gz"`},
		{`"engine-plugin-x"`, `"engine-plugin-y"`}, {`"size":1`, `"size":-1`}, {`"size":1`, `"size":99999999999`}, {`linux_amd64`, `../../x`}, {hash, "md5:0"}, {`{"format"`, `["format"`},
	} {
		_, err := parseManifest([]byte(strings.Replace(good, change[0], change[1], 1)), "here")
		require.Equal(t, "plugin-manifest", one(t, err).Code, change[1])
	}
}

// A signature is of this manifest, by this key, and of nothing else.
func TestSignature(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	private, err := readKey(p.key)
	require.NoError(t, err)
	text, err := sign([]byte("manifest"), private)
	require.NoError(t, err)
	key, err := signer([]byte("manifest"), text, "here")
	require.NoError(t, err)
	require.Equal(t, p.public, key)
	_, err = signer([]byte("Manifest"), text, "here")
	require.Equal(t, "plugin-signature", one(t, err).Code)
	other := newPublisher(t)
	_, err = signer([]byte("manifest"), []byte(strings.Replace(string(text), string(p.public), string(other.public), 1)), "here")
	require.Equal(t, "plugin-signature", one(t, err).Code)
}

func TestKeysStayPrivate(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	info, err := os.Stat(p.key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.Chmod(p.key, 0o640))
	_, err = readKey(p.key)
	require.Equal(t, "key-not-private", one(t, err).Code)
	_, err = NewKey(p.key)
	require.Equal(t, "key-exists", one(t, err).Code)
}

// A byte that changed after the install keeps a plugin from being opened at all.
func TestAChangedExecutable(t *testing.T) {
	newCache(t)
	p, dir := newPublisher(t), t.TempDir()
	p.publish(t, "1.0.0", Here())
	_, err := install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	lock, _ := ReadLock(dir)
	store, err := OpenStore()
	require.NoError(t, err)
	path := store.Path(lock.Plugins["x"])
	require.NoError(t, os.Chmod(path, 0o700))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho evil"), 0o700))
	_, err = store.Open(lock.Plugins["x"])
	d := one(t, err)
	require.Equal(t, "plugin-changed", d.Code)
	require.Contains(t, d.Detail, "Expected: "+lock.Plugins["x"].Hashes[string(Here())])
	_, err = install(t, dir, InitOptions{From: p.mirror})
	require.NoError(t, err)
	require.Empty(t, Check(lock.Plugins["x"]), "init brings it anew")
}
