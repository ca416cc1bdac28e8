package main

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// plain5 describes a resource of version 5 that is read as it is. Sorted: by id,
// where the description of the API has that.
type plain5 struct {
	name, path string
	fr, en     string
	fields     []*sdk.Field
	scopes     []string
	embeds     []string // references that include=embedded fills
	sorted     bool
	topics     []string // of events that change a record of it
	byID       string   // the filter that finds records; "" none
	settings   []*sdk.Setting
	query      func(*reading) url.Values
}

func (p plain5) resource() *resource {
	about := &sdk.Resource{
		Name: p.name, Label: &sdk.Text{Fr: p.fr, En: p.en}, Identity: []string{"id"}, Fields: p.fields, ReadSettings: p.settings,
	}
	// Who is asked for besides those that changed is asked for by his own id.
	incremental := len(p.topics) > 0 && p.byID == "id"
	if incremental {
		about.Incremental = &sdk.Incremental{RightRefs: []string{scopeEvents}}
	}
	described(about, p.scopes...)
	out := &resource{about: about, api: v5, path: "/lucca-api/" + p.path, right: p.scopes[0], scopes: p.scopes}
	list := func(r *reading, query url.Values) list5 {
		if p.sorted {
			query.Set("sort", "id")
		}
		return list5{path: out.path, what: p.name, query: query, size: maxItems5, embed: r.wants(p.embeds)}
	}
	filter := func(r *reading) url.Values {
		if p.query == nil {
			return url.Values{}
		}
		return p.query(r)
	}
	out.read = func(r *reading) *sdk.Error {
		if r.request.Cursor != "" {
			return r.changes5(p, list, filter(r))
		}
		complaint := r.walk5(list(r, filter(r)), func(item json.RawMessage, page *page5) *sdk.Error { return r.plain(embedded(item, page, p.embeds)) })
		if incremental {
			r.end.Cursor = r.since5()
		}
		return complaint
	}
	out.probe = func(r *reading) (sample, *sdk.Error) {
		l := list(r, filter(r))
		l.query.Set("limit", "100")
		l.query.Set("include", "embedded")
		page, _, complaint := r.page5(l)
		if complaint != nil {
			return sample{}, complaint
		}
		items := make([]json.RawMessage, len(*page.Items))
		for i, item := range *page.Items {
			items[i] = embedded(item, page, p.embeds)
		}
		return r.shaped(items)
	}
	if p.byID == "id" {
		about.LookUp = []string{"ids"}
		out.find = func(r *reading, ids []string) *sdk.Error {
			complaint := r.some5(p, list, url.Values{}, ids, func(id string, data json.RawMessage) error { return r.out.Answer(id, data) })
			r.end.Complete = complaint == nil && r.end.Reason == ""
			return complaint
		}
	}
	return out
}

