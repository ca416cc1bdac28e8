package compile

import (
	"slices"

	"passerelle/engine/diag"
)

// synonyms are what HR systems call one and the same thing, in English and
// French. They serve hints alone: nothing is ever mapped by them. A field whose
// label a connector gives is found by its label as well.
var synonyms = [][]string{
	{"manager", "supervisor", "line_manager", "superior", "boss", "reports_to", "responsable", "responsable_hierarchique", "n_plus_1"},
	{"first_name", "given_name", "forename", "prenom"},
	{"last_name", "surname", "family_name", "nom", "nom_de_famille"},
	{"email", "e_mail", "mail", "email_address", "courriel", "adresse_e_mail"},
	{"phone", "mobile", "telephone", "phone_number", "mobile_phone", "portable"},
	{"hire_date", "start_date", "entry_date", "joining_date", "contract_start", "date_d'embauche", "date_d'entree", "date_embauche", "date_entree"},
	{"end_date", "leave_date", "leaving_date", "exit_date", "termination_date", "contract_end", "date_de_sortie", "date_de_depart", "date_sortie", "date_depart"},
	{"birth_date", "birthday", "birthdate", "date_of_birth", "date_de_naissance", "date_naissance"},
	{"job_title", "position", "title", "occupation", "role", "poste", "fonction", "intitule_de_poste"},
	{"department", "team", "unit", "division", "service", "departement", "equipe"},
	{"employee_number", "employee_id", "staff_number", "personnel_number", "registration_number", "matricule"},
	{"legal_entity", "company", "employer", "subcompany", "establishment", "societe", "entite_legale", "etablissement"},
	{"office", "site", "location", "workplace", "lieu_de_travail", "bureau"},
	{"gender", "sex", "sexe", "civility", "civilite"},
	{"nationality", "citizenship", "nationalite"},
	{"salary", "pay", "wage", "fixed_salary", "salaire", "remuneration"},
}

// sameThing reports whether two names are the same word, or words for the same
// thing.
func sameThing(a, b string) bool {
	a, b = diag.Fold(a), diag.Fold(b)
	return a == b || slices.ContainsFunc(synonyms, func(s []string) bool { return slices.Contains(s, a) && slices.Contains(s, b) })
}
