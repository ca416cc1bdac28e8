package main

import (
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const version = "1.0.0"

// rateLimit is a courtesy, as nothing is published: what Oppus refuses with 429 is
// obeyed in any case.
const rateLimit = "50/s"

const about = "Oppus publishes no API reference. This connector speaks a contract of our own (plugins/oppus/openapi.yaml), " +
	"UNVERIFIED against Oppus: the eight fields come from the public help page, the rest is assumed. " +
	"Method, path, headers and body can be changed in the mapping file. Nothing is ever deleted."

// Describe implements sdk.Connector.
func (*connector) Describe() *sdk.Description {
	return &sdk.Description{
		Name:         "oppus",
		Version:      version,
		Title:        &sdk.Text{Fr: "Oppus par Lefebvre Dalloz", En: "Oppus by Lefebvre Dalloz"},
		About:        about,
		Settings:     settings(),
		Resources:    []*sdk.Resource{employees()},
		RateLimit:    rateLimit,
		Capabilities: []string{"check"},
	}
}

func settings() []*sdk.Setting {
	return []*sdk.Setting{
		{Name: "url", Type: "string", Required: true, Label: &sdk.Text{Fr: "Adresse d'Oppus", En: "Oppus address"},
			About: "The address before /api/v1, with https; http is for this machine alone."},
		{Name: "api_key", Type: "string", Required: true, Secret: true, Label: &sdk.Text{Fr: "Clé API", En: "API key"},
			About: "Sent in the header X-Api-Key."},
		{Name: "rate_limit", Type: "rate", DefaultJson: `"` + rateLimit + `"`, Label: &sdk.Text{Fr: "Débit maximal", En: "Rate limit"},
			About: "Requests per s, min or h, shared by all connections to one account."},
		sdk.ProfileSetting(),
	}
}

func employees() *sdk.Resource {
	return &sdk.Resource{
		Name: "employees", Label: &sdk.Text{Fr: "Profils de collaborateurs", En: "Employee profiles"},
		Readable: true, Writable: true,
		Fields: []*sdk.Field{
			field("id", "Identifiant Oppus", "Oppus id", func(f *sdk.Field) { f.ReadOnly, f.Unique, f.Filled = true, true, true }),
			field("matricule", "Matricule", "Employee number", func(f *sdk.Field) { f.Required, f.Unique, f.MaxLength, f.Class = true, true, 50, "identity" }),
			field("nom", "Nom", "Last name", func(f *sdk.Field) { f.Required, f.MaxLength, f.Class = true, 100, "identity" }),
			field("prenom", "Prénom", "First name", func(f *sdk.Field) { f.Required, f.MaxLength, f.Class = true, 100, "identity" }),
			field("civilite", "Civilité", "Title", func(f *sdk.Field) { f.OneOf, f.Class = []string{"M.", "Mme"}, "identity" }),
			field("nationalite", "Nationalité (ISO 3166, deux lettres)", "Nationality (ISO 3166, two letters)", func(f *sdk.Field) { f.MaxLength, f.Class = 2, "identity" }),
			field("date_naissance", "Date de naissance (jj/mm/aaaa)", "Birth date (dd/mm/yyyy)", func(f *sdk.Field) { f.MaxLength, f.Class = 10, "identity" }),
			field("email", "E-mail", "E-mail", func(f *sdk.Field) { f.MaxLength, f.Class, f.Sharp = 254, "contact", "e-mail" }),
			field("telephone_fixe", "Ligne fixe", "Landline", func(f *sdk.Field) { f.MaxLength, f.Class = 30, "contact" }),
		},
		Identity: []string{"id"},
		Endpoints: []*sdk.Endpoint{
			{Operation: protocol.Operation_OPERATION_FIND, Declarable: true},
			{Operation: protocol.Operation_OPERATION_CREATE, Declarable: true, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP},
			{Operation: protocol.Operation_OPERATION_UPDATE, Declarable: true, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP, ChangedOnly: true},
		},
		WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS,
		LookUp:    []string{"ids", "keys"},
	}
}

func field(path, fr, en string, more func(*sdk.Field)) *sdk.Field {
	f := &sdk.Field{Path: path, Type: "string", Label: &sdk.Text{Fr: fr, En: en}}
	more(f)
	return f
}
