package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// kinds of authentication: what each needs, and what it may have besides.
var kinds = map[string]struct{ needs, may []string }{
	"none":   {},
	"key":    {[]string{"api_key"}, []string{"key_header", "key_prefix"}},
	"bearer": {[]string{"token"}, nil},
	"basic":  {[]string{"username", "password"}, nil},
	"oauth2": {[]string{"client_id", "client_secret", "token_url"}, []string{"scope", "audience", "secret_in_body"}},
	"hmac": {[]string{"hmac_secret"}, []string{"hmac_header", "hmac_prefix", "hmac_algorithm", "hmac_encoding", "hmac_parts", "hmac_separator",
		"hmac_key", "hmac_key_header", "hmac_timestamp", "hmac_timestamp_header"}},
}

// authorizer makes what the settings say, and refuses settings of another kind: a
// key that is given and never sent is a mistake somewhere.
func authorizer(settings sdk.Settings, like rest.Config) (rest.Authorizer, *sdk.Error) {
	kind := settings.String("auth")
	if complaint := checkKind(settings, kind); complaint != nil {
		return nil, complaint
	}
	switch kind {
	case "key":
		key, complaint := rest.CheckKey("api_key", settings.String("api_key"))
		if complaint != nil {
			return nil, complaint
		}
		return rest.HeaderKey(cmp.Or(settings.String("key_header"), "X-Api-Key"), settings.String("key_prefix"), key), nil
	case "bearer":
		token, complaint := rest.CheckKey("token", settings.String("token"))
		if complaint != nil {
			return nil, complaint
		}
		return rest.Bearer(token), nil
	case "basic":
		if strings.Contains(settings.String("username"), ":") {
			return nil, badSetting("username", "it holds a colon, which separates it from the password", "use another user name")
		}
		return rest.Basic(settings.String("username"), settings.String("password")), nil
	case "oauth2":
		return oauth2(settings, like)
	case "hmac":
		return hmac(settings)
	}
	return nil, nil
}

func checkKind(settings sdk.Settings, kind string) *sdk.Error {
	for _, name := range kinds[kind].needs {
		if strings.TrimSpace(settings.String(name)) == "" {
			return &sdk.Error{Code: "missing-setting", Summary: fmt.Sprintf("the setting %q is not set", name), Detail: fmt.Sprintf("auth = %q needs it", kind),
				Remedy: "set " + name, Attribute: []string{name}, Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
	}
	for _, s := range authSettings() {
		name := s.GetName()
		if name != "auth" && settings.Has(name) && !slices.Contains(kinds[kind].needs, name) && !slices.Contains(kinds[kind].may, name) {
			return &sdk.Error{Code: "setting-not-used", Summary: fmt.Sprintf("the setting %q would not be used", name), Detail: fmt.Sprintf("auth is %q", kind),
				Remedy: "take it out, or change auth", Attribute: []string{name}, Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
	}
	for _, name := range []string{"key_header", "hmac_header", "hmac_key_header", "hmac_timestamp_header"} {
		if settings.Has(name) && !isHeader(settings.String(name)) {
			return badSetting(name, "it is no name of a header", "write it like X-Api-Key")
		}
	}
	for _, name := range []string{"key_prefix", "hmac_prefix", "hmac_key"} {
		if !httpguts.ValidHeaderFieldValue(settings.String(name)) {
			return badSetting(name, "it can't stand in a header", "take out what isn't plain text")
		}
	}
	return nil
}

func isHeader(name string) bool { return httpguts.ValidHeaderFieldName(name) }

func oauth2(settings sdk.Settings, like rest.Config) (rest.Authorizer, *sdk.Error) {
	text := settings.String("token_url")
	if strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
		text = (&url.URL{Scheme: like.BaseURL.Scheme, Host: like.BaseURL.Host}).String() + text
	}
	address, complaint := rest.ParseBaseURL("token_url", text)
	if complaint != nil {
		return nil, complaint
	}
	return rest.NewOAuth2(rest.OAuth2Config{
		TokenURL: address, ClientID: settings.String("client_id"), ClientSecret: settings.String("client_secret"),
		Scope: settings.String("scope"), Audience: settings.String("audience"), SecretInBody: settings.Bool("secret_in_body"),
	}, like), nil
}

func hmac(settings sdk.Settings) (rest.Authorizer, *sdk.Error) {
	separator := "\n"
	if settings.Has("hmac_separator") {
		separator = settings.String("hmac_separator")
	}
	by, complaint := rest.HMAC(rest.HMACConfig{
		Secret: settings.String("hmac_secret"), Header: cmp.Or(settings.String("hmac_header"), "X-Signature"), Prefix: settings.String("hmac_prefix"),
		Algorithm: settings.String("hmac_algorithm"), Encoding: settings.String("hmac_encoding"), Parts: settings.Strings("hmac_parts"), Separator: separator,
		Timestamp: settings.String("hmac_timestamp"), TimestampHeader: cmp.Or(settings.String("hmac_timestamp_header"), "X-Timestamp"),
		Key: settings.String("hmac_key"), KeyHeader: settings.String("hmac_key_header"),
	})
	if complaint != nil {
		complaint.Attribute = []string{"auth"}
	}
	return by, complaint
}

// headers checks those of the connection. The key's own header isn't one of them.
func headers(settings sdk.Settings) (http.Header, *sdk.Error) {
	out := http.Header{}
	for name, value := range settings.Map("headers") {
		if !isHeader(name) || !httpguts.ValidHeaderFieldValue(value) {
			return nil, badSetting("headers", "one of them can't be a header", "check names and values")
		}
		if slices.Contains([]string{"Authorization", "Cookie", "Host", "Content-Length"}, textproto.CanonicalMIMEHeaderKey(name)) {
			return nil, badSetting("headers", "one of them is no setting", "a secret belongs to auth; Host and Content-Length come by themselves")
		}
		out[textproto.CanonicalMIMEHeaderKey(name)] = []string{value}
	}
	return out, nil
}

func badSetting(name, detail, remedy string) *sdk.Error {
	return &sdk.Error{Code: "bad-setting", Summary: "the setting " + name + " can't be used", Detail: detail, Remedy: remedy,
		Attribute: []string{name}, Retry: protocol.Retry_RETRY_AFTER_FIX}
}
