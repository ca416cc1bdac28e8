package ledger

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"passerelle/engine/diag"
)

// createKeyFile writes a new random key to path. It is written whole and synced
// beside path and then linked to it, which fails where something exists: no
// crash leaves half a key, and of two processes at once both get the same one.
func createKeyFile(path string) (Key, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Key{}, keyNotCreated(path, err)
	}
	k := NewKey()
	written, err := writeSynced(dir, hex.EncodeToString(k.secret[:])+"\n")
	if err != nil {
		return Key{}, keyNotCreated(path, err)
	}
	defer os.Remove(written)
	err = os.Link(written, path)
	if errors.Is(err, fs.ErrExist) {
		return readKeyFile(path)
	}
	if err != nil {
		return Key{}, keyNotCreated(path, err)
	}
	if err := syncDir(dir); err != nil {
		return Key{}, keyNotCreated(path, err)
	}
	return k, nil
}

// writeSynced writes text to a new file of mode 0600 in dir and names it.
func writeSynced(dir, text string) (path string, err error) {
	f, err := os.CreateTemp(dir, ".key-*") // O_EXCL, 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func keyNotCreated(path string, err error) error {
	return diag.Diagnostic{
		Code: "key-file-not-created", Class: diag.Fault,
		Summary: "The key of the new ledger can't be written",
		Detail:  path + ": " + systemSays(err) + ".",
		Remedy:  "Give this user the right to write there, or give a key of your own in ENGINE_KEY or with --key-file; make one with: openssl rand -hex 32",
	}
}
