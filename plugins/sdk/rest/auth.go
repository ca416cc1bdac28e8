package rest

import (
	"encoding/base64"
	"net/http"

	"passerelle/plugins/sdk"
)

// Authorizer proves on each attempt of a request who asks. It may be used
// concurrently.
type Authorizer interface {
	// Authorize puts the proof on one attempt. body is what is sent, nil where
	// nothing is. Each repetition is authorized anew, so that a time stamp is
	// fresh and a token valid.
	Authorize(req *http.Request, body []byte) *sdk.Error
	// Secrets are the texts that no error may quote.
	Secrets() []string
}

// Renewer is an Authorizer whose proof may run out before its time. A request
// that is answered 401 was not carried out, so it is safe to make it once more.
type Renewer interface {
	Authorizer
	// Accepted says that the proof on sent was good for something else than 401.
	Accepted(sent *http.Request)
	// Renew says that sent was refused with 401, and reports whether another try
	// has another proof to show.
	Renew(sent *http.Request) bool
}

// header is a proof that stays the same: one header.
type header struct{ name, value, secret string }

// HeaderKey sends a key in a header, after a prefix such as "Token " where the
// API wants one. Check the key with CheckKey first.
func HeaderKey(name, prefix, key string) Authorizer { return header{name, prefix + key, key} }

// Bearer sends a token that somebody else obtained (RFC 6750).
func Bearer(token string) Authorizer { return HeaderKey("Authorization", "Bearer ", token) }

// Basic sends a user name and a password in UTF-8 (RFC 7617). The name can't hold
// a colon.
func Basic(user, password string) Authorizer {
	pair := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return header{"Authorization", "Basic " + pair, password}
}

func (h header) Authorize(req *http.Request, _ []byte) *sdk.Error {
	req.Header.Set(h.name, h.value)
	return nil
}

func (h header) Secrets() []string { return []string{h.secret, h.value} }

// authFunc is Config.Auth as an Authorizer.
type authFunc func(http.Header)

func (f authFunc) Authorize(req *http.Request, _ []byte) *sdk.Error {
	f(req.Header)
	return nil
}

func (f authFunc) Secrets() []string {
	set := http.Header{}
	f(set)
	var all []string
	for _, values := range set {
		all = append(all, values...)
	}
	return all
}