// some5 reads the records with the given ids, of those that another filter lets
// through, as many at once as a filter takes.
func (r *reading) some5(p plain5, list func(*reading, url.Values) list5, filter url.Values, ids []string, give func(id string, data json.RawMessage) error) *sdk.Error {
	for chunk := range slices.Chunk(ids, maxItems5) {
		for _, id := range chunk {
			if id == "" || strings.ContainsAny(id, ",&= ") {
				return &sdk.Error{Code: "bad-id", Summary: "Lucca: that is no id of version 5's", Remedy: "check that the ledger is this tenant's", Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
		}
		query := url.Values{p.byID: {strings.Join(chunk, ",")}}
		maps.Copy(query, filter)
		complaint := r.walk5(list(r, query), func(item json.RawMessage, page *page5) *sdk.Error {
			id, data, complaint := r.shape(embedded(item, page, p.embeds))
			if complaint == nil && r.first(id) {
				r.failed = give(id, data)
			}
			return complaint
		})
		if complaint != nil || r.failed != nil || r.end.Reason != "" {
			return complaint
		}
	}
	return nil
}

// Names are the API's own, but for departments: version 3's have that name, with
// other ids' types.
func version5() []*resource {
	return []*resource{
		employees5().resource(), personalRecords5().resource(), employments5().resource(), jobPositions5().resource(),
		businessEstablishments5().resource(), legalEntities5().resource(), departments5(), attributes5(),
	}
}

func stamps() []*sdk.Field {
	return []*sdk.Field{
		f("createdAt", "timestamp", "Créé le", "Created at"),
		f("lastUpdatedAt", "timestamp", "Modifié le", "Updated at"),
	}
}

func employees5() plain5 {
	return plain5{
		name: "employees", path: "employees", fr: "Collaborateurs (API v5)", en: "Employees (API v5)",
		scopes: []string{"employees.readonly", "employments.readonly", "job-positions.readonly"}, embeds: []string{"applicableEmployment", "applicableJobPosition"},
		sorted: true, byID: "id", topics: []string{"employee", "employment", "job-position"},
		settings: []*sdk.Setting{{
			Name: "include", Type: "list(string)", OneOf: []string{"future", "former"}, Label: &sdk.Text{Fr: "Population", En: "Population"},
			About: "Who is read beside the current employees: future hires, former employees.",
		}},
		query: func(r *reading) url.Values {
			status := "active"
			include := r.request.Settings.Strings("include")
			if slices.Contains(include, "future") {
				status += ",upcoming"
			}
			if slices.Contains(include, "former") {
				status += ",deactivated"
			}
			return url.Values{"status": {status}}
		},
		fields: append([]*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("remoteId", "string", "Identifiant externe", "Remote id"),
			f("givenName", "string", "Prénom", "Given name", class("identity"), filled),
			f("familyName", "string", "Nom", "Family name", class("identity"), filled),
			f("employeeNumber", "string", "Matricule", "Employee number", class("identity")),
			f("status", "string", "Statut : active, upcoming, deactivated", "Status: active, upcoming, deactivated", sharp("status")),
			f("email", "string", "E-mail professionnel", "Work e-mail", class("contact"), sharp("e-mail")),
			f("birthDay.day", "int", "Anniversaire : jour", "Birthday: day", class("identity")),
			f("birthDay.month", "int", "Anniversaire : mois", "Birthday: month", class("identity")),
			f("phoneNumber", "string", "Téléphone professionnel", "Work phone", class("contact")),
			f("applicableEmployment.id", "string", "Contrat applicable (identifiant)", "Applicable employment (id)", refers("employments")),
			f("applicableEmployment.status", "string", "Contrat applicable : statut", "Applicable employment: status"),
			f("applicableEmployment.start.date", "date", "Début de contrat", "Contract start"),
			f("applicableEmployment.end.date", "date", "Fin de contrat", "Contract end", sharp("end-date")),
			f("applicableEmployment.legalEntity.id", "string", "Unité légale (identifiant)", "Legal entity (id)", refers("legal-entities")),
			f("applicableEmployment.template.id", "string", "Modèle de contrat (identifiant)", "Employment template (id)"),
			f("applicableJobPosition.id", "string", "Poste applicable (identifiant)", "Applicable job position (id)", refers("job-positions")),
			f("applicableJobPosition.startsOn", "date", "Poste : début", "Job position: start"),
			f("applicableJobPosition.endsOn", "date", "Poste : fin", "Job position: end"),
			f("applicableJobPosition.jobTitle", "string", "Intitulé de poste", "Job title"),
			f("applicableJobPosition.department.id", "string", "Département (identifiant)", "Department (id)", refers("departments-v5")),
			f("applicableJobPosition.manager.id", "string", "Manager (identifiant)", "Manager (id)", refers("employees")),
			f("applicableJobPosition.businessEstablishment.id", "string", "Établissement (identifiant)", "Establishment (id)", refers("business-establishments")),
			f("applicableJobPosition.jobQualification.id", "string", "Qualification (identifiant)", "Job qualification (id)"),
			f("applicableJobPosition.occupationCategory.id", "string", "Catégorie socioprofessionnelle (identifiant)", "Occupation category (id)"),
		}, stamps()...),
	}
}

func personalRecords5() plain5 {
	return plain5{
		name: "employee-personal-records", path: "employee-personal-records", fr: "Fiches personnelles (API v5)", en: "Personal records (API v5)",
		scopes: []string{"employee-personal-records.readonly"}, byID: "employee.id", topics: []string{"employee-personal-record"},
		fields: append([]*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("employee.id", "string", "Collaborateur (identifiant)", "Employee (id)", filled, refers("employees")),
			f("title", "string", "Civilité", "Title", class("identity")),
			f("legalGender", "string", "Sexe", "Gender", class("identity")),
			f("birthDate", "date", "Date de naissance", "Birth date", class("identity")),
			f("insuranceNumber.format", "string", "Numéro de sécurité sociale : format", "Social security number: format"),
			f("insuranceNumber.value", "string", "Numéro de sécurité sociale", "Social security number", class("social-security")),
			f("nationalitiesCountryCodes", "list(string)", "Nationalités (ISO 3166-1 alpha-3)", "Nationalities (ISO 3166-1 alpha-3)", class("identity")),
			f("bankAccount.format", "string", "Compte bancaire : iban ou other", "Bank account: iban or other", class("bank")),
			f("bankAccount.accountIdentifier", "string", "IBAN", "IBAN", class("bank")),
			f("bankAccount.bankIdentifier", "string", "BIC (vide avec un IBAN)", "BIC (empty with an IBAN)", class("bank")),
			f("bankAccount.bankName", "string", "Nom de la banque", "Bank name", class("bank")),
			f("phoneNumber", "string", "Téléphone personnel", "Personal phone", class("contact")),
			f("email", "string", "E-mail personnel", "Personal e-mail", class("contact")),
		}, stamps()...),
	}
}

