package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const (
	leavesResource = "leaves"
	leavesPath     = "/api/v3/leaves"

	// Lucca's own limit for leaves.
	maxLeaves = 10_000
)

// leaves are half-days: one record each, with the period that it belongs to.
// Lucca gives none without a window of dates and the owners' establishments;
// both are the connector's business.
//
// What somebody is absent for may be an illness: class health.
func leaves() *resource {
	return &resource{
		about: described(&sdk.Resource{
			Name:     leavesResource,
			Label:    &sdk.Text{Fr: "Absences (demi-journées)", En: "Leaves (half-days)"},
			Identity: []string{"id"},
			Window:   []string{leaveDate},
			Fields: []*sdk.Field{
				f("id", "string", "Identifiant", "Id", filled), // opaque, though it looks like 416-20231225-AM
				f(leaveDate, "date", "Date de l'absence", "Date of the leave", filled),
				f("isAM", "bool", "Matin", "Morning"),
				f("leavePeriod.id", "int", "Période (identifiant)", "Period (id)"),
				f("leavePeriodId", "int", "Période (identifiant)", "Period (id)"),
				f("leavePeriod.ownerId", "int", "Collaborateur (identifiant)", "Employee (id)", refers(usersResource)),
				f("leavePeriod.owner.id", "int", "Collaborateur (identifiant)", "Employee (id)", refers(usersResource)),
				f("leavePeriod.owner.name", "string", "Collaborateur", "Employee", class("identity")),
				f("leavePeriod.startsOn", "date", "Début de la période", "Start of the period"),
				f("leavePeriod.startsAM", "bool", "Commence le matin", "Starts in the morning"),
				f("leavePeriod.endsOn", "date", "Fin de la période", "End of the period"),
				f("leavePeriod.endsAM", "bool", "Finit le matin", "Ends in the morning"),
				f("leavePeriod.isConfirmed", "bool", "Confirmée", "Confirmed", sharp("status")),
				f("leavePeriod.confirmationDate", "timestamp", "Confirmée le", "Confirmed at"),
				f("leaveAccountId", "int", "Compte (identifiant)", "Account (id)", class("health")),
				f("leaveAccount.id", "int", "Compte (identifiant)", "Account (id)", class("health")),
				f("leaveAccount.name", "string", "Compte : motif de l'absence", "Account: reason of the leave", class("health")),
				f("value", "string", "Durée, pour un compte en heures", "Duration, for an account in hours"),
				f("isActive", "bool", "Active", "Active", sharp("status")),
				f("cancellationDate", "timestamp", "Annulée le", "Cancelled at", sharp("status")),
				f("cancellationUserId", "int", "Annulée par (identifiant)", "Cancelled by (id)"),
				f("creationDate", "timestamp", "Créée le", "Created at"),
				f("isRemoteWork", "bool", "Télétravail", "Remote work"),
				f("comment", "string", "Commentaire", "Comment", class("health")),
			},
			ReadSettings: []*sdk.Setting{
				{Name: "from", Type: "string", Label: &sdk.Text{Fr: "Du", En: "From"}, About: "First day read, as 2026-12-31. Without it: where the source's window on the date begins; without one, twelve months before today."},
				{Name: "to", Type: "string", Label: &sdk.Text{Fr: "Au", En: "To"}, About: "Last day read. Without it: where the window ends; without one, three months after today."},
				{Name: "establishments", Type: "list(string)", Label: &sdk.Text{Fr: "Établissements", En: "Establishments"},
					About: "Ids of the establishments whose people's leaves are read. Without it: all of them, archived ones too, which needs the right to list them."},
			},
		}, rightLeaves),
		api: v3, path: leavesPath, right: rightLeaves,
		read:  (*reading).leaves,
		probe: probeLeaves,
	}
}

