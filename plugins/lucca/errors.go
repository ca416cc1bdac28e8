package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// unknownProperty is how Lucca's framework names a property it doesn't know:
// "Selected property foo does not exist on objet of type User".
var unknownProperty = regexp.MustCompile(`(?i)propert(?:y|ies)\s+['"]?([A-Za-z_][A-Za-z0-9_.-]*)['"]?\s+(?:does not|doesn't) exist`)

// explain makes more of an error answer than its status says. Lucca's own text is
// read for what it means and never quoted.
func explain(response *rest.Response, complaint *sdk.Error, what string) *sdk.Error {
	switch response.Status {
	case http.StatusUnauthorized:
		if strings.Contains(strings.ToLower(messageOf(response.Body)), "permission") {
			// The framework's older versions answer 401 where a right is missing.
			better := *complaint
			better.Code, better.Summary = "forbidden", "Lucca: the key may not read "+what
			better.Remedy = "give the key's role the missing right; `engine check` names it"
			return &better
		}
	case http.StatusNotFound, http.StatusGone:
		better := *complaint
		better.Code, better.Summary = "not-found", "Lucca: no API answers at this address"
		better.Remedy = "check the url: only the beginning of what the browser shows, like https://example.ilucca.net"
		return &better
	}
	return complaint
}

// unknown finds the declared property that a message says doesn't exist; "" when
// it speaks of none.
func (p *projection) unknown(message string) string {
	match := unknownProperty.FindStringSubmatch(message)
	if match == nil {
		return ""
	}
	return p.root.find(match[1][strings.LastIndexByte(match[1], '.')+1:])
}

func unknownPropertyError(property string) *sdk.Error {
	remedy := "correct the field's path, or take the field out of the mapping"
	why := "Lucca refuses to name it, so nothing could be read"
	if app, needs := appFields[strings.ToLower(property)]; needs {
		why = "it exists only where " + app + " is installed"
		remedy = "take the field out of the mapping, or switch it off with enabled = false"
	}
	return &sdk.Error{Code: "unknown-property", Summary: "this Lucca has no property " + property, Detail: why, Remedy: remedy,
		Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// pagingLimit is how Lucca says that a page has too many items: "Paging limit
// should be between 1 and 1000".
var pagingLimit = regexp.MustCompile(`(?i)paging limit should be between 1 and ([0-9]{1,6})`)

// mostAllowed is the longest page that a refusal speaks of; 0: it speaks of none.
func mostAllowed(message string) int {
	match := pagingLimit.FindStringSubmatch(message)
	if match == nil {
		return 0
	}
	most, _ := strconv.Atoi(match[1]) // six digits at most
	return most
}

// saysNotFound reports an answer that means that nobody has the id: 404, or, as
// Lucca's description of /users has it, a 500 that says so.
func saysNotFound(response *rest.Response) bool {
	return response.Status == http.StatusNotFound ||
		(response.Status == http.StatusInternalServerError && strings.Contains(strings.ToLower(messageOf(response.Body)), "not found"))
}

// messageOf reads all the shapes that Lucca's errors have: {Status, Message},
// problem details, {id, error}, a bare string, plain text, nothing.
func messageOf(body []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) == nil {
		var parts []string
		for _, name := range []string{"message", "detail", "title", "error"} {
			value, _ := member(members, name)
			parts = append(parts, text(value))
		}
		var fields map[string][]string
		if errors, _ := member(members, "errors"); json.Unmarshal(errors, &fields) == nil {
			for _, said := range fields {
				parts = append(parts, said...)
			}
		}
		return strings.Join(parts, " ")
	}
	var bare string
	if json.Unmarshal(body, &bare) == nil {
		return bare
	}
	return string(body[:min(len(body), 4096)])
}