func employments5() plain5 {
	return plain5{
		name: "employments", path: "employments", fr: "Contrats (API v5)", en: "Employments (API v5)",
		scopes: []string{"employments.readonly"}, sorted: true, byID: "id", topics: []string{"employment"},
		fields: append([]*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("remoteId", "string", "Identifiant externe", "Remote id"),
			f("employee.id", "string", "Collaborateur (identifiant)", "Employee (id)", filled, refers("employees")),
			f("legalEntity.id", "string", "Unité légale (identifiant)", "Legal entity (id)", refers("legal-entities")),
			f("status", "string", "Statut", "Status", sharp("status")),
			f("start.date", "date", "Début", "Start"),
			f("end.date", "date", "Fin", "End", sharp("end-date")),
			f("template.id", "string", "Modèle (identifiant)", "Template (id)"),
		}, stamps()...),
	}
}

func jobPositions5() plain5 {
	return plain5{
		name: "job-positions", path: "job-positions", fr: "Postes (API v5)", en: "Job positions (API v5)",
		scopes: []string{"job-positions.readonly"}, sorted: true, byID: "id", topics: []string{"job-position"},
		fields: append([]*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("remoteId", "string", "Identifiant externe", "Remote id"),
			f("employee.id", "string", "Collaborateur (identifiant)", "Employee (id)", filled, refers("employees")),
			f("employment.id", "string", "Contrat (identifiant)", "Employment (id)", refers("employments")),
			f("status", "string", "Statut", "Status", sharp("status")),
			f("startsOn", "date", "Début", "Start"),
			f("endsOn", "date", "Fin", "End"),
			f("jobTitle", "string", "Intitulé de poste", "Job title"),
			f("businessEstablishment.id", "string", "Établissement (identifiant)", "Establishment (id)", refers("business-establishments")),
			f("department.id", "string", "Département (identifiant)", "Department (id)", refers("departments-v5")),
			f("manager.id", "string", "Manager (identifiant)", "Manager (id)", refers("employees")),
			f("jobQualification.id", "string", "Qualification (identifiant)", "Job qualification (id)"),
			f("occupationCategory.id", "string", "Catégorie socioprofessionnelle (identifiant)", "Occupation category (id)"),
			f("notes", "string", "Notes", "Notes"),
		}, stamps()...),
	}
}

