package rest

import (
	"net"
	"net/url"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// ParseBaseURL reads a setting that holds an API's address, as people paste it:
// with or without https://, any case, a slash at the end. What comes back has a
// lower-case host and no slash at the end.
//
// https is required; http is for this machine alone (127.0.0.0/8, ::1,
// localhost), because a key would otherwise travel in the open. The setting's
// name goes into the error's Attribute; the error shows no part of the address,
// which may hold a password.
func ParseBaseURL(setting, text string) (*url.URL, *sdk.Error) {
	bad := func(detail, remedy string) (*url.URL, *sdk.Error) {
		return nil, &sdk.Error{Code: "bad-url", Summary: "the address can't be used", Detail: detail, Remedy: remedy,
			Attribute: []string{setting}, Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return bad("it is empty", "give the address that people type in their browser, like https://example.com")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return bad("it is no URL", "write it like https://example.com")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch {
	case u.User != nil:
		return bad("it holds a user name or a password", "take them out of the address; a key has its own setting")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return bad("it holds a ? or a #", "stop before the ? or the #; a key has its own setting")
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return bad("http sends the key in the open", "write https:// instead; http is for this machine alone")
	case u.Scheme != "https" && u.Scheme != "http":
		return bad("it is neither https nor http", "write it like https://example.com")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// IsLoopback reports whether a host name or address is this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// TenantID names the tenant behind an address: the host, without the port that
// https implies, and the path where there is one.
func TenantID(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return host + strings.TrimRight(u.Path, "/")
}

// CheckKey refuses a key that can't be a header's value, without showing it: a
// pasted line break, a missing file's emptiness. Spaces around it are dropped.
func CheckKey(setting, key string) (string, *sdk.Error) {
	key = strings.TrimSpace(key)
	bad := key == ""
	for _, r := range key {
		bad = bad || r <= ' ' || r > '~'
	}
	if bad {
		return "", &sdk.Error{Code: "bad-key", Summary: "the key can't be used", Detail: "it is empty, or holds spaces, line breaks or accents",
			Remedy: "copy it again, whole and alone", Attribute: []string{setting}, Retry: protocol.Retry_RETRY_CREDENTIALS}
	}
	return key, nil
}
