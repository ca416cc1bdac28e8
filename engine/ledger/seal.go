package ledger

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"passerelle/engine/diag"
)

// keys are what is derived from a Key for one ledger.
type keys struct {
	check  []byte // 16 bytes, stored: tells a wrong key
	chain  []byte // HMAC over the ended runs
	print0 uint64 // SipHash
	print1 uint64
	spool  *Sealer
	names  *Sealer
	days   *Sealer
	lines  *Sealer
	// results seals whom they are about.
	results *Sealer
	// content is the key of Digest.
	content   []byte
	person    []byte // HMAC over what makes a person
	linePages []byte // HMAC over a page of lines
}

func deriveKeys(k Key, ledgerID string) (keys, error) {
	var out keys
	var prints, spool, names, days, lines, results []byte
	for _, d := range []struct {
		label string
		size  int
		to    *[]byte
	}{
		{"check", 16, &out.check},
		{"chain of runs", 32, &out.chain},
		{"fingerprints", 16, &prints},
		{"sealing", 32, &spool},
		{"shown names", 32, &names},
		{"days", 32, &days},
		{"kept lines", 32, &lines},
		{"results", 32, &results},
		{"content of files", 32, &out.content},
		{"persons", 32, &out.person},
		{"pages of lines", 32, &out.linePages},
	} {
		b, err := k.derive(ledgerID, d.label, d.size)
		if err != nil {
			return keys{}, err
		}
		*d.to = b
	}
	out.print0 = binary.LittleEndian.Uint64(prints[:8])
	out.print1 = binary.LittleEndian.Uint64(prints[8:])
	var err error
	if out.spool, err = newSealer(spool); err != nil {
		return keys{}, err
	}
	if out.names, err = newSealer(names); err != nil {
		return keys{}, err
	}
	if out.days, err = newSealer(days); err != nil {
		return keys{}, err
	}
	if out.lines, err = newSealer(lines); err != nil {
		return keys{}, err
	}
	out.results, err = newSealer(results)
	return out, err
}

func (k keys) mac(parts ...[]byte) []byte {
	h := hmac.New(sha256.New, k.chain)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// Sealer encrypts with AES-256-GCM under a sub-key of the ledger, with a random
// 96-bit nonce from crypto/rand put before the text. Safe for concurrent use.
// One key is good for 2^32 seals (NIST SP 800-38D, 8.3): seal batches, or records
// only where they change.
type Sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (*Sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead}, nil
}

// Overhead is how many bytes sealing adds.
func (s *Sealer) Overhead() int { return s.aead.Overhead() }

// Seal appends the sealed plaintext to dst. aad isn't in it, but must be the
// same to open it: what says where the text belongs. dst and plaintext must not
// overlap.
func (s *Sealer) Seal(dst, plaintext, aad []byte) []byte {
	return s.aead.Seal(dst, nil, plaintext, aad)
}

// Open appends the plaintext to dst. It fails with sealed-text-unreadable when
// sealed was changed, cut, put elsewhere, or sealed under another ledger's key.
func (s *Sealer) Open(dst, sealed, aad []byte) ([]byte, error) {
	out, err := s.aead.Open(dst, nil, sealed, aad)
	if err != nil {
		return dst, diag.Diagnostic{
			Code: "sealed-text-unreadable", Class: diag.Fault,
			Summary: "An encrypted text can't be opened",
			Detail:  "It was damaged or changed on disk, or encrypted for another ledger.",
			Remedy:  "Check the disk, and that the file belongs to this ledger. A saved plan can be dropped and made again.",
		}
	}
	return out, nil
}

// sealName seals a shown name for the record it belongs to; "" stays empty.
func (k keys) sealName(name, sourceID string) []byte {
	if name == "" {
		return []byte{}
	}
	return k.names.Seal(nil, []byte(name), []byte(sourceID))
}

func (k keys) openName(sealed []byte, sourceID string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	name, err := k.names.Open(nil, sealed, []byte(sourceID))
	return string(name), err
}
