package main

import (
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// The resources.
const (
	employees     = "employees"
	persons       = "persons"
	employments   = "employments"
	absences      = "absences"
	absenceTypes  = "absence-types"
	attendances   = "attendances"
	documents     = "documents"
	reports       = "reports"
	orgUnits      = "org-units"
	workplaces    = "workplaces"
	legalEntities = "legal-entities"
	costCenters   = "cost-centers"
	projects      = "projects"
	webhooks      = "webhooks"
)

// plainList is a list of v2 whose records go through untouched.
type plainList struct {
	path, right string
	beta        bool
	limit       int
}

var plainLists = map[string]plainList{
	absenceTypes:  {"/v2/absence-types", readAbsences, false, 100},
	orgUnits:      {"/v2/org-units", readOrganisation, true, 100},
	workplaces:    {"/v2/workplaces", readOrganisation, true, 100},
	legalEntities: {"/v2/legal-entities", readOrganisation, false, 100},
	costCenters:   {"/v2/cost-centers", readOrganisation, true, 100},
	projects:      {"/v2/projects", readProjects, false, 100},
	webhooks:      {"/v2/webhooks", readWebhooks, false, 200},
}

func resources() []*sdk.Resource {
	return []*sdk.Resource{
		employeesResource(), personsResource(), employmentsResource(), absencesResource(), attendancesResource(), documentsResource(), reportsResource(),
		plainResource(absenceTypes, "Types d'absence", "Absence types", f("name", "string", "Nom", "Name"), f("category", "string", "Catégorie", "Category"),
			f("unit", "string", "Unité", "Unit", oneOf("DAY", "HOUR"))),
		plainResource(orgUnits, "Départements et équipes", "Departments and teams", f("type", "string", "Nature", "Kind"), f("name", "string", "Nom", "Name"),
			f("abbreviation", "string", "Abréviation", "Abbreviation"), f("description", "string", "Description", "Description"),
			f("parent_id", "string", "Parent", "Parent", refers(orgUnits))),
		plainResource(workplaces, "Bureaux", "Workplaces", f("name", "string", "Nom", "Name")),
		plainResource(legalEntities, "Entités légales", "Legal entities", f("name", "string", "Nom", "Name")),
		plainResource(costCenters, "Centres de coûts", "Cost centres", f("name", "string", "Nom", "Name")),
		plainResource(projects, "Projets", "Projects", f("name", "string", "Nom", "Name"), f("status", "string", "Statut", "Status"),
			f("project_code", "string", "Code", "Code"), f("client_name", "string", "Client", "Client"), f("billable", "bool", "Facturable", "Billable"),
			f("start.date", "date", "Début", "Start"), f("end.date", "date", "Fin", "End")),
		plainResource(webhooks, "Webhooks", "Webhooks", f("url", "string", "Adresse", "Address"), f("status", "string", "Statut", "Status"),
			f("description", "string", "Description", "Description"), f("enabled_events", "list(string)", "Événements", "Events")),
	}
}

func f(path, kind, fr, en string, more ...func(*sdk.Field)) *sdk.Field {
	field := &sdk.Field{Path: path, Type: kind, Label: &sdk.Text{Fr: fr, En: en}}
	for _, change := range more {
		change(field)
	}
	return field
}

func id() *sdk.Field {
	return f("id", "string", "Identifiant Personio", "Personio id", readOnly, unique, filled)
}

func plainResource(name, fr, en string, fields ...*sdk.Field) *sdk.Resource {
	r := &sdk.Resource{Name: name, Label: &sdk.Text{Fr: fr, En: en}, Readable: true, Identity: []string{"id"},
		Fields: append([]*sdk.Field{id()}, fields...), RightRefs: []string{plainLists[name].right}, Rights: described([]string{plainLists[name].right}, nil)}
	for _, field := range r.Fields {
		field.ReadOnly = true
	}
	return r
}

// endpoints are a resource's own; a mapping can't change what they send. A create
// that was never answered is looked up, an update may be sent again.
// Writing doesn't include reading: the right to write comes on top of the
// resource's own, which every look-up before a write needs.
func endpoints(right string, operations ...protocol.Operation) []*sdk.Endpoint {
	out := []*sdk.Endpoint{}
	for _, operation := range operations {
		out = append(out, &sdk.Endpoint{Operation: operation, ChangedOnly: operation == opUpdate, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP, RightRefs: []string{right}})
	}
	return out
}

// allowDelete is the word without which nothing is erased: such an endpoint
// names it.
const allowDelete = "allow_delete"

func onlyWhereAllowed(endpoints []*sdk.Endpoint) []*sdk.Endpoint {
	for _, e := range endpoints {
		if e.GetOperation() == opDelete {
			e.NeedsSetting = allowDelete
		}
	}
	return endpoints
}

func employeesResource() *sdk.Resource {
	r := &sdk.Resource{
		Name: employees, Label: &sdk.Text{Fr: "Employés", En: "Employees"}, Readable: true, Writable: true, Identity: []string{"id"},
		SectionPath:  customPath,
		SectionRight: &sdk.Text{Fr: "Attributs lisibles : cocher chaque attribut personnalisé", En: "Readable employee attributes: tick each custom one"},
		LookUp:       []string{"ids", "keys"}, WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS,
		Endpoints: onlyWhereAllowed(endpoints(writeEmployees, opCreate, opUpdate, opDeactivate, opReactivate, opDelete)),
		RightRefs: []string{readEmployees},
		WriteSettings: []*sdk.Setting{
			{Name: "api", Type: "string", DefaultJson: `"v2"`, OneOf: []string{"v1", "v2"}, Label: &sdk.Text{Fr: "Génération de l'API", En: "Generation of the API"},
				About: "v1 takes relations by name alone, and can't set team, cost centre, language and contract dates, nor change an e-mail."},
			{Name: allowDelete, Type: "bool", DefaultJson: "false", Label: &sdk.Text{Fr: "Autoriser la suppression", En: "Allow deletions"},
				About: "A deletion erases the person and everything about them, for good. Without this word it is refused."},
		},
	}
	labels := map[string]*sdk.Text{}
	for _, a := range employeeAttributes {
		field := f(a.name, a.kind, a.fr, a.en, a.more...)
		if a.v1 != "" && a.name != "id" {
			field.Right = attributeRight(a.v1)
			if labels[a.v1] == nil {
				labels[a.v1] = attributeLabel(a.fr, a.en)
			}
		}
		r.Fields = append(r.Fields, field)
	}
	r.Rights = described([]string{readEmployees, writeEmployees, readOrganisation}, labels)
	return r
}

func personsResource() *sdk.Resource {
	const why = "The flat resource employees writes persons and employments together."
	return &sdk.Resource{Name: persons, Label: &sdk.Text{Fr: "Personnes (API v2)", En: "Persons (v2)"}, Readable: true, Identity: []string{"id"}, WhyReadOnly: why,
		SectionPath: customPath, LookUp: []string{"ids"}, RightRefs: []string{readEmployees}, Rights: described([]string{readEmployees}, personLabels()),
		SectionRight: &sdk.Text{Fr: "Attributs lisibles : cocher chaque attribut personnalisé", En: "Readable employee attributes: tick each custom one"},
		Fields:       flatFields(personFields)}
}

func employmentsResource() *sdk.Resource {
	const why = "Personio's API gives a person exactly one employment, made together with the person: it can neither add a second one nor delete one. " +
		"Map its fields on employees."
	return &sdk.Resource{Name: employments, Label: &sdk.Text{Fr: "Emplois (API v2)", En: "Employments (v2)"}, Readable: true, Identity: []string{"id"}, WhyReadOnly: why,
		RightRefs: []string{readEmployees}, Rights: described([]string{readEmployees}, personLabels()), Fields: flatFields(employmentFields)}
}

func absencesResource() *sdk.Resource {
	const noApproval = "Personio's API can neither approve nor reject an absence: people do, or skip_approval in the target lets it through without asking."
	return &sdk.Resource{Name: absences, Label: &sdk.Text{Fr: "Absences", En: "Absences"}, Readable: true, Writable: true, Identity: []string{"id"},
		WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS, LookUp: []string{"ids", "keys"},
		Endpoints: endpoints(writeAbsences, opCreate, opUpdate, opDelete),
		RightRefs: []string{readAbsences}, Rights: described([]string{readAbsences, writeAbsences}, nil),
		ReadSettings: []*sdk.Setting{{Name: "api", Type: "string", DefaultJson: `"v2"`, OneOf: []string{"v1", "v2"}, Label: &sdk.Text{Fr: "Génération de l'API", En: "Generation of the API"},
			About: "v1 gives absences in days alone, with days_count and with names."}},
		WriteSettings: []*sdk.Setting{skipApproval()},
		Fields: []*sdk.Field{id(),
			f("person", "string", "Employé", "Employee", required, refers(employees)),
			f("absence_type", "string", "Type d'absence", "Absence type", required, class("health"), resolvedWith(readAbsences)),
			f("absence_type_id", "string", "Type d'absence (identifiant)", "Absence type (id)", readOnly, class("health"), whyReadOnly(byName("absence_type"))),
			f("start_date", "date", "Premier jour", "First day"),
			f("start_half", "bool", "Commence à midi", "Starts at midday"),
			f("end_date", "date", "Dernier jour", "Last day"),
			f("end_half", "bool", "Finit à midi", "Ends at midday"),
			f("starts_at", "timestamp", "Début (absence en heures)", "Start (absence in hours)"),
			f("ends_at", "timestamp", "Fin (absence en heures)", "End (absence in hours)"),
			f("comment", "string", "Commentaire", "Comment", func(x *sdk.Field) { x.MaxLength = 2000 }),
			f("substitute", "string", "Remplaçant", "Substitute", writeOnly, refers(employees)),
			f("approval", "string", "Approbation", "Approval", readOnly, whyReadOnly(noApproval)),
			f("days_count", "double", "Nombre de jours (API v1)", "Number of days (v1)", readOnly),
			f("timezone", "string", "Fuseau horaire", "Time zone", readOnly),
			f("created_at", "timestamp", "Créée le", "Created at", readOnly),
			f("updated_at", "timestamp", "Modifiée le", "Updated at", readOnly),
		}}
}

func skipApproval() *sdk.Setting {
	return &sdk.Setting{Name: "skip_approval", Type: "bool", DefaultJson: "false", Label: &sdk.Text{Fr: "Sans approbation", En: "Skip approval"},
		About: "true: what is created or changed counts as approved. Always sent, because the two generations have opposite defaults."}
}

func attendancesResource() *sdk.Resource {
	const noApproval = "Personio's API can't approve an attendance: people do, or skip_approval in the target lets it through without asking."
	return &sdk.Resource{Name: attendances, Label: &sdk.Text{Fr: "Présences", En: "Attendances"}, Readable: true, Writable: true, Identity: []string{"id"},
		WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS, LookUp: []string{"ids", "keys"},
		Endpoints: endpoints(writeAttendances, opCreate, opUpdate, opDelete),
		RightRefs: []string{readAttendances}, Rights: described([]string{readAttendances, writeAttendances, readProjects}, nil),
		WriteSettings: []*sdk.Setting{skipApproval(),
			{Name: "api", Type: "string", DefaultJson: `"v2"`, OneOf: []string{"v1", "v2"}, Label: &sdk.Text{Fr: "Génération de l'API", En: "Generation of the API"},
				About: "v1 takes batches of a hundred and breaks as minutes; Personio is retiring it (2026-08-30 or 2027-01-31, by source). Ids of one generation mean nothing to the other."}},
		Fields: []*sdk.Field{id(),
			f("person", "string", "Employé", "Employee", required, refers(employees)),
			f("type", "string", "Nature", "Kind", oneOf("WORK", "BREAK")),
			f("start", "timestamp", "Début", "Start", required),
			f("end", "timestamp", "Fin", "End"),
			f("date", "date", "Jour de rattachement", "Business day", readOnly),
			f("break_minutes", "int", "Pause en minutes (API v1)", "Break in minutes (v1)", writeOnly),
			f("comment", "string", "Commentaire", "Comment", func(x *sdk.Field) { x.MaxLength = 1000 }),
			f("project", "string", "Projet", "Project", refers(projects), resolvedWith(readProjects)),
			f("approval", "string", "Approbation", "Approval", readOnly, whyReadOnly(noApproval)),
			f("is_auto_generated", "bool", "Créée automatiquement", "Created automatically", readOnly),
			f("created_at", "timestamp", "Créée le", "Created at", readOnly),
			f("updated_at", "timestamp", "Modifiée le", "Updated at", readOnly),
		}}
}

func documentsResource() *sdk.Resource {
	const oneWay = "The file of a document is fixed once it is uploaded: v2 of Personio's API has no upload, and v1 no replacement."
	return &sdk.Resource{Name: documents, Label: &sdk.Text{Fr: "Documents", En: "Documents"}, Readable: true, Writable: true, Identity: []string{"id"},
		WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS, LookUp: []string{"keys"},
		Endpoints: onlyWhereAllowed(endpoints(writeDocuments, opCreate, opUpdate, opDelete)),
		RightRefs: []string{readDocuments, readEmployees}, Rights: described([]string{readDocuments, writeDocuments, readEmployees}, nil),
		WriteSettings: []*sdk.Setting{
			{Name: "upload", Type: "string", DefaultJson: `"v1"`, OneOf: []string{"v1"}, Label: &sdk.Text{Fr: "Génération de l'API pour l'envoi", En: "Generation of the API to upload with"},
				About: "v2 of Personio's API has no upload: documents are uploaded through v1, and listed, changed and deleted through v2."},
			{Name: allowDelete, Type: "bool", DefaultJson: "false", Label: &sdk.Text{Fr: "Autoriser la suppression", En: "Allow deletions"},
				About: "A deletion can't be undone. Without this word it is refused."},
		},
		Fields: []*sdk.Field{id(),
			f("person", "string", "Employé", "Employee", required, refers(employees)),
			f("category", "string", "Catégorie", "Category", required, resolvedWith(readDocuments)),
			f("name", "string", "Titre", "Title", required, func(x *sdk.Field) { x.MaxLength = 255 }),
			f("date", "date", "Date", "Date"),
			f("comment", "string", "Commentaire", "Comment"),
			f("file_name", "string", "Nom du fichier", "Name of the file", required, writeOnly),
			f("content", "string", "Contenu en base64", "Content in base64", required, writeOnly),
			f("size", "int", "Taille", "Size", readOnly, whyReadOnly(oneWay)),
			f("document_type", "string", "Nature", "Kind", readOnly),
			f("created_at", "timestamp", "Créé le", "Created at", readOnly),
		}}
}

func reportsResource() *sdk.Resource {
	return &sdk.Resource{Name: reports, Label: &sdk.Text{Fr: "Lignes d'un rapport personnalisé", En: "Rows of a custom report"}, Readable: true, Open: true,
		RightRefs: []string{readReports}, Rights: described([]string{readReports}, nil),
		ReadSettings: []*sdk.Setting{
			{Name: "report", Type: "string", Required: true, Label: &sdk.Text{Fr: "Rapport", En: "Report"},
				About: "The report's id, a UUID. An administrator must have released it for the API (column “API access”). A report shows all its columns, whatever is ticked among the readable employee attributes."},
			{Name: "api", Type: "string", OneOf: []string{"v1", "v2"}, Label: &sdk.Text{Fr: "Génération de l'API", En: "Generation of the API"},
				About: "Without it v2, and v1 where the account has no reports in v2; v1 ends on 2027-06-30."},
		}}
}
