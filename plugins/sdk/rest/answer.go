package rest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Where APIs put what is wrong, besides a sentence that may quote the record.
var (
	codeMembers  = []string{"code", "errorCode", "error_code", "type"}
	fieldMembers = []string{"field", "property", "attribute", "param"}
	outerMembers = []string{"", "error", "errors", "detail", "data"}

	identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)*$`)
)

// identifiers sums up an error answer by its code and the field it names, and by
// nothing else: sentences quote what was sent. A field must be one of names, a
// code must look like one and must neither hold a secret, such as a value that
// was sent or the key, nor be part of one.
func identifiers(answer []byte, secret, names []string) string {
	code := ""
	field := ""
	for _, outer := range outerMembers {
		inner, ok := lookUp(answer, outer)
		if !ok {
			continue
		}
		var list []json.RawMessage
		if json.Unmarshal(inner, &list) == nil {
			if len(list) == 0 {
				continue
			}
			inner = list[0]
		}
		if code == "" {
			code = pick(inner, codeMembers, func(s string) bool {
				return len(s) <= 40 && identifier.MatchString(s) && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") && !quotes(s, secret)
			})
		}
		if field == "" {
			field = pick(inner, fieldMembers, func(s string) bool { return slices.Contains(names, s) })
		}
	}
	switch {
	case code != "" && field != "":
		return "“" + code + "” about " + field
	case code != "":
		return "“" + code + "”"
	case field != "":
		return "that " + field + " is wrong"
	}
	return ""
}

func pick(data json.RawMessage, members []string, good func(string) bool) string {
	var found map[string]json.RawMessage
	if json.Unmarshal(data, &found) != nil {
		return ""
	}
	for _, name := range members {
		var text string
		if json.Unmarshal(found[name], &text) == nil && text != "" && good(text) {
			return text
		}
	}
	return ""
}

// quotes reports whether a code holds a value that was sent, or is part of one.
// Values of one or two characters say nothing about anybody.
func quotes(code string, values []string) bool {
	code = strings.ToLower(code)
	for _, v := range values {
		v = strings.ToLower(v)
		if len(v) > 2 && (strings.Contains(code, v) || strings.Contains(v, code)) {
			return true
		}
	}
	return false
}

// leaves are all scalar values of a JSON document, as text.
func leaves(data json.RawMessage, into []string) []string {
	var list []json.RawMessage
	var members map[string]json.RawMessage
	switch {
	case json.Unmarshal(data, &members) == nil:
		for _, value := range members {
			into = leaves(value, into)
		}
	case json.Unmarshal(data, &list) == nil:
		for _, value := range list {
			into = leaves(value, into)
		}
	default:
		if text, ok := scalar(data); ok {
			into = append(into, text)
		}
	}
	return into
}
