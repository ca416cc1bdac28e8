package protocol_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
)

func TestProfileURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ template, id, want string }{
		{"https://hr.example/staff/{id}", "12", "https://hr.example/staff/12"},
		{"HTTPS://hr.example/staff/{id}/edit?of={id}#{id}", "a b/c+é", "https://hr.example/staff/a%20b%2Fc+%C3%A9/edit?of=a%20b%2Fc%2B%C3%A9#a%20b%2Fc%2B%C3%A9"},
		{"http://127.0.0.1:8080/?id={id}", "x&y=\x1b[2J", "http://127.0.0.1:8080/?id=x%26y%3D%1B%5B2J"},
		{"https://hr.example/{id}", "\" onmouseover=\"x", "https://hr.example/%22%20onmouseover=%22x"},
		{"javascript:alert({id})", "1", ""},
		{"javascript://hr.example/{id}", "1", ""},
		{"data:text/html,{id}", "1", ""},
		{"//hr.example/{id}", "1", ""},
		{"hr.example/{id}", "1", ""},
		{"https://hr.example/staff", "1", ""},
		{"https://{id}.example/", "1", ""},
		{"https://{id}/{id}", "1", ""},
		{"https:///{id}", "1", ""},
		{"https://ada@hr.example/{id}", "1", ""},
		{"https://ada:pass@hr.example/{id}", "1", ""},
		{"https://hr.example/\x1b]8;;{id}", "1", ""},
		{"https://hr.example/\"><script>{id}", "1", ""},
		{"https://hr.example/ {id}", "1", ""},
		{"https://hr.example/\u202e{id}", "1", ""},
		{"https://hr.example/{id}{name}", "1", ""},
		{"https://hr.example/{id}", "", ""},
		{"https://hr.example/{id}/..", "..", ""},
		{"https://hr.example:port/{id}", "1", ""},
		{"https://hr.example/{id}/" + strings.Repeat("x", 2048), "1", ""},
	} {
		got, ok := protocol.ProfileURL(c.template, c.id)
		require.Equal(t, c.want, got, c.template)
		require.Equal(t, c.want != "", ok, c.template)
	}
}

// Whatever a plugin says and a record is called, what comes out is an address that
// a terminal, a table and a page can show, on the host that the template names.
func FuzzProfileURL(f *testing.F) {
	f.Add("https://hr.example/staff/{id}?x={id}", "12")
	f.Add("https://hr.example#{id}", "../../\x00")
	f.Fuzz(func(t *testing.T, template, id string) {
		address, ok := protocol.ProfileURL(template, id)
		if !ok {
			require.Empty(t, address)
			return
		}
		require.NotRegexp(t, `[^!-~]|["'<>\\^`+"`"+`{|}]`, address)
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Contains(t, []string{"http", "https"}, u.Scheme)
		require.True(t, strings.HasPrefix(strings.ToLower(template), u.Scheme+"://"+strings.ToLower(u.Host)), "%s became %s", template, address)
	})
}
