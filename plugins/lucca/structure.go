package main

import (
	"encoding/json"
	"net/url"

	"passerelle/plugins/sdk"
)

const (
	establishmentsResource = "establishments"
	legalUnitsResource     = "legal-units"
	establishmentsPath     = "/organization/structure/api/establishments"
	legalUnitsPath         = "/organization/structure/api/legal-units"

	// structurePage is what the documentation's own examples ask for: nothing says
	// how much more is allowed here.
	structurePage = 100
)

// An establishment is what version 3 calls a legal entity: same ids.
func establishments() *resource {
	return structural(&sdk.Resource{
		Name:     establishmentsResource,
		Label:    &sdk.Text{Fr: "Établissements", En: "Establishments"},
		Identity: []string{"id"},
		LookUp:   []string{"ids"},
		Fields: []*sdk.Field{
			f("id", "int", "Identifiant", "Id", filled),
			f("name", "string", "Établissement", "Establishment"),
			f("code", "string", "Code", "Code"),
			f("legalUnitId", "int", "Unité légale (identifiant)", "Legal unit (id)", refers(legalUnitsResource)),
			f("legalUnit.id", "int", "Unité légale (identifiant)", "Legal unit (id)", refers(legalUnitsResource)),
			f("legalUnit.name", "string", "Unité légale", "Legal unit"),
			f("legalUnit.code", "string", "Unité légale (code)", "Legal unit (code)"),
			f("legalUnit.legalIdentificationNumber", "string", "Unité légale : SIREN", "Legal unit: identification number"),
			f("legalIdentificationNumber", "string", "SIRET", "Identification number"),
			f("activityCode", "string", "Code APE", "Activity code"),
			f("calendarId", "int", "Calendrier (identifiant)", "Calendar (id)"),
			f("address.street", "string", "Adresse : voie", "Address: street"),
			f("address.zipCode", "string", "Adresse : code postal", "Address: postal code"),
			f("address.city", "string", "Adresse : ville", "Address: city"),
			f("timezoneId", "string", "Fuseau horaire", "Time zone"),
			f("usersCount", "int", "Nombre de collaborateurs", "Number of employees"),
			f("createdAt", "timestamp", "Créé le", "Created at"),
			f("isArchived", "bool", "Archivé", "Archived", sharp("status")),
		},
	}, establishmentsPath)
}

func legalUnits() *resource {
	return structural(&sdk.Resource{
		Name:     legalUnitsResource,
		Label:    &sdk.Text{Fr: "Unités légales", En: "Legal units"},
		Identity: []string{"id"},
		LookUp:   []string{"ids"},
		Fields: []*sdk.Field{
			f("id", "int", "Identifiant", "Id", filled),
			f("name", "string", "Unité légale", "Legal unit"),
			f("code", "string", "Code", "Code"),
			f("legalIdentificationNumber", "string", "SIREN", "Identification number"),
			f("activityCode", "string", "Code APE", "Activity code"),
			f("countryId", "string", "Pays (identifiant)", "Country (id)"),
			f("country.code", "string", "Pays (code)", "Country (code)"),
			f("country.name", "string", "Pays", "Country"),
			f("country.currencyCode", "string", "Devise", "Currency"),
			f("headquartersId", "int", "Siège (identifiant)", "Headquarters (id)", refers(establishmentsResource)),
			f("createdAt", "timestamp", "Créée le", "Created at"),
			f("isArchived", "bool", "Archivée", "Archived", sharp("status")),
		},
	}, legalUnitsPath)
}

// structural resources are small, and read with those that are archived: people
// who left still refer to them.
func structural(about *sdk.Resource, path string) *resource {
	query := func() url.Values { return url.Values{"isArchived": {"true,false"}} }
	return &resource{
		about: described(about, rightStructure), api: v4, path: path, right: rightStructure,
		probe: probe4(about.GetName(), structurePage),
		read:  func(r *reading) *sdk.Error { return r.all4(about.GetName(), query(), structurePage) },
		find: func(r *reading, ids []string) *sdk.Error {
			return r.among(ids, func(keep func(string, json.RawMessage) *sdk.Error) *sdk.Error {
				return r.walk4(list4{path: path, what: about.GetName(), query: query(), size: structurePage}, func(item json.RawMessage) *sdk.Error {
					id, data, complaint := r.shape(item)
					if complaint != nil {
						return complaint
					}
					return keep(id, data)
				})
			})
		},
	}
}
