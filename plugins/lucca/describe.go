package main

import (
	"passerelle/plugins/sdk"
)

const version = "1.0.0"

// The rights of section "Collaborateurs" of a key's role, as Lucca's support
// pages and partners' guides name them. future and former are also the values of
// the setting include that need them.
const (
	rightUsers       = "users"
	rightLucca       = "lucca-data"
	rightContracts   = "contracts"
	rightCareer      = "career"
	rightFile        = "employee-file"
	rightFuture      = "future"
	rightFormer      = "former"
	rightDepartments = "departments"
	rightStructure   = "structure"
	rightLeaves      = "leaves"
)

func rights() []*sdk.Right {
	return []*sdk.Right{
		{Id: rightUsers, Label: &sdk.Text{Fr: "Consulter les utilisateurs", En: "Consult users"}},
		{Id: rightLucca, Label: &sdk.Text{Fr: "Consulter les données Lucca des collaborateurs", En: "View employee data in Lucca"}},
		{Id: rightContracts, Label: &sdk.Text{Fr: "Consulter les informations contractuelles", En: "Consult contractual information of employees"}},
		{Id: rightCareer, Label: &sdk.Text{Fr: "Consulter les emplois, les managers et les qualifications", En: "View employee jobs, managers and qualifications"}},
		{Id: rightFile, Label: &sdk.Text{Fr: "Consulter le dossier du personnel (dossier RH)", En: "Consult HR files"}},
		{Id: rightFuture, Label: &sdk.Text{Fr: "Voir les futurs employés", En: "See future employees"}},
		{Id: rightFormer, Label: &sdk.Text{Fr: "Voir les employés partis", En: "See former employees"}},
		{Id: rightDepartments, Label: &sdk.Text{Fr: "Gestion des départements", En: "Department management"}},
		{Id: rightStructure, Label: &sdk.Text{Fr: "Créer, archiver, désarchiver les établissements et unités légales", En: "Create, archive and unarchive establishments and legal units"}},
		{Id: rightLeaves, Label: &sdk.Text{Fr: "Consulter les absences", En: "Consult leaves"}},
		scope("employees.readonly"), scope("employee-personal-records.readonly"), scope("employments.readonly"), scope("job-positions.readonly"),
		scope("business-establishments.readonly"), scope("legal-entities.readonly"), scope("departments.readonly"), scope("employee-attributes.readonly"),
		scope(scopeEvents),
	}
}

// scopeEvents is what reading the changes of version 5 needs.
const scopeEvents = "events.readonly"

// scope is a right of version 5: what a client's token is good for.
func scope(name string) *sdk.Right {
	return &sdk.Right{Id: name, Label: &sdk.Text{Fr: "Portée " + name + " de la clé d'intégration", En: "Scope " + name + " of the integration key"}}
}

// Describe implements sdk.Connector.
func (*connector) Describe() *sdk.Description {
	var all []*sdk.Resource
	for _, r := range resources() {
		all = append(all, r.about)
	}
	return &sdk.Description{
		Name:    "lucca",
		Version: version,
		Title:   &sdk.Text{Fr: "Lucca", En: "Lucca"},
		About: "Reads people, organisation, contracts and leaves through Lucca's API: versions 3 and 4 with an API key, version 5 with a client's id and secret. " +
			"Built from Lucca's documentation, its published description of version 5, and public clients; not tried on a live tenant. " +
			"Documented: addresses, keys, envelopes, paging, filters, the shapes of users, contracts, leaves and of version 5. " +
			"Likely only: the path of the catalogue of custom fields, the start of a leave's period, what a missing right looks like. " +
			"Unknown, and so tolerated in each form: casing, nationality, composite fields, limits of versions 3 and 4. Time entries and pay elements are not known at all.",
		DocsUrl:      "https://developers.lucca.fr",
		Settings:     settings(),
		Resources:    all,
		RateLimit:    rateLimit,
		Capabilities: []string{"check", "discover"},
	}
}
