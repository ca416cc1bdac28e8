package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"regexp"
	"strings"
)

// Hash is a SHA-256 in the form in which files hold it. The prefix lets another
// function follow one day.
type Hash string

const hashPrefix = "sha256:"

var hashForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func (h Hash) valid() bool { return hashForm.MatchString(string(h)) }

// hex is the hash without its prefix, as file names have it.
func (h Hash) hex() string { return strings.TrimPrefix(string(h), hashPrefix) }

func hashOf(content []byte) Hash {
	sum := sha256.Sum256(content)
	return Hash(hashPrefix + hex.EncodeToString(sum[:]))
}

// hashAll reads r to its end and counts it.
func hashAll(r io.Reader) (Hash, int64, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	return Hash(hashPrefix + hex.EncodeToString(sum.Sum(nil))), n, err
}
