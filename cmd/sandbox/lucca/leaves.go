package lucca

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"passerelle/cmd/sandbox/people"
)

type half = *people.HalfDay

// describeLeaves: one item per half-day, inside its period.
func (s *schema) describeLeaves() {
	id := func(h half) string {
		return fmt.Sprintf("%d-%s-%s", h.Period.OwnerID, strings.ReplaceAll(h.Date, "-", ""), map[bool]string{true: "AM", false: "PM"}[h.Morning])
	}
	s.leave.properties = []property{
		{name: "id", value: of(func(_ view, h half) any { return id(h) })},
		{name: "name", value: of(func(_ view, h half) any { return id(h) })},
		{name: "url", value: of(func(v view, h half) any { return v.url(s.leave, id(h)) })},
		{name: "date", kind: date, value: of(func(_ view, h half) any { return midnight(h.Date) })},
		{name: "isAM", kind: boolean, value: of(func(_ view, h half) any { return h.Morning })},
		{name: "leaveAccountId", irregular: "leaveAccountID", kind: number, value: of(func(_ view, h half) any { return h.Period.AccountID })},
		{name: "leaveAccount", kind: reference, entity: s.plain, value: of(func(_ view, h half) any {
			return named{h.Period.AccountID, people.LeaveAccounts[h.Period.AccountID], "leaveAccounts"}
		})},
		{name: "leavePeriodId", irregular: "leavePeriodID", kind: number, value: of(func(_ view, h half) any { return h.Period.ID })},
		{name: "leavePeriod", kind: reference, entity: s.leavePeriod, value: of(func(_ view, h half) any { return &h.Period })},
		{name: "value", value: always(nil)},
		{name: "creationDate", kind: date, value: of(func(_ view, h half) any { return h.Period.CreatedAt })},
		{name: "isActive", kind: boolean, value: of(func(_ view, h half) any { return h.Period.CancelledAt == "" })},
		{name: "cancellationDate", kind: date, value: of(func(_ view, h half) any { return h.Period.CancelledAt })},
		{name: "cancellationUserId", irregular: "cancellationUserID", kind: number, value: of(func(_ view, h half) any {
			if h.Period.CancelledAt == "" {
				return nil
			}
			return h.Period.OwnerID
		})},
		{name: "comment", value: always("")},
		{name: "isRemoteWork", kind: boolean, value: of(func(_ view, h half) any { return h.Period.AccountID == 4 })},
	}
	type period = *people.LeavePeriod
	s.leavePeriod.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, p period) any { return p.ID })},
		{name: "ownerId", irregular: "ownerID", kind: number, value: of(func(_ view, p period) any { return p.OwnerID })},
		{name: "owner", kind: reference, entity: s.user, value: of(func(v view, p period) any { return found(v.company.Employee(p.OwnerID)) })},
		{name: "startsOn", kind: date, value: of(func(_ view, p period) any { return midnight(p.StartsOn) })},
		{name: "startsAM", kind: boolean, value: of(func(_ view, p period) any { return !p.StartsPM })},
		{name: "endsOn", kind: date, value: of(func(_ view, p period) any { return midnight(p.EndsOn) })},
		{name: "endsAM", kind: boolean, value: of(func(_ view, p period) any { return p.EndsAM })},
		{name: "isConfirmed", kind: boolean, value: of(func(_ view, p period) any { return p.Confirmed })},
		{name: "confirmationDate", kind: date, value: of(func(_ view, p period) any {
			if !p.Confirmed {
				return nil
			}
			return p.CreatedAt
		})},
		{name: "attachmentId", value: always(nil)},
	}
	s.leaveRequest.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, p period) any { return p.ID })},
		{name: "name", value: of(func(_ view, p period) any { return fmt.Sprintf("%d-%s", p.OwnerID, p.StartsOn) })},
		{name: "url", value: of(func(v view, p period) any { return v.url(s.leaveRequest, p.ID) })},
		{name: "status", kind: number, value: of(func(_ view, p period) any {
			switch {
			case p.CancelledAt != "":
				return 4
			case p.Confirmed:
				return 2
			}
			return 0
		})},
	}
}

// leaves serves half-days, once it is told of which dates and whose.
func (v view) leaves(w http.ResponseWriter, r *http.Request, id string) {
	query := r.URL.Query()
	if id == "" {
		if missing := missingLeaveFilter(query); missing != nil {
			problem(w, r, http.StatusBadRequest, missing)
			return
		}
	}
	var all []any
	for _, subject := range v.population(nil, true) {
		halves := v.company.HalfDays(subject.(person))
		for i := range halves {
			all = append(all, &halves[i])
		}
	}
	v.answer(w, r, v.schema.leave, all, id)
}

func missingLeaveFilter(query url.Values) map[string][]string {
	if parameter(query, "date") == "" {
		return map[string][]string{"date": {"A filter on the date is required."}}
	}
	for _, owner := range []string{"leavePeriod.ownerId", "leavePeriod.owner.departmentId", "leavePeriod.owner.legalEntityId"} {
		if parameter(query, owner) != "" {
			return nil
		}
	}
	return map[string][]string{"leavePeriod.ownerId": {"A filter on the owner is required."}}
}

func (v view) leaveRequests(w http.ResponseWriter, r *http.Request, id string) {
	var all []any
	for _, subject := range v.population(nil, true) {
		periods := v.company.Leaves(subject.(person))
		for i := range periods {
			all = append(all, &periods[i])
		}
	}
	v.answer(w, r, v.schema.leaveRequest, all, id)
}
