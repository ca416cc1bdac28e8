package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"passerelle/plugins/protocol"
)

const someKey = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func TestDescribeIsSound(t *testing.T) {
	t.Parallel()
	d := connector{}.Describe()
	require.True(t, proto.Equal(d, connector{}.Describe()))
	r := d.GetResources()[0]
	require.True(t, r.GetOpen() && r.GetReadable() && r.GetWritable())
	require.Equal(t, protocol.WriteForm_WRITE_FORM_SNAPSHOT, r.GetWriteForm())
	require.Empty(t, r.GetIdentity())
	for _, s := range append(append(r.GetReadSettings(), r.GetWriteSettings()...), d.GetSettings()...) {
		require.NotEmpty(t, s.GetAbout(), s.GetName())
		require.NotEmpty(t, s.GetLabel().GetFr(), s.GetName())
		require.NotEmpty(t, s.GetLabel().GetEn(), s.GetName())
		require.Equal(t, s.GetName() == "password" || s.GetName() == "private_key" || s.GetName() == "passphrase", s.GetSecret(), s.GetName())
	}
}

func TestConnectionsThatCannotBe(t *testing.T) {
	t.Parallel()
	with := func(more set) set {
		all := set{"url": "sftp://h/a.csv", "user": "u", "password": "canary-password", "host_key": someKey}
		for k, v := range more {
			if v == nil {
				delete(all, k)
				continue
			}
			all[k] = v
		}
		return all
	}
	for name, test := range map[string]struct {
		settings set
		setting  string
	}{
		"nowhere":                {set{}, "path"},
		"in two places":          {with(set{"path": "a.csv"}), "url"},
		"a password for a path":  {set{"path": "a.csv", "password": "canary-password"}, "password"},
		"no host key":            {with(set{"host_key": nil}), "host_key"},
		"host key of MD5":        {with(set{"host_key": "MD5:aa:bb"}), "host_key"},
		"host key cut":           {with(set{"host_key": someKey[:30]}), "host_key"},
		"no user":                {with(set{"user": nil}), "user"},
		"no secret":              {with(set{"password": nil}), "password"},
		"two secrets":            {with(set{"private_key": "canary-password"}), "password"},
		"no private key":         {with(set{"password": nil, "private_key": "canary-password"}), "private_key"},
		"another scheme":         {with(set{"url": "https://h/a.csv"}), "url"},
		"a folder":               {with(set{"url": "sftp://h/a/"}), "url"},
		"no file":                {with(set{"url": "sftp://h"}), "url"},
		"a password in the url":  {with(set{"url": "sftp://u:canary-password@h/a.csv"}), "url"},
		"what is no url":         {with(set{"url": "sftp://%zz/canary-password"}), "url"},
		"a query behind the url": {with(set{"url": "sftp://h/a.csv?canary-password"}), "url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := connector{}.Configure(t.Context(), settingsOf(t, test.settings, connectionSettings()))
			e := complaint(t, err)
			require.Equal(t, []string{test.setting}, e.Attribute)
			require.NotContains(t, e.Error()+e.Remedy, "canary-password")
		})
	}
}

func TestTenants(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	require.NoError(t, err)
	sftp := func(url string) set {
		return set{"url": url, "user": "u", "password": "p", "host_key": someKey}
	}
	for want, settings := range map[string]set{
		"file://" + here + "/a.csv":  {"path": "x/../a.csv"},
		"file:///tmp/b.csv":          {"path": "/tmp/b.csv"},
		"sftp://u@h:22/in/a.csv":     sftp("sftp://H/in/a.csv"),
		"sftp://u@h:2222/~/in/a.csv": sftp("sftp://h:2222/~/in/a.csv"),
		"payroll":                    {"path": "a.csv", "tenant": "payroll"},
	} {
		require.Equal(t, want, connect(t, settings).Tenant().GetId())
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	path := put(t, "a.csv", "id;nom;vide\n1;X;\n2;;\n")
	check := func(path string, write bool, settings set, projection ...string) map[string]string {
		text, err := json.Marshal(settings)
		require.NoError(t, err)
		findings, err := connect(t, set{"path": path}).Check(t.Context(), []*protocol.CheckResource{
			{Resource: rowsResource, Projection: projection, SettingsJson: text, Write: write}})
		require.NoError(t, err)
		got := map[string]string{}
		for _, f := range findings {
			got[f.GetPath()] = f.GetEvidence().String()[len("EVIDENCE_"):] + f.GetDiagnostic().GetCode()
		}
		return got
	}
	require.Equal(t, map[string]string{"": "READABLE", "nom": "READABLE", "vide": "EMPTY_EVERYWHERE"}, check(path, false, set{}, "nom", "vide"))
	require.Equal(t, map[string]string{"": "UNKNOWN_FIELDmissing-column"}, check(path, false, set{}, "prenom"))
	require.Equal(t, map[string]string{"": "NONEfile-not-found"}, check(path+"x.csv", false, set{}, "nom"))
	require.Equal(t, map[string]string{"": "READABLE"}, check(path, true, set{}))
	require.Equal(t, map[string]string{"": "NONEfolder-not-found"}, check(filepath.Join(path+"x", "a.csv"), true, set{}))
	require.Equal(t, []string{"a.csv"}, entries(t, filepath.Dir(path)), "a check changes nothing")
}

func TestDateForms(t *testing.T) {
	t.Parallel()
	for form, written := range map[string]string{
		"": "2025-03-01", "dd/MM/yyyy": "01/03/2025", "d.M.yyyy": "1.3.2025", "yyyyMMdd": "20250301", "MM-dd-yyyy": "03-01-2025", "yyyy/M/d": "2025/3/1",
	} {
		d, ok := newDateForm(form)
		require.True(t, ok, form)
		require.Equal(t, written, d.text(2025, 3, 1))
		back, ok := d.iso(written)
		require.True(t, ok, form)
		require.Equal(t, "2025-03-01", back)
	}
	for _, form := range []string{"dd", "dd/MM", "dd/MM/yyyy/dd", "dd/MM/yyyy d", "DD/MM/yyyy", "dd/MMM/yyyy", "yyyy-MM-ddT", "dd/MM/yyyyyyyy"} {
		_, ok := newDateForm(form)
		require.False(t, ok, form)
	}
	d, _ := newDateForm("dd/MM/yyyy")
	for _, text := range []string{"", "1/3/2025", "31/02/2025", "01/03/25", "01/03/2025 ", "2025-03-01", "01-03-2025"} {
		_, ok := d.iso(text)
		require.False(t, ok, text)
	}
}

func TestPlainDecimals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		comma bool
		want  string // "": refused
	}{
		{"12,50", true, "12.5"}, {"12.50", false, "12.5"}, {"12.50", true, ""}, {"12,50", false, ""}, {"1.234,5", true, ""},
		{"1 234 567,8", true, "1234567.8"}, {"1\u202f234,5", true, "1234.5"}, {"12 34", true, ""}, {"1234 567", true, ""},
		{"-0,10", true, "-0.1"}, {"+7", true, "7"}, {"007", false, "7"}, {"0", false, "0"}, {"00", false, "0"}, {"-", true, ""}, {"", true, ""},
		{",5", true, ""}, {"5,", true, ""}, {"1e3", false, ""}, {"0x1", false, ""}, {"1,2,3", true, ""}, {"--1", false, ""},
	} {
		got, ok := plainDecimal(test.text, test.comma)
		require.Equal(t, test.want != "", ok, test.text)
		require.Equal(t, test.want, got, test.text)
	}
}
