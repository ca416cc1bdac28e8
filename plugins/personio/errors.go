package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// explain makes more of an error answer than its status says. Personio's own text
// is read for what it means and never quoted: it quotes records.
func explain(response *rest.Response, complaint *sdk.Error, right string) *sdk.Error {
	said := saidBy(response.Body)
	switch response.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		// By now the token is fresh, so that a 401 is a right that is missing: so
		// answers /v2/persons.
		if !strings.Contains(said, "authorization is not valid") && !strings.Contains(said, "authorization is not provided") {
			return missingRight(right)
		}
		return wrongCredentials()
	case http.StatusBadRequest:
		if strings.Contains(said, "unauthorized token") { // /v2/reports
			return missingRight(right)
		}
	}
	return complaint
}

// saidBy is all that an error answer says, in lower case: v1's envelope, problem
// details, OAuth's, the reports' own form.
func saidBy(body []byte) string {
	var any json.RawMessage
	if json.Unmarshal(body, &any) != nil {
		return strings.ToLower(string(body[:min(len(body), 4096)]))
	}
	return strings.ToLower(strings.Join(texts(any, nil), " "))
}

func texts(raw json.RawMessage, into []string) []string {
	var members map[string]json.RawMessage
	var items []json.RawMessage
	var text string
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return append(into, text)
	case json.Unmarshal(raw, &members) == nil:
		for _, member := range members {
			into = texts(member, into)
		}
	case json.Unmarshal(raw, &items) == nil:
		for _, item := range items {
			into = texts(item, into)
		}
	}
	return into
}

func badAnswer(why string) *sdk.Error {
	return &sdk.Error{Code: "bad-answer", Summary: "Personio: the answer has another form than expected", Detail: why,
		Remedy: "Check that the url is Personio's API; if it is, report this with the date.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// unsuccessful is v1's success:false, whatever the status.
func unsuccessful() *sdk.Error {
	return &sdk.Error{Code: "unsuccessful", Summary: "Personio: it says that the request failed, under a status that means success",
		Detail: "v1 answers so now and then.", Remedy: "Try again; if it stays, look at the record in Personio.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// notSupported refuses what can't be asked of a resource.
func notSupported(what string) *sdk.Error {
	return &sdk.Error{Code: "not-supported", Summary: "Personio: " + what, Remedy: "Read the resource as a whole.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// leftOut says of one field why Personio doesn't get it while the record goes.
func leftOut(field, code, summary, remedy string) *sdk.Error {
	return &sdk.Error{Code: code, Summary: summary, Remedy: remedy, Attribute: []string{field}, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func cantEmpty(field string) *sdk.Error {
	return leftOut(field, "not-emptied", fmt.Sprintf("Personio can't empty %s", field), "Fill it at the source, or change it in Personio by hand.")
}
