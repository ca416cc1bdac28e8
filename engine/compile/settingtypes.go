package compile

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"

	"passerelle/plugins/protocol"
)

func settingWords(name string) string {
	switch name {
	case "int":
		return "a whole number"
	case "bool":
		return "true or false"
	case "list(string)":
		return "a list of texts"
	case "map(string)":
		return "a map of texts"
	case "duration":
		return "a duration"
	case "rate":
		return "a rate"
	}
	return "a text"
}

// settingExample is how a setting is written in a file.
func settingExample(s *protocol.Setting) string {
	text := "…"
	if oneOf := s.GetOneOf(); len(oneOf) > 0 {
		text = oneOf[0]
	}
	switch s.GetType() {
	case "int":
		return "100"
	case "bool":
		return "true"
	case "list(string)":
		return `["` + text + `"]`
	case "map(string)":
		return `{ name = "…" }`
	case "duration":
		return `"30s"`
	case "rate":
		return `"45/min"`
	}
	if s.GetSecret() {
		return `env("NAME")`
	}
	return `"` + text + `"`
}

// fits is strict: "true" is no bool and 1 is no text, because a connector would
// read them differently from what was meant. The forms of durations and rates
// are the SDK's.
func fits(v cty.Value, want string) bool {
	of := v.Type()
	switch want {
	case "int":
		if of != cty.Number {
			return false
		}
		_, accuracy := v.AsBigFloat().Int64()
		return accuracy == big.Exact
	case "bool":
		return of == cty.Bool
	case "list(string)":
		return (of.IsTupleType() || of.IsListType() || of.IsSetType()) && allStrings(v)
	case "map(string)":
		return (of.IsObjectType() || of.IsMapType()) && allStrings(v)
	case "duration":
		if of != cty.String {
			return false
		}
		d, err := time.ParseDuration(v.AsString())
		return err == nil && d >= 0
	case "rate":
		return of == cty.String && isRate(v.AsString())
	}
	return of == cty.String
}

// isRate: a count above zero, a slash, and s, min or h.
func isRate(text string) bool {
	count, unit, _ := strings.Cut(text, "/")
	return slices.Contains([]string{"s", "min", "h"}, unit) &&
		len(count) < 10 && strings.Trim(count, "0123456789") == "" && strings.Trim(count, "0") != ""
}

func allStrings(v cty.Value) bool {
	for it := v.ElementIterator(); it.Next(); {
		if _, item := it.Element(); item.IsNull() || item.Type() != cty.String {
			return false
		}
	}
	return true
}

// texts are the strings of a string or of a list or map of them.
func texts(v cty.Value) []string {
	if v.Type() == cty.String {
		return []string{v.AsString()}
	}
	if !v.CanIterateElements() {
		return nil
	}
	var out []string
	for it := v.ElementIterator(); it.Next(); {
		if _, item := it.Element(); item.Type() == cty.String {
			out = append(out, item.AsString())
		}
	}
	return out
}
