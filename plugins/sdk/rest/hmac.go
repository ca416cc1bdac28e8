package rest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some APIs still ask for it; as an HMAC it isn't broken
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// HMACConfig says how an API wants requests signed. There is no standard; what is
// here covers the usual one header over the usual parts.
type HMACConfig struct {
	Secret    string
	Header    string   // that carries the signature
	Prefix    string   // before the signature: "sha256=", "HMAC {key}:"
	Algorithm string   // sha256 (default), sha512, sha1
	Encoding  string   // hex (default), base64, base64url
	Parts     []string // what is signed, in order: see hmacParts; default method, path, timestamp, body
	Separator string   // between the parts

	TimestampHeader string // that carries the time; needed where it is signed
	Timestamp       string // its form: unix (default), unix-ms, rfc3339

	Key       string // names the secret to the API; sent in KeyHeader and for {key}
	KeyHeader string

	Now func() time.Time // default time.Now
}

var (
	hmacParts      = []string{"method", "host", "path", "query", "timestamp", "key", "body", "body-hash"}
	hmacAlgorithms = map[string]func() hash.Hash{"sha256": sha256.New, "sha512": sha512.New, "sha1": sha1.New}
	hmacEncodings  = map[string]func([]byte) string{
		"hex": hex.EncodeToString, "base64": base64.StdEncoding.EncodeToString, "base64url": base64.RawURLEncoding.EncodeToString,
	}
	hmacTimes = map[string]func(time.Time) string{
		"unix":    func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) },
		"unix-ms": func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) },
		"rfc3339": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
)

type signer struct {
	HMACConfig
	algorithm func() hash.Hash
	encode    func([]byte) string
	time      func(time.Time) string
}

// HMAC signs each attempt with a shared secret. path is the escaped path, query
// the encoded query without its ?, body-hash the hash of the body in hex.
func HMAC(config HMACConfig) (Authorizer, *sdk.Error) {
	s := &signer{HMACConfig: config}
	if len(s.Parts) == 0 {
		s.Parts = []string{"method", "path", "timestamp", "body"}
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	s.algorithm = hmacAlgorithms[orElse(s.Algorithm, "sha256")]
	s.encode = hmacEncodings[orElse(s.Encoding, "hex")]
	s.time = hmacTimes[orElse(s.Timestamp, "unix")]
	s.Prefix = strings.ReplaceAll(s.Prefix, "{key}", s.Key)
	switch {
	case s.Secret == "":
		return nil, badSignature("the secret is empty")
	case s.Header == "":
		return nil, badSignature("no header carries the signature")
	case s.algorithm == nil:
		return nil, badSignature("the algorithm is none of sha256, sha512 and sha1")
	case s.encode == nil:
		return nil, badSignature("the encoding is none of hex, base64 and base64url")
	case s.time == nil:
		return nil, badSignature("the form of the time stamp is none of unix, unix-ms and rfc3339")
	case slices.Contains(s.Parts, "timestamp") && s.TimestampHeader == "":
		return nil, badSignature("the time is signed, and no header carries it")
	}
	for _, part := range s.Parts {
		if !slices.Contains(hmacParts, part) {
			return nil, badSignature(fmt.Sprintf("%q can't be signed; what can is %s", part, strings.Join(hmacParts, ", ")))
		}
	}
	return s, nil
}

func badSignature(why string) *sdk.Error {
	return &sdk.Error{Code: "bad-signature-settings", Summary: "requests can't be signed this way", Detail: why,
		Remedy: "take the rules of the signature from the API's own documentation", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func (s *signer) Authorize(req *http.Request, body []byte) *sdk.Error {
	now := s.time(s.Now())
	mac := hmac.New(s.algorithm, []byte(s.Secret))
	for i, part := range s.Parts {
		if i > 0 {
			mac.Write([]byte(s.Separator))
		}
		mac.Write(s.part(part, req, body, now))
	}
	if s.TimestampHeader != "" {
		req.Header.Set(s.TimestampHeader, now)
	}
	if s.KeyHeader != "" {
		req.Header.Set(s.KeyHeader, s.Key)
	}
	req.Header.Set(s.Header, s.Prefix+s.encode(mac.Sum(nil)))
	return nil
}

func (s *signer) part(name string, req *http.Request, body []byte, now string) []byte {
	switch name {
	case "method":
		return []byte(req.Method)
	case "host":
		return []byte(req.URL.Host)
	case "path":
		return []byte(req.URL.EscapedPath())
	case "query":
		return []byte(req.URL.RawQuery)
	case "timestamp":
		return []byte(now)
	case "key":
		return []byte(s.Key)
	case "body-hash":
		h := s.algorithm()
		h.Write(body)
		return []byte(hex.EncodeToString(h.Sum(nil)))
	}
	return body
}

func (s *signer) Secrets() []string { return []string{s.Secret} }

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
