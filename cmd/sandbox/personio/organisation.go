package personio

import (
	"fmt"
	"strings"

	"passerelle/cmd/sandbox/people"
)

// unit is a department or a team.
type unit struct {
	ID, Parent int
	Kind, Name string // "department" or "team"
}

// place is an office, a legal entity, a cost centre or a project.
type place struct {
	ID   string
	Name string
}

// attribute is one employee attribute as v1 lists it.
type attribute struct {
	Key, Type string
	Labels    map[string]string // by language
	Options   []string
}

type organisation struct {
	units                                         []unit
	offices, legalEntities, costCenters, projects []place
	absenceTypes                                  []absenceType
	categories                                    []place
	custom                                        []attribute
	reports                                       []report
}

type absenceType struct {
	ID, Name, Category, Unit string
	V1                       int
	Substitute               bool // somebody must stand in
}

// organisationOf gives Personio what the company has: its departments, and its
// establishments as offices. It has no department for who works in the archived
// one, and calls none of them as Lucca does by id.
func organisationOf(company *people.Company) organisation {
	o := organisation{
		units:         []unit{{ID: 4501, Kind: "team", Name: "Cozy Plumbers"}, {ID: 4502, Kind: "team", Name: "Night Owls"}},
		legalEntities: []place{{"170", "Maison Exemple SAS"}, {"171", "Maison Exemple GmbH"}},
		costCenters:   []place{{"1000", "Siège"}, {"1f33aa20-287f-4dda-a517-eba2a316f755", "Ateliers"}},
		projects:      []place{{"567", "A project name"}, {"568", "Archived project"}},
		absenceTypes: []absenceType{
			{ID: "0a1b2c3d-0000-4000-8000-000000000001", Name: "Paid vacation", Category: "paid_vacation", Unit: "DAY", V1: 155627},
			{ID: "0a1b2c3d-0000-4000-8000-000000000002", Name: "Sick leave", Category: "sick_leave", Unit: "DAY", V1: 155628},
			{ID: "0a1b2c3d-0000-4000-8000-000000000003", Name: "Doctor's appointment", Category: "other", Unit: "HOUR", V1: 155629},
			{ID: "0a1b2c3d-0000-4000-8000-000000000004", Name: "Sabbatical", Category: "unpaid_vacation", Unit: "DAY", V1: 155630, Substitute: true},
		},
		categories: []place{{"1", "Contracts"}, {"12", "Certificates"}},
		custom: []attribute{
			{Key: "dynamic_305", Type: "standard", Labels: map[string]string{"en": "Badge colour", "de": "Ausweisfarbe", "fr": "Couleur du badge"}},
			{Key: "dynamic_306", Type: "list", Labels: map[string]string{"en": "Marital status", "de": "Familienstand", "fr": "Situation familiale"}, Options: []string{"married", "single"}},
			{Key: "dynamic_307", Type: "tags", Labels: map[string]string{"en": "Language skills", "de": "Sprachen", "fr": "Langues"}, Options: []string{"English", "French", "German"}},
			{Key: "dynamic_308", Type: "date", Labels: map[string]string{"en": "First aid until", "de": "Ersthelfer bis", "fr": "Secouriste jusqu'au"}},
			{Key: "dynamic_309", Type: "decimal", Labels: map[string]string{"en": "Bonus", "de": "Bonus", "fr": "Prime"}},
		},
		reports: []report{{ID: "eb7482f3-0000-4000-8000-000000000001", Name: "Everybody", Columns: []string{"first_name", "department", "fix_salary"}}},
	}
	if company == nil {
		o.units = append(o.units, unit{ID: 401, Kind: "department", Name: "IT"}, unit{ID: 402, Kind: "department", Name: "Finance", Parent: 401})
		o.offices = []place{{"60302", "Madrid"}, {"60303", "Remote"}}
		return o
	}
	for _, d := range company.Departments {
		if !d.IsActive {
			continue
		}
		u := unit{ID: 400 + d.ID, Kind: "department", Name: d.Name}
		if d.Parent != 0 {
			u.Parent = 400 + d.Parent
		}
		o.units = append(o.units, u)
	}
	for _, e := range company.Establishments {
		o.offices = append(o.offices, place{fmt.Sprint(60300 + e.ID), strings.TrimPrefix(e.Name, company.Name+" ")})
	}
	return o
}

func label(en, de, fr string) map[string]string {
	return map[string]string{"en": en, "de": de, "fr": fr}
}

