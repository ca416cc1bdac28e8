package compile

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

type hclDiagnostics = hcl.Diagnostics

// settingType is the HCL type of a setting; durations and rates are strings
// that the SDK reads.
func settingType(name string) cty.Type {
	switch name {
	case "int":
		return cty.Number
	case "bool":
		return cty.Bool
	case "list(string)":
		return cty.List(cty.String)
	case "map(string)":
		return cty.Map(cty.String)
	}
	return cty.String
}

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

func settingExample(name string) string {
	switch name {
	case "int":
		return "it as a number: 100"
	case "bool":
		return "true or false, without quotes"
	case "list(string)":
		return `a list: ["a", "b"]`
	case "map(string)":
		return `a map: { name = "value" }`
	case "duration":
		return `a duration: "30s", "5m"`
	case "rate":
		return `a rate: "45/min"`
	}
	return "it between quotes"
}

// fits is strict: "true" is no bool and 1 is no text, because a connector would
// read them differently from what was meant.
func fits(v cty.Value, want cty.Type) bool {
	switch {
	case want == cty.Number:
		return v.Type() == cty.Number && v.AsBigFloat().IsInt()
	case want.IsListType():
		return (v.Type().IsTupleType() || v.Type().IsListType() || v.Type().IsSetType()) && allStrings(v)
	case want.IsMapType():
		return (v.Type().IsObjectType() || v.Type().IsMapType()) && allStrings(v)
	}
	return v.Type() == want
}

func allStrings(v cty.Value) bool {
	for it := v.ElementIterator(); it.Next(); {
		if _, item := it.Element(); item.IsNull() || item.Type() != cty.String {
			return false
		}
	}
	return true
}

// texts are the strings of a string or of a list of them.
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

func contains(list []string, s string) bool { return slices.Contains(list, s) }
