package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

const hexKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

func TestTheFormsOfAKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"hex":             {hexKey, true},
		"upper-case hex":  {strings.ToUpper(hexKey), true},
		"base64":          {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=", true},
		"white space":     {" \t" + hexKey + "\r\n", true},
		"empty":           {"", false},
		"a byte short":    {hexKey[2:], false},
		"a byte long":     {hexKey + "00", false},
		"a letter amiss":  {"g" + hexKey[1:], false},
		"base64 unpadded": {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8", false},
		"33 bytes":        {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv//", false},
		"all zero":        {strings.Repeat("0", 64), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, ok := ParseKey(c.text)
			require.Equal(t, c.ok, ok)
			if ok {
				want, _ := ParseKey(hexKey)
				require.Equal(t, want, k)
			}
		})
	}
	std, ok := ParseKey("++//" + strings.Repeat("A", 39) + "=")
	require.True(t, ok)
	url, ok := ParseKey("--__" + strings.Repeat("A", 39) + "=")
	require.True(t, ok)
	require.Equal(t, std, url)
}

func TestAKeyDoesNotPrintItself(t *testing.T) {
	t.Parallel()
	k, _ := ParseKey(hexKey)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		require.Contains(t, fmt.Sprintf(verb, k), "(ledger key)")
		require.Contains(t, fmt.Sprintf(verb, Options{Key: k}), "(ledger key)")
	}
}

func TestWhereAKeyComesFrom(t *testing.T) {
	t.Parallel()
	file := func(t *testing.T, text string, mode os.FileMode) string {
		path := filepath.Join(t.TempDir(), "key")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	const other = "ff" + "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
	for name, c := range map[string]struct {
		options func(t *testing.T) KeyOptions
		code    string
	}{
		"the environment first": {func(t *testing.T) KeyOptions {
			return KeyOptions{Env: hexKey, File: file(t, other, 0o600), Default: file(t, other, 0o600)}
		}, ""},
		"then the file": {func(t *testing.T) KeyOptions {
			return KeyOptions{File: file(t, hexKey+"\n", 0o400), Default: file(t, other, 0o600)}
		}, ""},
		"then the default": {func(t *testing.T) KeyOptions {
			return KeyOptions{Default: file(t, hexKey, 0o600), MayCreate: true}
		}, ""},
		"a wrong one in the environment": {func(t *testing.T) KeyOptions {
			return KeyOptions{Env: hexKey[1:], Default: file(t, hexKey, 0o600)}
		}, "malformed-ledger-key"},
		"a short file": {func(t *testing.T) KeyOptions {
			return KeyOptions{File: file(t, hexKey[2:], 0o600), Default: file(t, hexKey, 0o600)}
		}, "malformed-ledger-key"},
		"an empty default is not replaced": {func(t *testing.T) KeyOptions {
			return KeyOptions{Default: file(t, "", 0o600), MayCreate: true}
		}, "malformed-ledger-key"},
		"readable by the group": {func(t *testing.T) KeyOptions {
			return KeyOptions{File: file(t, hexKey, 0o640)}
		}, "key-file-exposed"},
		"readable by others": {func(t *testing.T) KeyOptions {
			return KeyOptions{Default: file(t, hexKey, 0o604)}
		}, "key-file-exposed"},
		"no such file": {func(t *testing.T) KeyOptions {
			return KeyOptions{File: filepath.Join(t.TempDir(), "none"), Default: file(t, hexKey, 0o600), MayCreate: true}
		}, "key-file-unreadable"},
		"a directory": {func(t *testing.T) KeyOptions {
			return KeyOptions{File: t.TempDir()}
		}, "key-file-unreadable"},
		"none at all, and the ledger exists": {func(t *testing.T) KeyOptions {
			return KeyOptions{Default: filepath.Join(t.TempDir(), "none")}
		}, "missing-ledger-key"},
		"nowhere to look": {func(t *testing.T) KeyOptions { return KeyOptions{MayCreate: true} }, "missing-ledger-key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := c.options(t)
			k, err := LoadKey(o)
			if c.code != "" {
				d := requireCode(t, err, c.code, diag.Refused)
				require.NotContains(t, d.Error(), hexKey[2:20])
				require.True(t, k.IsZero())
				return
			}
			require.NoError(t, err)
			want, _ := ParseKey(hexKey)
			require.Equal(t, want, k)
		})
	}
}

func TestAKeyIsCreatedOnceAndPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config", "passerelle", "ledger.key")
	keys := make([]Key, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			k, err := LoadKey(KeyOptions{Default: path, MayCreate: true})
			if err == nil {
				keys[i] = k
			}
		})
	}
	all.Wait()
	for _, k := range keys {
		require.False(t, k.IsZero())
		require.Equal(t, keys[0], k)
	}
	again, err := LoadKey(KeyOptions{Default: path})
	require.NoError(t, err)
	require.Equal(t, keys[0], again)

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing half-written stays")
}

func TestAKeyThatCannotBeCreated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := LoadKey(KeyOptions{Default: filepath.Join(file, "sub", "key"), MayCreate: true})
	require.Error(t, err)
	require.Contains(t, []string{"key-file-not-created", "key-file-unreadable"}, codeOf(err))
}

func FuzzParseKey(f *testing.F) {
	f.Add(hexKey)
	f.Add("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=")
	f.Fuzz(func(t *testing.T, text string) {
		k, ok := ParseKey(text)
		require.Equal(t, ok, !k.IsZero())
		if ok {
			again, ok := ParseKey(fmt.Sprintf("%x", k.secret))
			require.True(t, ok)
			require.Equal(t, k, again)
		}
	})
}

func TestSealing(t *testing.T) {
	t.Parallel()
	l, stranger := open(t, t.TempDir()), open(t, t.TempDir())
	text, aad := []byte("Zoé N'Guyen"), []byte("plan 1, batch 2")
	head := []byte("head")
	sealed := l.Sealer().Seal(head, text, aad)
	require.Equal(t, head, sealed[:4])
	sealed = sealed[4:]
	require.Len(t, sealed, len(text)+l.Sealer().Overhead())
	require.NotContains(t, string(sealed), "Zoé")
	require.NotEqual(t, sealed, l.Sealer().Seal(nil, text, aad), "each seal has a nonce of its own")

	plain, err := l.Sealer().Open(head, sealed, aad)
	require.NoError(t, err)
	require.Equal(t, "head"+string(text), string(plain))

	changed := append([]byte(nil), sealed...)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"changed":             func() ([]byte, error) { return l.Sealer().Open(nil, changed, aad) },
		"cut":                 func() ([]byte, error) { return l.Sealer().Open(nil, sealed[:5], aad) },
		"elsewhere":           func() ([]byte, error) { return l.Sealer().Open(nil, sealed, []byte("plan 1, batch 3")) },
		"another ledger":      func() ([]byte, error) { return stranger.Sealer().Open(nil, sealed, aad) },
		"another kind of use": func() ([]byte, error) { return l.keys.names.Open(nil, sealed, aad) },
	} {
		_, err := open()
		require.Equal(t, "sealed-text-unreadable", codeOf(err), name)
	}
}
