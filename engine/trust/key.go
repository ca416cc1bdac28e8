package trust

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Key is a publisher's public key. It is short enough to be its own fingerprint,
// so that nothing else need be compared: ed25519: and the key in base64.
type Key string

const keyPrefix = "ed25519:"

func keyOf(public ed25519.PublicKey) Key {
	return Key(keyPrefix + base64.StdEncoding.EncodeToString(public))
}

func (k Key) public() (ed25519.PublicKey, bool) {
	text, ok := strings.CutPrefix(string(k), keyPrefix)
	if !ok {
		return nil, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	return raw, err == nil && len(raw) == ed25519.PublicKeySize
}

// CheckKey refuses what is no public key.
func CheckKey(k Key) error {
	if _, ok := k.public(); !ok {
		return badKey(k)
	}
	return nil
}

// pemType is the standard's name of a PKCS #8 key without a passphrase.
const pemType = "PRIVATE KEY"

// NewKey makes a signing key in a new file that its user alone may read, and
// gives its public half.
func NewKey(path string) (Key, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", cantWrite(path, err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return "", keyExists(path)
	}
	if err != nil {
		return "", cantWrite(path, err)
	}
	err = pem.Encode(file, &pem.Block{Type: pemType, Bytes: der})
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		_ = os.Remove(path)
		return "", cantWrite(path, err)
	}
	return keyOf(public), nil
}

// maxKeyFile is far above any key.
const maxKeyFile = 16 << 10

// readKey reads a signing key. A file that others may read is no secret and is
// refused; what is no file, such as a pipe, comes from whoever calls.
func readKey(path string) (ed25519.PrivateKey, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, cantRead(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, cantRead(path, err)
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, openKey(path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return nil, cantRead(path, err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, notAKey(path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, notAKey(path)
	}
	return private, nil
}
