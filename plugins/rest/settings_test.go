package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// Each kind of authentication, as its settings make it, seen by the API.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		settings map[string]any
		want     map[string]string // header → beginning of its value
	}{
		"none":   {map[string]any{"auth": "none"}, map[string]string{"X-Api-Key": "", "Authorization": ""}},
		"key":    {map[string]any{"auth": "key", "api_key": canary}, map[string]string{"X-Api-Key": canary}},
		"token":  {map[string]any{"auth": "key", "api_key": canary, "key_header": "authorization", "key_prefix": "Token "}, map[string]string{"Authorization": "Token " + canary}},
		"bearer": {map[string]any{"auth": "bearer", "token": canary}, map[string]string{"Authorization": "Bearer " + canary}},
		"basic":  {map[string]any{"auth": "basic", "username": "u", "password": "p"}, map[string]string{"Authorization": "Basic dTpw"}},
		"oauth2": {map[string]any{"auth": "oauth2", "client_id": "i", "client_secret": canary, "token_url": "/token", "scope": "hr"}, map[string]string{"Authorization": "Bearer tok-hr"}},
		"hmac": {map[string]any{"auth": "hmac", "hmac_secret": canary, "hmac_prefix": "sha512=", "hmac_algorithm": "sha512", "hmac_key": "k7", "hmac_key_header": "X-Key", "headers": map[string]any{"accept-version": "3"}},
			map[string]string{"X-Signature": "sha512=", "X-Key": "k7", "X-Timestamp": "1", "Accept-Version": "3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					answer(w, 200, `{"access_token":"tok-`+r.FormValue("scope")+`"}`)
					return
				}
				for header, value := range x.want {
					if !strings.HasPrefix(r.Header.Get(header), value) || (value == "") != (r.Header.Get(header) == "") {
						answer(w, 401, `{}`)
						return
					}
				}
				answer(w, 200, `[]`)
			}), x.settings)
			_, _, err := read(t, c, `{"path":"/people","paging":"none"}`)
			require.NoError(t, err)
		})
	}
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		settings map[string]any
		code     string
		at       string
	}{
		"no auth":               {map[string]any{}, "missing-setting", "auth"},
		"unknown auth":          {map[string]any{"auth": "kerberos"}, "setting-not-allowed", "auth"},
		"key missing":           {map[string]any{"auth": "key"}, "missing-setting", "api_key"},
		"key of two lines":      {map[string]any{"auth": "key", "api_key": "a\n" + canary}, "bad-key", "api_key"},
		"token for a key":       {map[string]any{"auth": "key", "api_key": "a", "token": canary}, "setting-not-used", "token"},
		"key for nothing":       {map[string]any{"auth": "none", "api_key": canary}, "setting-not-used", "api_key"},
		"no header's name":      {map[string]any{"auth": "key", "api_key": canary, "key_header": "X Key"}, "bad-setting", "key_header"},
		"prefix of two lines":   {map[string]any{"auth": "key", "api_key": canary, "key_prefix": "a\r\nb"}, "bad-setting", "key_prefix"},
		"user with a colon":     {map[string]any{"auth": "basic", "username": "a:b", "password": canary}, "bad-setting", "username"},
		"token in the open":     {map[string]any{"auth": "oauth2", "client_id": "a", "client_secret": canary, "token_url": "http://login.example/t"}, "bad-url", "token_url"},
		"unknown part":          {map[string]any{"auth": "hmac", "hmac_secret": canary, "hmac_parts": []string{"weather"}}, "setting-not-allowed", "hmac_parts"},
		"secret in headers":     {map[string]any{"auth": "none", "headers": map[string]any{"authorization": canary}}, "bad-setting", "headers"},
		"header of two lines":   {map[string]any{"auth": "none", "headers": map[string]any{"x": "a\n" + canary}}, "bad-setting", "headers"},
		"batches of nothing":    {map[string]any{"auth": "none", "batch_size": 0}, "bad-setting", "batch_size"},
		"http over the network": {map[string]any{"auth": "none", "url": "http://hr.example"}, "bad-url", "url"},
		"rate":                  {map[string]any{"auth": "none", "rate_limit": "often"}, "bad-setting-type", "rate_limit"},
		"unknown setting":       {map[string]any{"auth": "none", "urll": "x"}, "unknown-setting", "urll"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if x.settings["url"] == nil {
				x.settings["url"] = "https://hr.example"
			}
			_, err := configure(t, x.settings)
			require.Equal(t, x.code, codeOf(t, err))
			var complaint *sdk.Error
			require.ErrorAs(t, err, &complaint)
			require.Equal(t, []string{x.at}, complaint.Attribute)
			require.NotContains(t, fmt.Sprintf("%+v", *complaint), canary)
		})
	}
}

func TestTenant(t *testing.T) {
	t.Parallel()
	tenants := map[string]string{}
	for _, x := range []struct{ url, collection, want string }{
		{"https://HR.example/api/", "", "hr.example/api"},
		{"hr.example:443/api", "", "hr.example/api"},
		{"https://hr.example/api", "people", "hr.example/api#people"},
	} {
		c, err := configure(t, map[string]any{"url": x.url, "auth": "none", "collection": x.collection})
		require.NoError(t, err)
		tenants[x.url+x.collection] = c.Tenant().GetId()
		require.Equal(t, x.want, c.Tenant().GetId())
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	d := (&connector{}).Describe()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	settings := append(d.GetSettings(), d.GetResources()[0].GetReadSettings()...)
	for _, s := range settings {
		require.Contains(t, string(readme), "`"+s.GetName()+"`", "the README knows every setting")
		require.NotEmpty(t, s.GetAbout())
		require.NotEmpty(t, s.GetLabel().GetFr())
		if s.GetSecret() {
			require.Empty(t, s.GetDefaultJson())
		}
	}
	r := d.GetResources()[0]
	require.True(t, r.GetOpen())
	require.Empty(t, r.GetIdentity(), "the source block names it")
	require.Len(t, r.GetEndpoints(), 1, "those that are declared are all there are")
	require.Equal(t, opFind, r.GetEndpoints()[0].GetOperation())
	require.True(t, r.GetEndpoints()[0].GetDeclarable())
	require.Equal(t, protocol.WriteForm_WRITE_FORM_OPERATIONS, r.GetWriteForm())
	for _, f := range r.GetFields() {
		_, err := record.ParseType(f.GetType())
		require.NoError(t, err)
	}
}
