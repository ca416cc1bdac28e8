package lucca

// schema is every entity that the sandbox serves or refers to. Entities refer
// to each other in circles: a user has a department, which has a head.
type schema struct {
	user, department, legalEntity, definition, userProperty *entity

	entry, format, country, plain, workCycle *entity
	leave, leavePeriod, leaveRequest         *entity
}

func newSchema() *schema {
	s := &schema{
		user:         &entity{name: "User", path: "users"},
		department:   &entity{name: "Department", path: "departments"},
		legalEntity:  &entity{name: "LegalEntity", path: "legalEntities"},
		definition:   &entity{name: "ExtensionUserDefinition", path: "extensionuserdefinitions"},
		userProperty: &entity{name: "UserProperty", path: "userproperties"},
		entry:        &entity{name: "ExtensionUserPropertyListEntry", inline: true},
		format:       &entity{name: "Format", inline: true},
		country:      &entity{name: "Country", path: "countries"},
		plain:        &entity{name: "Reference"},
		workCycle:    &entity{name: "UserWorkCycle", inline: true},
		leave:        &entity{name: "Leave", path: "leaves"},
		leavePeriod:  &entity{name: "LeavePeriod", inline: true},
		leaveRequest: &entity{name: "LeaveRequest", path: "leaveRequests"},
	}
	s.describeUser()
	s.describeOrganisation()
	s.describeDefinitions()
	s.describeLeaves()
	return s
}

// of adapts a function of the subject's own type. An empty string, as in the
// Company's files, means nothing.
func of[T any](get func(v view, subject T) any) func(view, any) any {
	return func(v view, subject any) any {
		value := get(v, subject.(T))
		if value == "" {
			return nil
		}
		return value
	}
}

// always is for what the sandbox has no data for.
func always(value any) func(view, any) any {
	return func(view, any) any { return value }
}

// named is a thing that only has an id, a name and an address.
type named struct {
	id         int
	name, path string
}
