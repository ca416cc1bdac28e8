package main

import (
	"net/url"

	"passerelle/plugins/sdk"
)

const (
	contractsResource = "work-contracts"
	contractsPath     = "/directory/api/4.0/work-contracts"
)

// workContracts are all contracts of everybody, past and to come; the one that
// applies today has isApplicable.
func workContracts() *resource {
	return &resource{
		about: described(&sdk.Resource{
			Name:     contractsResource,
			Label:    &sdk.Text{Fr: "Contrats de travail", En: "Work contracts"},
			Identity: []string{"id"},
			Fields: []*sdk.Field{
				f("id", "int", "Identifiant", "Id", filled),
				f("ownerId", "int", "Collaborateur (identifiant)", "Employee (id)", filled, refers(usersResource)),
				f("startsOn", "date", "Début", "Start"),
				f("endsOn", "date", "Fin", "End", sharp("end-date")),
				f("isApplicable", "bool", "Applicable aujourd'hui", "Applies today"),
				f("establishmentId", "int", "Établissement (identifiant)", "Establishment (id)", refers(establishmentsResource)),
				f("establishment.id", "int", "Établissement (identifiant)", "Establishment (id)", refers(establishmentsResource)),
				f("establishment.name", "string", "Établissement", "Establishment"),
				f("spcId", "int", "Catégorie socioprofessionnelle (identifiant)", "Occupation category (id)"),
				f("spc.name", "string", "Catégorie socioprofessionnelle", "Occupation category"),
				f("typeId", "int", "Type de contrat (identifiant)", "Contract type (id)"),
				f("type.name", "string", "Type de contrat", "Contract type"),
				f("hiringTypeId", "int", "Motif d'embauche (identifiant)", "Hiring type (id)"),
				f("hiringType.name", "string", "Motif d'embauche", "Hiring type"),
				f("terminationReasonId", "int", "Motif de fin (identifiant)", "Termination reason (id)"),
				f("terminationReason.name", "string", "Motif de fin", "Termination reason"),
				f("trialPeriodDays", "int", "Période d'essai (jours)", "Trial period (days)"),
				f("renewedTrialPeriodDays", "int", "Période d'essai renouvelée (jours)", "Renewed trial period (days)"),
				f("trialPeriodEndDate", "date", "Fin de période d'essai", "End of trial period"),
				f("trialPeriodEndDate2", "date", "Fin de période d'essai renouvelée", "End of renewed trial period"),
				f("externalId", "string", "Identifiant externe", "External id"),
				f("createdAt", "timestamp", "Créé le", "Created at"),
				f("lastModifiedAt", "timestamp", "Modifié le", "Modified at"),
			},
		}, rightContracts),
		api: v4, path: contractsPath, right: rightContracts,
		probe: probe4("work contracts", probed),
		read:  func(r *reading) *sdk.Error { return r.all4("work contracts", url.Values{}, maxPageSize) },
	}
}
