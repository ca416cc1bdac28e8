package main

import (
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const version = "1.0.0"

// rateLimit is a courtesy, as nothing is published: what is refused with 429 is
// obeyed in any case.
const rateLimit = "20/s"

const about = "Emasphère publishes no API reference. This connector speaks a contract of our own (plugins/emasphere/openapi.yaml), " +
	"UNVERIFIED against Emasphère: the data come from the public help page, the rest is assumed, external_id as join key included. " +
	"Method, path, headers and body can be changed in the mapping file. Only absences are ever deleted."

// The resources.
const (
	legalEntities = "legal-entities"
	employees     = "employees"
	absences      = "absences"
)

// Describe implements sdk.Connector.
func (*connector) Describe() *sdk.Description {
	return &sdk.Description{
		Name:         "emasphere",
		Version:      version,
		Title:        &sdk.Text{Fr: "Emasphère", En: "EMAsphere"},
		About:        about,
		Settings:     settings(),
		Resources:    resources(),
		RateLimit:    rateLimit,
		Capabilities: []string{"check"},
	}
}

func settings() []*sdk.Setting {
	return []*sdk.Setting{
		{Name: "url", Type: "string", Required: true, Label: &sdk.Text{Fr: "Adresse d'Emasphère", En: "EMAsphere address"},
			About: "The address before /api/v1, with https; http is for this machine alone."},
		{Name: "access_key", Type: "string", Required: true, Secret: true, Label: &sdk.Text{Fr: "Clé d'accès", En: "Access key"},
			About: "A UUID that Emasphère gives, sent in the header X-Access-Key."},
		{Name: "rate_limit", Type: "rate", DefaultJson: `"` + rateLimit + `"`, Label: &sdk.Text{Fr: "Débit maximal", En: "Rate limit"},
			About: "Requests per s, min or h, shared by all connections to one account."},
		sdk.ProfileSetting(),
	}
}

func resources() []*sdk.Resource {
	return []*sdk.Resource{
		resource(legalEntities, "Entités légales", "Legal entities", []protocol.Operation{opFind, opCreate, opUpdate},
			field("external_id", "Identifiant à la source", "Id at the source", func(f *sdk.Field) { f.Required, f.Unique, f.MaxLength = true, true, 64 }),
			field("name", "Nom", "Name", func(f *sdk.Field) { f.Required, f.MaxLength = true, 200 }),
		),
		resource(employees, "Collaborateurs", "Employees", []protocol.Operation{opFind, opCreate, opUpdate},
			field("external_id", "Identifiant à la source", "Id at the source", func(f *sdk.Field) { f.Required, f.Unique, f.MaxLength, f.Class = true, true, 64, "identity" }),
			field("last_name", "Nom", "Last name", func(f *sdk.Field) { f.Required, f.MaxLength, f.Class = true, 100, "identity" }),
			field("first_name", "Prénom", "First name", func(f *sdk.Field) { f.Required, f.MaxLength, f.Class = true, 100, "identity" }),
			field("job_title", "Intitulé de poste", "Job title", func(f *sdk.Field) { f.MaxLength = 200 }),
			field("department", "Département", "Department", func(f *sdk.Field) { f.MaxLength = 200 }),
			field("establishment", "Établissement", "Establishment", func(f *sdk.Field) { f.MaxLength = 200 }),
			field("legal_entity", "Entité légale", "Legal entity", func(f *sdk.Field) { f.Reference = legalEntities }),
			field("bank_account", "Compte bancaire (IBAN)", "Bank account (IBAN)", func(f *sdk.Field) { f.MaxLength, f.Class = 34, "bank" }),
		),
		resource(absences, "Jours d'absence", "Days of absence", []protocol.Operation{opFind, opCreate, opUpdate, opDelete},
			field("employee", "Collaborateur", "Employee", func(f *sdk.Field) { f.Required, f.Reference = true, employees }),
			field("date", "Date de l'absence", "Date of the absence", func(f *sdk.Field) { f.Required, f.Type = true, "date" }),
			field("start_date", "Date de début de l'absence", "Start date of the absence", func(f *sdk.Field) { f.Type = "date" }),
		),
	}
}

// resource has an id of Emasphère's own. A create is an upsert, and a PATCH may be
// repeated: both are settled by sending them again, and a delete too, which takes
// 404 for done.
func resource(name, fr, en string, operations []protocol.Operation, fields ...*sdk.Field) *sdk.Resource {
	id := field("id", "Identifiant Emasphère", "EMAsphere id", func(f *sdk.Field) { f.ReadOnly, f.Unique, f.Filled = true, true, true })
	r := &sdk.Resource{
		Name: name, Label: &sdk.Text{Fr: fr, En: en}, Readable: true, Writable: true,
		Fields: append([]*sdk.Field{id}, fields...), Identity: []string{"id"},
		WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS, LookUp: []string{"ids", "keys"},
	}
	for _, operation := range operations {
		e := &sdk.Endpoint{Operation: operation, Declarable: true, ChangedOnly: operation == opUpdate}
		if operation != opFind {
			e.Reconcile = protocol.Reconcile_RECONCILE_UPSERT
		}
		r.Endpoints = append(r.Endpoints, e)
	}
	return r
}

func field(path, fr, en string, more func(*sdk.Field)) *sdk.Field {
	f := &sdk.Field{Path: path, Type: "string", Label: &sdk.Text{Fr: fr, En: en}}
	more(f)
	return f
}