func businessEstablishments5() plain5 {
	return plain5{
		name: "business-establishments", path: "business-establishments", fr: "Établissements (API v5)", en: "Establishments (API v5)",
		scopes: []string{"business-establishments.readonly"}, embeds: []string{"legalEntity"},
		fields: append([]*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("name", "string", "Établissement", "Establishment"),
			f("remoteId", "string", "Identifiant externe", "Remote id"),
			f("isArchived", "bool", "Archivé", "Archived", sharp("status")),
			f("legalEntity.id", "string", "Unité légale (identifiant)", "Legal entity (id)", refers("legal-entities")),
			f("legalEntity.legalName", "string", "Unité légale", "Legal entity"),
			f("isHeadquarters", "bool", "Siège", "Headquarters"),
			f("taxIdentificationNumber.value", "string", "SIRET", "Tax identification number"),
			f("industryCode.value", "string", "Code APE", "Industry code"),
			f("address.addressLines", "list(string)", "Adresse : voie", "Address: lines"),
			f("address.postalCode", "string", "Adresse : code postal", "Address: postal code"),
			f("address.locality", "string", "Adresse : ville", "Address: town"),
			f("address.countryCode", "string", "Adresse : pays", "Address: country"),
			f("timezoneId", "string", "Fuseau horaire", "Time zone"),
		}, stamps()...),
	}
}

func legalEntities5() plain5 {
	return plain5{
		name: "legal-entities", path: "legal-entities", fr: "Unités légales (API v5)", en: "Legal entities (API v5)",
		scopes: []string{"legal-entities.readonly"},
		fields: append([]*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("legalName", "string", "Unité légale", "Legal entity"),
			f("remoteId", "string", "Identifiant externe", "Remote id"),
			f("isArchived", "bool", "Archivée", "Archived", sharp("status")),
			f("countryCode", "string", "Pays (ISO 3166-1 alpha-3)", "Country (ISO 3166-1 alpha-3)"),
			f("currencyCode", "string", "Devise", "Currency"),
			f("taxIdentificationNumber.value", "string", "SIREN", "Tax identification number"),
			f("industryCode.value", "string", "Code APE", "Industry code"),
		}, stamps()...),
	}
}

// departments5 are read whole before the first is handed on, for their ancestors.
func departments5() *resource {
	p := plain5{
		name: "departments-v5", path: "departments", fr: "Départements (API v5)", en: "Departments (API v5)",
		scopes: []string{"departments.readonly"},
		fields: []*sdk.Field{
			f("id", "string", "Identifiant", "Id", filled),
			f("name", "string", "Département", "Department"),
			f("description", "string", "Description", "Description"),
			f("remoteId", "string", "Identifiant externe", "Remote id"),
			f("parentId", "string", "Département parent (identifiant)", "Parent department (id)", refers("departments-v5")),
			f("ancestors", "list(object({ id = string, name = string }))", "Départements au-dessus, depuis la racine", "Departments above, root first"),
			f("level", "int", "Niveau", "Level"),
			f("sortOrder", "int", "Ordre", "Order"),
			f("isArchived", "bool", "Archivé", "Archived", sharp("status")),
			f("manager.id", "string", "Responsable (identifiant)", "Manager (id)", refers("employees")),
		},
	}
	out := p.resource()
	tree := func(r *reading, keep func(id string, data json.RawMessage) *sdk.Error) *sdk.Error {
		return r.tree("parent", func(each func(json.RawMessage) *sdk.Error) *sdk.Error {
			return r.walk5(list5{path: out.path, what: p.name, query: url.Values{}, size: maxItems5}, func(item json.RawMessage, _ *page5) *sdk.Error { return each(item) })
		}, keep)
	}
	out.read = func(r *reading) *sdk.Error {
		return tree(r, func(id string, data json.RawMessage) *sdk.Error { r.record(id, data); return nil })
	}
	out.about.LookUp = []string{"ids"}
	out.find = func(r *reading, ids []string) *sdk.Error {
		return r.among(ids, func(keep func(string, json.RawMessage) *sdk.Error) *sdk.Error { return tree(r, keep) })
	}
	out.probe = func(r *reading) (sample, *sdk.Error) {
		var s sample
		complaint := tree(r, func(_ string, data json.RawMessage) *sdk.Error { s.items = append(s.items, data); return nil })
		return s, complaint
	}
	return out
}
