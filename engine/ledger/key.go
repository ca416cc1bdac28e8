package ledger

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"passerelle/engine/diag"
)

const (
	keySize = 32
	// maxKeyFile bounds what is read of a file that is perhaps no key file.
	maxKeyFile = 4096
)

// Key is the one secret of a ledger: 32 bytes from which all its sub-keys are
// derived. The zero Key is no key. It never prints itself.
type Key struct{ secret [keySize]byte }

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.secret == [keySize]byte{} }

// String and GoString keep the secret out of what is printed with %v, %+v, %#v.
func (k Key) String() string   { return "(ledger key)" }
func (k Key) GoString() string { return k.String() }

// NewKey is a random key.
func NewKey() Key {
	var k Key
	rand.Read(k.secret[:]) // never fails: crypto/rand ends the program instead
	return k
}

// ParseKey reads 64 hexadecimal digits, or 44 characters of standard or URL
// base64; white space around them is ignored. ok is false for anything else,
// the all-zero key included.
func ParseKey(text string) (k Key, ok bool) {
	text = strings.TrimSpace(text)
	var raw []byte
	var err error
	switch len(text) {
	case hex.EncodedLen(keySize):
		raw, err = hex.DecodeString(text)
	case base64.StdEncoding.EncodedLen(keySize):
		raw, err = base64.StdEncoding.Strict().DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(text))
	default:
		return Key{}, false
	}
	if err != nil || len(raw) != keySize {
		return Key{}, false
	}
	copy(k.secret[:], raw)
	return k, !k.IsZero()
}

// derive makes a sub-key. The ledger's id is the salt, so that two ledgers under
// one key share no sub-key.
func (k Key) derive(ledgerID, label string, size int) ([]byte, error) {
	return hkdf.Key(sha256.New, k.secret[:], []byte(ledgerID), "passerelle ledger v1: "+label, size)
}

// KeyOptions say where a key may be, first to last.
type KeyOptions struct {
	Env       string // the value of ENGINE_KEY; "" when it isn't set
	File      string // --key-file
	Default   string // a path under the user's config directory
	MayCreate bool   // create Default when it isn't there: true only while the ledger doesn't exist
}

// LoadKey takes the first of Env, File and Default that is given. What is given
// and wrong is refused; the next one is then not tried. Default is created with
// mode 0600, in a directory of mode 0700, and only with MayCreate.
func LoadKey(o KeyOptions) (Key, error) {
	if o.Env != "" {
		k, ok := ParseKey(o.Env)
		if !ok {
			return Key{}, badKey("ENGINE_KEY")
		}
		return k, nil
	}
	if o.File != "" {
		k, err := readKeyFile(o.File)
		if errors.Is(err, fs.ErrNotExist) {
			return Key{}, keyFileUnreadable(o.File, "There is no such file.")
		}
		return k, err
	}
	if o.Default == "" {
		return Key{}, missingKey("ENGINE_KEY isn't set and no key file was given.")
	}
	k, err := readKeyFile(o.Default)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if !o.MayCreate {
		return Key{}, missingKey("The ledger exists, ENGINE_KEY isn't set, and there is no key file at " + o.Default + ".")
	}
	return createKeyFile(o.Default)
}

// readKeyFile returns fs.ErrNotExist as it is, so that the caller decides.
func readKeyFile(path string) (Key, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fs.ErrNotExist
	}
	if err != nil {
		return Key{}, keyFileUnreadable(path, "It can't be opened: "+systemSays(err)+".")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Key{}, keyFileUnreadable(path, "It can't be examined: "+systemSays(err)+".")
	}
	if info.IsDir() {
		return Key{}, keyFileUnreadable(path, "It is a directory.")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, diag.Diagnostic{
			Code: "key-file-exposed", Class: diag.Refused,
			Summary: "The key file can be read by others",
			Detail:  path + " has mode " + info.Mode().Perm().String() + "; whoever has the key and the ledger can test guesses of what was sent.",
			Remedy:  "Run: chmod 600 " + path,
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return Key{}, keyFileUnreadable(path, "It can't be read: "+systemSays(err)+".")
	}
	k, ok := ParseKey(string(text))
	if !ok {
		return Key{}, badKey(path)
	}
	return k, nil
}

func badKey(where string) error {
	return diag.Diagnostic{
		Code: "malformed-ledger-key", Class: diag.Refused,
		Summary: "The key of the ledger is malformed",
		Detail:  where + " must hold 32 bytes as 64 hexadecimal digits or 44 characters of base64, not all zero, and nothing else.",
		Remedy:  "Give the whole key. For a new ledger, make one with: openssl rand -hex 32",
	}
}

func keyFileUnreadable(path, why string) error {
	return diag.Diagnostic{
		Code: "key-file-unreadable", Class: diag.Refused,
		Summary: "The key file can't be read",
		Detail:  path + ": " + why,
		Remedy:  "Check the path given with --key-file and the rights on it.",
	}
}

// systemSays is the system's reason alone, without the path.
func systemSays(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err.Error()
	}
	return err.Error()
}