// leaves reads the window, as many establishments at once as an address holds.
func (r *reading) leaves() *sdk.Error {
	window, complaint := r.leaveWindow()
	if complaint != nil {
		return complaint
	}
	owners, complaint := r.leaveOwners()
	if complaint != nil || r.end.Reason != "" {
		return complaint
	}
	r.end.Complete, r.end.Expected = true, 0
	total := int64(0)
	for chunk := range slices.Chunk(owners, ownersAtOnce) {
		r.end.Complete = false
		complaint := r.walk3(list3{path: leavesPath, what: "leaves", query: leaveFilter(window, chunk), size: maxLeaves, most: maxLeaves}, r.plain)
		if complaint != nil || r.failed != nil || !r.end.Complete {
			return complaint
		}
		total = add(total, r.end.Expected)
	}
	r.end.Expected = total
	return nil
}

// leaveFilter is what Lucca wants before it gives any leave.
func leaveFilter(window string, establishments []string) url.Values {
	return url.Values{"date": {window}, "leavePeriod.owner.legalEntityId": {strings.Join(establishments, ",")}}
}

// add sums counts, of which an unknown one makes the sum unknown.
func add(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

// ownersAtOnce keeps an address under the 8 KB that Lucca's headers may have.
const ownersAtOnce = 200

// leaveOwners are the ids of the establishments whose people's leaves are wanted.
// Somebody of an establishment that the key can't see would be missed in silence,
// so that seeing none at all is an error.
func (r *reading) leaveOwners() ([]string, *sdk.Error) {
	if chosen := r.request.Settings.Strings("establishments"); len(chosen) > 0 {
		for _, id := range chosen {
			if !digits.MatchString(id) {
				return nil, badSetting("establishments", "an establishment's id is a whole number", `write them like ["1", "2"]`)
			}
		}
		return chosen, nil
	}
	ids, complaint := r.reference.establishments.get(r.now(), func() ([]string, bool, *sdk.Error) {
		ids, complaint := r.readEstablishments()
		return ids, r.end.Complete && len(ids) > 0, complaint // not so where the engine went away in between
	})
	switch {
	case complaint != nil && complaint.Retry == protocol.Retry_RETRY_CREDENTIALS:
		better := *complaint
		better.Remedy = "grant the key's role: " + rightName(rightStructure) + "; or name the establishments' ids in the source block, establishments = [\"1\", \"2\"]"
		return nil, &better
	case complaint == nil && len(ids) == 0 && r.end.Reason == "":
		return nil, &sdk.Error{Code: "no-establishments", Summary: "Lucca: the key sees no establishment, so no leaves can be asked for",
			Detail: "leaves are given by establishment only", Retry: protocol.Retry_RETRY_CREDENTIALS,
			Remedy: "grant the key's role: " + rightName(rightStructure) + "; or name the establishments' ids in the source block"}
	}
	return ids, complaint
}

// readEstablishments are the ids of all that the key can see.
func (r *reading) readEstablishments() (ids []string, _ *sdk.Error) {
	complaint := r.walk4(list4{path: establishmentsPath, what: "establishments", query: url.Values{"isArchived": {"true,false"}}, size: structurePage}, func(item json.RawMessage) *sdk.Error {
		id := idOf(item)
		if !digits.MatchString(id) {
			return badAnswer("an establishment has no id")
		}
		ids = append(ids, id)
		return nil
	})
	return ids, complaint
}

// leaveRequests: of their fields the documentation names few, so the resource is
// open; other fields are declared with their type.
func leaveRequests() *resource {
	return &resource{
		about: described(&sdk.Resource{
			Name:     "leave-requests",
			Label:    &sdk.Text{Fr: "Demandes d'absence", En: "Leave requests"},
			Identity: []string{"id"},
			Open:     true,
			Fields: []*sdk.Field{
				f("id", "int", "Identifiant", "Id", filled),
				f("name", "string", "Nom", "Name"),
				f("url", "string", "Adresse", "Address"),
				f("status", "int", "Statut : 0 en attente, 2 approuvée, 3 refusée, 4 annulée, 5 annulation en attente",
					"Status: 0 pending, 2 approved, 3 denied, 4 cancelled, 5 cancellation pending", sharp("status")),
			},
		}, rightLeaves),
		api: v3, path: "/api/v3/leaveRequests", right: rightLeaves,
		probe: probe3("leave requests", nil),
		read: func(r *reading) *sdk.Error {
			return r.walk3(list3{path: r.resource.path, what: "leave requests", query: url.Values{}, size: maxPageSize, most: maxPageSize}, r.plain)
		},
	}
}
