package sdk

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var schema = []*Setting{
	{Name: "url", Type: "string", Required: true},
	{Name: "page_size", Type: "int", DefaultJson: "100"},
	{Name: "dry", Type: "bool"},
	{Name: "timeout", Type: "duration", DefaultJson: `"30s"`},
	{Name: "rate_limit", Type: "rate"},
	{Name: "include", Type: "list(string)", OneOf: []string{"future", "former"}},
	{Name: "headers", Type: "map(string)"},
	{Name: "mode", Type: "string", OneOf: []string{"a", "b"}},
}

func TestSettingsGiveWhatWasSetAndDefaults(t *testing.T) {
	t.Parallel()
	s, complaint := NewSettings([]byte(`{
		"url": "https://x", "dry": true, "rate_limit": "45/min", "include": ["future"],
		"headers": {"A": "1"}, "mode": null}`), schema)
	require.Nil(t, complaint)
	require.Equal(t, "https://x", s.String("url"))
	require.True(t, s.Bool("dry"))
	require.Equal(t, int64(100), s.Int("page_size"))
	require.Equal(t, 30*time.Second, s.Duration("timeout"))
	require.Equal(t, "45/min", s.String("rate_limit"))
	require.Equal(t, []string{"future"}, s.Strings("include"))
	require.Equal(t, map[string]string{"A": "1"}, s.Map("headers"))
	require.Equal(t, json.RawMessage(`"https://x"`), s.Raw("url"))
	require.True(t, s.Has("timeout"))
	require.False(t, s.Has("mode"), "null counts as not set")
	require.Empty(t, s.Int("url"), "another type gives the zero value")
	require.Zero(t, Settings{}.Int("page_size"))
}

func TestSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		json, code string
		path       []string
	}{
		"nothing":            {``, "missing-setting", []string{"url"}},
		"required null":      {`{"url":null}`, "missing-setting", []string{"url"}},
		"required empty":     {`{"url":" "}`, "missing-setting", []string{"url"}},
		"unknown":            {`{"url":"x","pagesize":1}`, "unknown-setting", []string{"pagesize"}},
		"not an object":      {`["canary"]`, "bad-settings", nil},
		"string for int":     {`{"url":"x","page_size":"canary"}`, "bad-setting-type", []string{"page_size"}},
		"fraction for int":   {`{"url":"x","page_size":1.5}`, "bad-setting-type", []string{"page_size"}},
		"string for bool":    {`{"url":"x","dry":"canary"}`, "bad-setting-type", []string{"dry"}},
		"bad duration":       {`{"url":"x","timeout":"canary"}`, "bad-setting-type", []string{"timeout"}},
		"negative duration":  {`{"url":"x","timeout":"-1s"}`, "bad-setting-type", []string{"timeout"}},
		"rate without unit":  {`{"url":"x","rate_limit":"45"}`, "bad-setting-type", []string{"rate_limit"}},
		"rate of zero":       {`{"url":"x","rate_limit":"0/s"}`, "bad-setting-type", []string{"rate_limit"}},
		"list of numbers":    {`{"url":"x","include":[1]}`, "bad-setting-type", []string{"include"}},
		"map of lists":       {`{"url":"x","headers":{"a":[]}}`, "bad-setting-type", []string{"headers"}},
		"one_of":             {`{"url":"x","mode":"canary"}`, "setting-not-allowed", []string{"mode"}},
		"one_of in a list":   {`{"url":"x","include":["future","canary"]}`, "setting-not-allowed", []string{"include"}},
		"number for string":  {`{"url":1}`, "bad-setting-type", []string{"url"}},
		"object for a rate":  {`{"url":"x","rate_limit":{}}`, "bad-setting-type", []string{"rate_limit"}},
		"rate in odd digits": {`{"url":"x","rate_limit":"٤/s"}`, "bad-setting-type", []string{"rate_limit"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, complaint := NewSettings([]byte(test.json), schema)
			require.NotNil(t, complaint)
			require.Equal(t, test.code, complaint.Code)
			require.Equal(t, test.path, complaint.Attribute)
			require.NotEmpty(t, complaint.Remedy)
			require.NotContains(t, complaint.Error()+complaint.Remedy, "canary")
		})
	}
}

func TestMisspeltSettingIsGuessed(t *testing.T) {
	t.Parallel()
	_, complaint := NewSettings([]byte(`{"ulr":"x"}`), schema)
	require.Contains(t, complaint.Remedy, `"url"`)
}

func FuzzNewSettings(f *testing.F) {
	f.Add([]byte(`{"url":"x","include":["future"],"timeout":"1s"}`))
	f.Add([]byte(`{"url":null,"mode":1}`))
	f.Fuzz(func(t *testing.T, object []byte) {
		s, complaint := NewSettings(object, schema)
		if complaint == nil {
			require.True(t, s.Has("url"))
			require.NotEmpty(t, s.String("url"))
			require.GreaterOrEqual(t, s.Duration("timeout"), time.Duration(0))
		}
	})
}
