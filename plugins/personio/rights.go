package main

import (
	"fmt"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// whereRights is where a credential's rights are ticked, as Personio's help centre
// names the way (older accounts: Settings → Integrations → API credentials).
const whereRights = "Marketplace → Connected integrations → your integration → API credentials"

// The rights of a credential: read and write for each resource.
const (
	readEmployees    = "employees.read"
	writeEmployees   = "employees.write"
	readAttendances  = "attendances.read"
	writeAttendances = "attendances.write"
	readAbsences     = "absences.read"
	writeAbsences    = "absences.write"
	readDocuments    = "documents.read"
	writeDocuments   = "documents.write"
	readReports      = "reports.read"
	readWebhooks     = "webhooks.read"
	readOrganisation = "organisation.read"
	readProjects     = "projects.read"
)

// right is one box to tick. A token's scope mixes both generations' names: any of
// scopes is this right in v2, and any of scopesV1 too where v1 alone is asked. v1's
// attendances:read is known not to open v2; of the others' old names it isn't known.
type right struct {
	id, fr, en       string
	scopes, scopesV1 []string
}

var rights = []right{
	{readEmployees, "Employés : lire", "Employees: read", []string{"personio:persons:read", "employees:read"}, nil},
	{writeEmployees, "Employés : écrire (créer et modifier)", "Employees: write (create and update employees)", []string{"personio:persons:write", "employees:write"}, nil},
	{readAttendances, "Présences : lire", "Attendances: read", []string{"personio:attendances:read"}, []string{"attendances:read"}},
	{writeAttendances, "Présences : écrire", "Attendances: write", []string{"personio:attendances:write"}, []string{"attendances:write"}},
	{readAbsences, "Absences : lire", "Absences: read", []string{"personio:absences:read"}, []string{"absences:read"}},
	{writeAbsences, "Absences : écrire", "Absences: write", []string{"personio:absences:write"}, []string{"absences:write"}},
	{readDocuments, "Documents : lire", "Documents: read", []string{"personio:documents:read", "documents:read"}, nil},
	{writeDocuments, "Documents : écrire", "Documents: write", []string{"personio:documents:write", "documents:write"}, nil},
	{readReports, "Rapports personnalisés : lire", "Custom reports: read", []string{"personio:reports:read", "reports.custom:read"}, nil},
	{readWebhooks, "Webhooks : lire", "Webhooks: read", []string{"personio:webhooks:read"}, nil},
	{readOrganisation, "Organisation : lire (org units, cost centers)", "Organisation: read (org units, cost centers)", []string{"personio:org-units:read", "personio:cost-centers:read"}, nil},
	{readProjects, "Projets : lire", "Projects: read", []string{"personio:projects:read"}, nil},
}

func rightOf(id string) right {
	for _, r := range rights {
		if r.id == id {
			return r
		}
	}
	return right{id: id, fr: id, en: id}
}

// attributeRight is the right to read one employee attribute.
func attributeRight(key string) string { return "attribute." + key }

// described are all rights of a resource's fields, as Describe lists them.
func described(ids []string, attributes map[string]*sdk.Text) []*sdk.Right {
	var out []*sdk.Right
	for _, id := range ids {
		r := rightOf(id)
		out = append(out, &sdk.Right{Id: id, Label: &sdk.Text{Fr: r.fr, En: r.en}})
	}
	for _, a := range employeeAttributes {
		if label := attributes[a.v1]; label != nil {
			out = append(out, &sdk.Right{Id: attributeRight(a.v1), Label: label})
			delete(attributes, a.v1)
		}
	}
	return out
}

// missingRight says which box isn't ticked, and where it is.
func missingRight(id string) *sdk.Error {
	r := rightOf(id)
	return &sdk.Error{Code: "forbidden", Summary: fmt.Sprintf("Personio: the credential lacks the right “%s”", r.en),
		Detail: "Writing doesn't include reading, and v1's rights don't open v2: each is ticked for itself.",
		Remedy: fmt.Sprintf("In Personio: %s: tick “%s”.", whereRights, r.en), Retry: protocol.Retry_RETRY_CREDENTIALS}
}

// notReadable says that an attribute isn't ticked. Personio leaves such attributes
// out of its answers and says nothing, which must never pass for "empty".
func notReadable(attribute string, standard bool) *sdk.Error {
	e := &sdk.Error{Code: "attribute-not-permitted", Summary: fmt.Sprintf("Personio: the credential may not read the attribute “%s”", attribute),
		Detail: "Personio leaves what isn't ticked out of its answers and says nothing: whether it is filled in can't be known.",
		Remedy: fmt.Sprintf("In Personio: %s → Employees → Readable employee attributes: tick it.", whereRights), Retry: protocol.Retry_RETRY_CREDENTIALS}
	if !standard {
		e.Summary = fmt.Sprintf("Personio: there is no attribute “%s”, or the credential may not read it", attribute)
		e.Remedy += " If it is there, compare the name: labels are in the account's language; the key (dynamic_…) stays."
	}
	return e
}