// standard are the attributes that every account has.
var standard = []attribute{
	{Key: "id", Type: "integer", Labels: label("ID", "ID", "ID")},
	{Key: "first_name", Type: "standard", Labels: label("First name", "Vorname", "Prénom")},
	{Key: "last_name", Type: "standard", Labels: label("Last name", "Nachname", "Nom")},
	{Key: "preferred_name", Type: "standard", Labels: label("Preferred name", "Rufname", "Nom d'usage")},
	{Key: "email", Type: "standard", Labels: label("Email", "E-Mail", "E-mail")},
	{Key: "gender", Type: "standard", Labels: label("Gender", "Geschlecht", "Genre")},
	{Key: "status", Type: "standard", Labels: label("Status", "Status", "Statut")},
	{Key: "position", Type: "standard", Labels: label("Position", "Position", "Poste")},
	{Key: "supervisor", Type: "standard", Labels: label("Supervisor", "Vorgesetzter", "Responsable")},
	{Key: "employment_type", Type: "standard", Labels: label("Employment type", "Anstellungsart", "Type d'emploi")},
	{Key: "weekly_working_hours", Type: "standard", Labels: label("Weekly hours", "Wochenstunden", "Heures hebdomadaires")},
	{Key: "hire_date", Type: "date", Labels: label("Hire date", "Einstellungsdatum", "Date d'embauche")},
	{Key: "contract_end_date", Type: "date", Labels: label("Contract ends", "Vertragsende", "Fin de contrat")},
	{Key: "probation_period_end", Type: "date", Labels: label("Probation period end", "Probezeitende", "Fin de période d'essai")},
	{Key: "termination_date", Type: "date", Labels: label("Termination date", "Kündigungsdatum", "Date de départ")},
	{Key: "termination_type", Type: "standard", Labels: label("Termination type", "Kündigungsart", "Type de départ")},
	{Key: "termination_reason", Type: "standard", Labels: label("Termination reason", "Kündigungsgrund", "Motif de départ")},
	{Key: "last_working_day", Type: "date", Labels: label("Last working day", "Letzter Arbeitstag", "Dernier jour travaillé")},
	{Key: "created_at", Type: "date", Labels: label("Created at", "Erstellt am", "Créé le")},
	{Key: "last_modified_at", Type: "date", Labels: label("Last modified", "Zuletzt geändert", "Modifié le")},
	{Key: "subcompany", Type: "standard", Labels: label("Subcompany", "Gesellschaft", "Filiale")},
	{Key: "office", Type: "standard", Labels: label("Office", "Standort", "Bureau")},
	{Key: "department", Type: "standard", Labels: label("Department", "Abteilung", "Département")},
	{Key: "team", Type: "standard", Labels: label("Team", "Team", "Équipe")},
	{Key: "cost_centers", Type: "standard", Labels: label("Cost center", "Kostenstelle", "Centre de coûts")},
	{Key: "profile_picture", Type: "standard", Labels: label("Profile Picture", "Profilbild", "Photo")},
	{Key: "fix_salary", Type: "decimal", Labels: label("Fixed salary", "Fixgehalt", "Salaire fixe")},
	{Key: "hourly_salary", Type: "decimal", Labels: label("Hourly salary", "Stundenlohn", "Salaire horaire")},
	{Key: "holiday_calendar", Type: "standard", Labels: label("Public holidays", "Feiertage", "Jours fériés")},
	{Key: "work_schedule", Type: "standard", Labels: label("Work schedule", "Arbeitszeit", "Horaire de travail")},
	{Key: "absence_entitlement", Type: "standard", Labels: label("Absence entitlement", "Abwesenheitsanspruch", "Droit aux absences")},
	{Key: "vacation_day_balance", Type: "decimal", Labels: label("Vacation day balance", "Urlaubssaldo", "Solde de congés")},
	{Key: "fix_salary_interval", Type: "standard", Labels: label("Salary interval", "Gehaltsintervall", "Périodicité du salaire")},
}

func (a *account) attributes() []attribute {
	return append(append([]attribute{}, standard...), a.custom...)
}

func nameOf(places []place, id string) (string, bool) {
	for _, p := range places {
		if p.ID == id {
			return p.Name, true
		}
	}
	return "", false
}

func idOf(places []place, name string) (string, bool) {
	for _, p := range places {
		if p.Name == name {
			return p.ID, true
		}
	}
	return "", false
}

func (a *account) unit(kind string, id int) (unit, bool) {
	for _, u := range a.units {
		if u.Kind == kind && u.ID == id {
			return u, true
		}
	}
	return unit{}, false
}
