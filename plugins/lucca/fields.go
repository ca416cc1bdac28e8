package main

import (
	"strings"

	"passerelle/plugins/sdk"
)

// userFields is the catalogue of a v3 user: every documented root property that
// reads as a value, and of references their id and name.
//
// Casing is the documentation's with managerID and its like written managerId:
// tenants answer in either, and the connector hands on this one.
func userFields() []*sdk.Field {
	return []*sdk.Field{
		f("id", "int", "Identifiant", "Id", filled),
		f("name", "string", "Prénom et nom", "First and last name", class("identity")),
		f("displayName", "string", "Nom affiché", "Displayed name", class("identity")),
		f("url", "string", "Adresse de la fiche", "Address of the record"),
		f("lastName", "string", "Nom", "Last name", class("identity"), filled),
		f("firstName", "string", "Prénom", "First name", class("identity"), filled),
		f("login", "string", "Identifiant de connexion", "Login", class("contact"), sharp("login")),
		f("mail", "string", "E-mail professionnel", "Work e-mail", class("contact"), sharp("e-mail")),
		f("employeeNumber", "string", "Matricule", "Employee number", class("identity")), // unique per establishment only
		f("externalId", "string", "Identifiant externe", "External id"),
		f("civilTitle", "string", "Civilité", "Title", class("identity"), right(rightLucca)),
		f("gender", "string", "Sexe", "Gender", class("identity"), right(rightLucca)),
		f("nationality.id", "int", "Nationalité (identifiant)", "Nationality (id)", class("identity"), right(rightLucca)),
		f("nationality.name", "string", "Nationalité", "Nationality", class("identity"), right(rightLucca)),
		f("nationalityId", "int", "Nationalité (identifiant)", "Nationality (id)", class("identity"), right(rightLucca)),
		f("birthDate", "date", "Date de naissance", "Birth date", class("identity"), right(rightLucca)),
		f("seniorityDate", "date", "Date d'ancienneté", "Seniority date", right(rightContracts)),

		f("directLine", "string", "Ligne fixe", "Direct line", class("contact")),
		f("professionalMobile", "string", "Mobile professionnel", "Work mobile", class("contact")),
		f("personalMobile", "string", "Mobile personnel", "Personal mobile", class("contact"), right(rightFile)),
		f("personalEmail", "string", "E-mail personnel", "Personal e-mail", class("contact"), right(rightFile)),
		f("address", "string", "Adresse postale", "Postal address", class("contact"), right(rightFile)),
		f("quote", "string", "Citation", "Quote"),

		f("jobTitle", "string", "Intitulé de poste", "Job title", right(rightCareer)),
		f("departmentId", "int", "Département (identifiant)", "Department (id)", refers(departmentsResource)),
		f("department.id", "int", "Département (identifiant)", "Department (id)", refers(departmentsResource)),
		f("department.name", "string", "Département", "Department"),
		f("legalEntityId", "int", "Établissement (identifiant)", "Establishment (id)", refers(establishmentsResource)),
		f("legalEntity.id", "int", "Établissement (identifiant)", "Establishment (id)", refers(establishmentsResource)),
		f("legalEntity.name", "string", "Établissement", "Establishment"), // v3 says legal entity, people say établissement
		f("managerId", "int", "Manager (identifiant)", "Manager (id)", right(rightCareer), refers(usersResource)),
		f("manager.id", "int", "Manager (identifiant)", "Manager (id)", right(rightCareer), refers(usersResource)),
		f("manager.name", "string", "Manager", "Manager", class("identity"), right(rightCareer)),

		f("dtContractStart", "date", "Début de contrat", "Contract start", right(rightContracts)),
		f("dtContractEnd", "date", "Fin de contrat", "Contract end", right(rightContracts), sharp("end-date")),
		f("cspId", "int", "Catégorie socioprofessionnelle (identifiant)", "Occupation category (id)", right(rightContracts)),
		f("csp.id", "int", "Catégorie socioprofessionnelle (identifiant)", "Occupation category (id)", right(rightContracts)),
		f("csp.name", "string", "Catégorie socioprofessionnelle", "Occupation category", right(rightContracts)),
		f("calendarId", "int", "Calendrier (identifiant)", "Calendar (id)"),
		f("calendar.id", "int", "Calendrier (identifiant)", "Calendar (id)"),
		f("calendar.name", "string", "Calendrier des jours fériés", "Public holidays calendar"),
		f("cultureId", "int", "Langue (identifiant)", "Language (id)"),
		f("culture.id", "int", "Langue (identifiant)", "Language (id)"),
		f("culture.name", "string", "Langue", "Language"),
		f("rolePrincipalId", "int", "Rôle principal (identifiant)", "Main role (id)"),
		f("rolePrincipal.id", "int", "Rôle principal (identifiant)", "Main role (id)"),
		f("rolePrincipal.name", "string", "Rôle principal", "Main role"),
		f("habilitedRoles.id", "list(int)", "Rôles secondaires (identifiants)", "Other roles (ids)"),
		f("habilitedRoles.name", "list(string)", "Rôles secondaires", "Other roles"),
		f("userWorkCycles.workCycleId", "list(int)", "Cycles de travail (identifiants)", "Work cycles (ids)"),
		f("userWorkCycles.startsOn", "list(date)", "Cycles de travail : débuts", "Work cycles: starts"), // 1900-01-01: always
		f("userWorkCycles.endsOn", "list(date)", "Cycles de travail : fins", "Work cycles: ends"),       // 9999-12-31: never
		f("allowsElectronicPayslip", "bool", "Bulletin de paie électronique", "Electronic payslip", right(rightFile)),

		f("insuranceNumber", "string", "Numéro de sécurité sociale", "Social security number", class("social-security"), right(rightFile)),
		f("bankName", "string", "Nom de la banque", "Bank name", class("bank"), right(rightFile)),
		f("iban", "string", "IBAN", "IBAN", class("bank"), right(rightFile)), // only with Lucca Expenses
		f("bic", "string", "BIC", "BIC", class("bank"), right(rightFile)),    // only with Lucca Expenses
		f("rib", "string", "RIB", "RIB (French account number)", class("bank"), right(rightFile)),

		f("modifiedAt", "timestamp", "Modifié le", "Modified at"),
	}
}

