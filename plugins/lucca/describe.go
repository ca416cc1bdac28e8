package main

import (
	"passerelle/plugins/sdk"
)

const version = "1.0.0"

const (
	usersResource = "users"
	usersPath     = "/api/v3/users"
	sectionPath   = "extendedData"
)

// The rights of section "Collaborateurs" of a key's role, as Lucca's support
// pages and partners' guides name them. future and former are also the values of
// the setting include that need them.
const (
	rightUsers     = "users"
	rightLucca     = "lucca-data"
	rightContracts = "contracts"
	rightCareer    = "career"
	rightFile      = "employee-file"
	rightFuture    = "future"
	rightFormer    = "former"
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
	}
}

// Describe implements sdk.Connector.
func (*connector) Describe() *sdk.Description {
	return &sdk.Description{
		Name:    "lucca",
		Version: version,
		Title:   &sdk.Text{Fr: "Lucca", En: "Lucca"},
		About: "Reads users through Lucca's legacy API (v3) with an API key. Built from Lucca's documentation and public clients; " +
			"not tried on a live tenant.",
		DocsUrl:      "https://developers.lucca.fr",
		Settings:     settings(),
		Resources:    []*sdk.Resource{users()},
		RateLimit:    rateLimit,
		Capabilities: []string{"check"},
	}
}

func users() *sdk.Resource {
	return &sdk.Resource{
		Name:         usersResource,
		Label:        &sdk.Text{Fr: "Collaborateurs", En: "Employees"},
		Readable:     true,
		Fields:       userFields(),
		Identity:     []string{"id"},
		SectionPath:  sectionPath,
		SectionRight: &sdk.Text{Fr: "Consulter le dossier du personnel, sur cette section", En: "Consult HR files, on this section"},
		ReadSettings: []*sdk.Setting{{
			Name: "include", Type: "list(string)", OneOf: []string{"future", "former"},
			Label: &sdk.Text{Fr: "Population", En: "Population"},
			About: "Who is read beside the current employees: future hires, former employees. Each needs its right; without it Lucca leaves them out and says nothing.",
		}},
		LookUp:    []string{"ids"},
		RightRefs: []string{rightUsers},
		Rights:    rights(),
	}
}
