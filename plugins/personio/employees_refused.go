package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// sendEmployment sends a request that has an employment in its body. One that is
// refused for a supervisor who isn't in Personio any more goes again without: it is
// listed, like a name that Personio lacks.
func (w *writing) sendEmployment(q requestV2, employment map[string]any) (*rest.Response, []*sdk.Error, *sdk.Error) {
	response, complaint := w.callV2(w, q)
	boss, _ := employment["supervisor"].(map[string]any)
	id, _ := boss["id"].(string)
	refusals := []int{http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity}
	if complaint == nil || id == "" || !slices.Contains(refusals, response.Status) {
		return response, nil, complaint
	}
	asked, failed := w.callV2(w, requestV2{method: http.MethodGet, path: "/v2/persons/" + escaped(id), shown: "/v2/persons/{id}", right: readEmployees})
	if failed == nil || asked.Status != http.StatusNotFound {
		return response, nil, complaint // it was something else
	}
	delete(employment, "supervisor")
	response, complaint = w.callV2(w, q)
	return response, []*sdk.Error{leftOut("supervisor", "person-not-found", "Personio has nobody of the supervisor's id any more",
		"Look whether the person was deleted in Personio. The next run sends it again.")}, complaint
}

// explainPerson says more of a person that was refused: the e-mail is somebody's, or
// a custom attribute is unknown.
func (w *writing) explainPerson(response *rest.Response, complaint *sdk.Error, own string, fields object, body map[string]any) *sdk.Error {
	explained := w.explainEmail(response, complaint, own, text(fields["email"]))
	sent, _ := body["custom_attributes"].([]map[string]any)
	if explained != complaint || response.Status != http.StatusBadRequest || len(sent) == 0 {
		return explained
	}
	all, listed, failed := w.attributesV1(w)
	if failed != nil || !listed {
		return complaint
	}
	var unseen []string
	for _, a := range sent {
		if !slices.ContainsFunc(all, func(known custom) bool { return known.Key == a["id"] }) {
			unseen = append(unseen, fmt.Sprint(a["id"]))
		}
	}
	if unseen == nil {
		return complaint
	}
	better := *complaint
	better.Code, better.Summary = "unknown-attribute", "Personio refuses the person, perhaps for "+strings.Join(unseen, ", ")
	better.Detail = "It isn't among the attributes that the credential may read: it is misspelt, or there and not ticked."
	better.Remedy = "Compare the key with Personio's list of employee attributes. If it is there, tick it among the readable ones: " + whereRights + "."
	return &better
}

func duplicateEmail() *sdk.Error {
	return &sdk.Error{Code: "duplicate-email", Summary: "Personio: somebody there has this e-mail already",
		Detail: "An e-mail is unique in Personio.", Remedy: "Run again: with email as key or match the person there is adopted. If it is somebody else, correct the e-mail.", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// explainEmail recognises an e-mail that somebody else has. In which form Personio
// says so isn't published: whatever is refused with an e-mail in it is looked up. own
// is the person's id, empty for one who isn't there yet.
func (w *writing) explainEmail(response *rest.Response, complaint *sdk.Error, own, email string) *sdk.Error {
	likely := []int{http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity}
	if email == "" || !slices.Contains(likely, response.Status) {
		return complaint
	}
	said := saidBy(response.Body)
	named := strings.Contains(said, "email") || strings.Contains(said, "e-mail")
	found, failed := w.personsByEmail(w, []string{email})
	others := slices.DeleteFunc(found, func(p foundPerson) bool { return p.id == own })
	switch {
	case len(others) > 0, failed != nil && (named || response.Status == http.StatusConflict):
		return duplicateEmail()
	case !named || failed != nil:
		return complaint
	}
	better := *complaint
	better.Code, better.Summary = "bad-email", "Personio: the e-mail is not accepted"
	better.Remedy = "Correct the e-mail at the source."
	return &better
}