// appFields exist only where another Lucca application is installed: on others
// the API refuses to name them.
var appFields = map[string]string{
	"iban": "Lucca Expenses", "bic": "Lucca Expenses", "rib": "Lucca Expenses",
	"csp": "Lucca Absences", "cspid": "Lucca Absences", "allowselectronicpayslip": "Lucca Payslips",
}

func f(path, kind, fr, en string, more ...func(*sdk.Field)) *sdk.Field {
	field := &sdk.Field{Path: path, Type: kind, Label: &sdk.Text{Fr: fr, En: en}, ReadOnly: true}
	for _, change := range more {
		change(field)
	}
	return field
}

func class(c string) func(*sdk.Field)  { return func(f *sdk.Field) { f.Class = c } }
func sharp(s string) func(*sdk.Field)  { return func(f *sdk.Field) { f.Sharp = s } }
func right(id string) func(*sdk.Field) { return func(f *sdk.Field) { f.Right = id } }
func filled(f *sdk.Field)              { f.Filled = true }
func refers(to string) func(*sdk.Field) {
	return func(f *sdk.Field) { f.Reference = to }
}

// rightOf is the right that a declared path needs, "" when none beyond the base.
func (r *resource) rightOf(path string) string {
	section := r.about.GetSectionPath()
	if section != "" && (path == section || strings.HasPrefix(path, section+".") || strings.HasPrefix(path, section+"[")) {
		return rightFile
	}
	for _, field := range r.about.GetFields() {
		if field.GetPath() == path {
			return field.GetRight()
		}
	}
	return ""
}
