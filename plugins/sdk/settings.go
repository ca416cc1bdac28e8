package sdk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"

	"passerelle/plugins/protocol"
)

// Settings are what a mapping file says to a connector: one decoded JSON object,
// already checked against the connector's own schema, its defaults filled in.
// The zero Settings has nothing set. Settings don't change and may be used
// concurrently.
//
// A getter gives the zero value for what is not set, and for a setting of
// another type: the schema has already refused that.
type Settings struct {
	values map[string]json.RawMessage
}

// NewSettings decodes one JSON object (nothing at all counts as {}) and checks it
// against schema: unknown names, missing ones, types, one_of. It reports the
// first complaint, in the order of the schema, whose Attribute is the path of
// the setting. No complaint ever holds a value.
func NewSettings(object []byte, schema []*Setting) (Settings, *Error) {
	values := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(object)) > 0 {
		if err := json.Unmarshal(object, &values); err != nil {
			return Settings{}, &Error{
				Code:    "bad-settings",
				Summary: "The settings are not one JSON object",
				Detail:  "The engine sends the settings of a block as one JSON object.",
				Remedy:  "This is a fault of the program that called the plugin: report it.",
				Retry:   protocol.Retry_RETRY_NEVER,
			}
		}
	}
	for name, value := range values {
		if string(value) == "null" {
			delete(values, name)
		}
	}
	if err := refuseUnknown(values, schema); err != nil {
		return Settings{}, err
	}
	for _, setting := range schema {
		if err := checkSetting(values, setting); err != nil {
			return Settings{}, err
		}
	}
	return Settings{values: values}, nil
}

// Has reports whether the setting is set, by the file or by default.
func (s Settings) Has(name string) bool {
	_, ok := s.values[name]
	return ok
}

// Raw gives the setting as JSON, nil when it is not set. It must not be changed.
func (s Settings) Raw(name string) json.RawMessage { return s.values[name] }

// String gives a setting of type string or rate.
func (s Settings) String(name string) string { return get[string](s, name) }

// Bool gives a setting of type bool.
func (s Settings) Bool(name string) bool { return get[bool](s, name) }

// Int gives a setting of type int.
func (s Settings) Int(name string) int64 { return get[int64](s, name) }

// Strings gives a setting of type list(string).
func (s Settings) Strings(name string) []string { return get[[]string](s, name) }

// Map gives a setting of type map(string).
func (s Settings) Map(name string) map[string]string { return get[map[string]string](s, name) }

// Duration gives a setting of type duration: "30s", "5m", "1h30m".
func (s Settings) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(s.String(name))
	return d
}

func get[T any](s Settings, name string) T {
	var value, zero T
	raw, ok := s.values[name]
	if !ok || json.Unmarshal(raw, &value) != nil {
		return zero
	}
	return value
}

func refuseUnknown(values map[string]json.RawMessage, schema []*Setting) *Error {
	known := make([]string, 0, len(schema))
	for _, setting := range schema {
		known = append(known, setting.GetName())
	}
	var unknown []string
	for name := range values {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	name := unknown[0]
	remedy := "This connector has no settings here: remove it."
	if near := nearest(name, known); near != "" {
		remedy = fmt.Sprintf("Did you mean %q?", near)
	} else if len(known) > 0 {
		remedy = "Remove it, or use one of: " + strings.Join(known, ", ") + "."
	}
	return &Error{
		Code:      "unknown-setting",
		Summary:   fmt.Sprintf("The connector has no setting %q", name),
		Remedy:    remedy,
		Attribute: []string{name},
		Retry:     protocol.Retry_RETRY_AFTER_FIX,
	}
}

func checkSetting(values map[string]json.RawMessage, setting *Setting) *Error {
	name := setting.GetName()
	raw, ok := values[name]
	if !ok && setting.GetDefaultJson() != "" {
		raw, ok = json.RawMessage(setting.GetDefaultJson()), true
		values[name] = raw
	}
	if !ok {
		if !setting.GetRequired() {
			return nil
		}
		return settingError(setting, "missing-setting", "is required and not set",
			fmt.Sprintf("Set %s.", name))
	}
	want, fits := fitsType(raw, setting.GetType())
	if !fits {
		return settingError(setting, "bad-setting-type", "must be "+want,
			fmt.Sprintf("Give %s %s.", name, want))
	}
	if setting.GetRequired() && emptyString(raw) {
		return settingError(setting, "missing-setting", "is required and empty",
			fmt.Sprintf("Give %s a value.", name))
	}
	if len(setting.GetOneOf()) > 0 && !allOneOf(raw, setting.GetOneOf()) {
		return settingError(setting, "setting-not-allowed", "has a value the connector doesn't know",
			"Use one of: "+strings.Join(setting.GetOneOf(), ", ")+".")
	}
	return nil
}

func settingError(setting *Setting, code, what, remedy string) *Error {
	return &Error{
		Code:      code,
		Summary:   fmt.Sprintf("The setting %q %s", setting.GetName(), what),
		Detail:    setting.GetAbout(),
		Remedy:    remedy,
		Attribute: []string{setting.GetName()},
		Retry:     protocol.Retry_RETRY_AFTER_FIX,
	}
}

// fitsType says in words what the type wants, and whether raw is that.
func fitsType(raw json.RawMessage, name string) (want string, ok bool) {
	switch name {
	case "string":
		return "a string", decodes[string](raw)
	case "int":
		return "a whole number", decodes[int64](raw)
	case "bool":
		return "true or false", decodes[bool](raw)
	case "duration":
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return `a duration such as "30s" or "5m"`, false
		}
		d, err := time.ParseDuration(text)
		return `a duration such as "30s" or "5m"`, err == nil && d >= 0
	case "rate":
		var text string
		return `a rate such as "45/min"`, json.Unmarshal(raw, &text) == nil && isRate(text)
	case "list(string)":
		return "a list of strings", decodes[[]string](raw)
	case "map(string)":
		return "a map of strings", decodes[map[string]string](raw)
	}
	return "of type " + name + ", which this version of the SDK doesn't know", false
}

func decodes[T any](raw json.RawMessage) bool {
	var value T
	return json.Unmarshal(raw, &value) == nil
}

// isRate accepts a whole number above zero per s, min or h: "45/min".
func isRate(text string) bool {
	count, unit, ok := strings.Cut(text, "/")
	if !ok || !slices.Contains([]string{"s", "min", "h"}, unit) {
		return false
	}
	return len(count) > 0 && len(count) < 10 && strings.Trim(count, "0123456789") == "" && strings.Trim(count, "0") != ""
}

func emptyString(raw json.RawMessage) bool {
	var text string
	return json.Unmarshal(raw, &text) == nil && strings.TrimSpace(text) == ""
}

func allOneOf(raw json.RawMessage, allowed []string) bool {
	var many []string
	if json.Unmarshal(raw, &many) != nil {
		var one any
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		if decoder.Decode(&one) != nil {
			return false
		}
		many = []string{fmt.Sprint(one)}
	}
	for _, value := range many {
		if !slices.Contains(allowed, value) {
			return false
		}
	}
	return true
}

// nearest is the known name that a misspelt one most likely meant, if any.
func nearest(name string, known []string) string {
	best, bestDistance := "", min(max(2, len(name)/3)+1, len(name))
	for _, candidate := range known {
		distance := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil)
		if distance < bestDistance {
			best, bestDistance = candidate, distance
		}
	}
	return best
}
