package compile_test

import (
	"passerelle/engine/compile"
	"passerelle/plugins/protocol"
)

// schemas are two connectors that exist only here: hr is read, badge is written.
func schemas() compile.Schemas {
	return compile.Schemas{"hr": hr(), "badge": badge()}
}

func hr() *protocol.Description {
	return &protocol.Description{
		Name: "hr",
		Settings: []*protocol.Setting{
			{Name: "url", Type: "string", Required: true, About: "The address, with https."},
			{Name: "api_key", Type: "string", Required: true, Secret: true},
			{Name: "region", Type: "string", OneOf: []string{"europe", "america"}},
			{Name: "page_size", Type: "int"},
			{Name: "timeout", Type: "duration"},
			{Name: "rate_limit", Type: "rate"},
			{Name: "timezone", Type: "string"},
			{Name: "labels", Type: "map(string)"},
		},
		Resources: []*protocol.Resource{
			{
				Name: "users", Readable: true, Identity: []string{"id"}, SectionPath: "custom", Incremental: &protocol.Incremental{},
				ReadSettings: []*protocol.Setting{
					{Name: "include", Type: "list(string)", OneOf: []string{"future", "former"}, About: "Who is read beside current employees."},
				},
				Fields: []*protocol.Field{
					{Path: "id", Type: "int", Filled: true},
					{Path: "lastName", Type: "string", Filled: true, Class: "identity"},
					{Path: "firstName", Type: "string", Class: "identity"},
					{Path: "employeeNumber", Type: "string"},
					{Path: "title", Type: "string"},
					{Path: "mail", Type: "string", Class: "contact", Sharp: "e-mail"},
					{Path: "phone", Type: "string", Class: "contact"},
					{Path: "nationality.name", Type: "string"},
					{Path: "birthDate", Type: "date", Class: "identity"},
					{Path: "active", Type: "bool"},
					{Path: "level", Type: "int"},
					{Path: "rate", Type: "double"},
					{Path: "roles.name", Type: "list(string)"},
					{Path: "address", Type: "object({street = string, city = string})"},
					{Path: "iban", Type: "string", Class: "bank"},
					{Path: "manager.id", Type: "int", Reference: "users"},
					{Path: "department.id", Type: "int", Reference: "departments"},
					{Path: "department.name", Type: "string"},
					{Path: "buildingId", Type: "int", Reference: "buildings"},
					{Path: "badgeId", Type: "string", Reference: "badges"},
					{Path: "projects", Type: "list(object({ code = string, share = int }))"},
					{Path: "password", Type: "string", WriteOnly: true},
				},
			},
			{
				Name: "departments", Readable: true, Identity: []string{"id"}, LookUp: []string{"ids"},
				Fields: []*protocol.Field{
					{Path: "id", Type: "int", Filled: true},
					{Path: "name", Type: "string"},
					{Path: "head.id", Type: "int", Reference: "users"},
					{Path: "ancestors.id", Type: "list(int)", Reference: "departments"},
				},
			},
			{
				Name: "buildings", Readable: true, Identity: []string{"site", "number"},
				Fields: []*protocol.Field{{Path: "site", Type: "string"}, {Path: "number", Type: "int"}},
			},
			{
				Name: "contracts", Readable: true, Identity: []string{"id"}, Window: []string{"startsOn"},
				Fields: []*protocol.Field{
					{Path: "id", Type: "int", Filled: true},
					{Path: "ownerId", Type: "int", Filled: true, Reference: "users"},
					{Path: "startsOn", Type: "date"},
					{Path: "signedAt", Type: "timestamp"},
					{Path: "kind", Type: "string"},
					{Path: "tags", Type: "list(string)"},
				},
			},
			{Name: "events", Readable: true, Open: true, Fields: []*protocol.Field{{Path: "kind", Type: "string"}}},
			{Name: "inbox", Writable: true},
		},
	}
}

func badge() *protocol.Description {
	return &protocol.Description{
		Name: "badge",
		Settings: []*protocol.Setting{
			{Name: "url", Type: "string", Required: true},
			{Name: "key", Type: "string", Secret: true},
		},
		Resources: []*protocol.Resource{
			{
				Name: "people", Readable: true, Writable: true, Identity: []string{"id"}, LookUp: []string{"ids", "keys"},
				WriteSettings: []*protocol.Setting{{Name: "notify", Type: "bool"}},
				Fields: []*protocol.Field{
					{Path: "id", Type: "string", ReadOnly: true},
					{Path: "number", Type: "string", Required: true, Unique: true},
					{Path: "name", Type: "string", Required: true, MaxLength: 20},
					{Path: "title", Type: "string", OneOf: []string{"M.", "Mme"}},
					{Path: "email", Type: "string", Sharp: "e-mail"},
					{Path: "phone", Type: "string"},
					{Path: "country", Type: "string"},
					{Path: "birth", Type: "string"},
					{Path: "since", Type: "date"},
					{Path: "level", Type: "int", Label: &protocol.Text{Fr: "Échelon", En: "Pay grade"}},
					{Path: "score", Type: "decimal"},
					{Path: "admin", Type: "bool"},
					{Path: "tags", Type: "list(string)"},
					{Path: "job.start", Type: "date"},
					{Path: "job.title", Type: "string"},
					{Path: "home", Type: "object({street = string, city = string})"},
					{Path: "extra", Type: "map(string)"},
					{Path: "iban", Type: "string", Class: "bank"},
					{Path: "team", Type: "string", Reference: "cards"},
				},
				Endpoints: []*protocol.Endpoint{
					{Operation: protocol.Operation_OPERATION_CREATE, Declarable: true, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP},
					{Operation: protocol.Operation_OPERATION_UPDATE, Declarable: true, ChangedOnly: true, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP},
				},
			},
			{
				Name: "accounts", Writable: true, LookUp: []string{"keys"},
				WriteSettings: []*protocol.Setting{
					{Name: "allow_delete", Type: "bool", DefaultJson: "false", About: "A deletion erases the account for good."},
					{Name: "tidy", Type: "bool", DefaultJson: "true"},
				},
				Fields: []*protocol.Field{{Path: "number", Type: "string"}},
				Endpoints: []*protocol.Endpoint{
					{Operation: protocol.Operation_OPERATION_CREATE, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP},
					{Operation: protocol.Operation_OPERATION_DEACTIVATE, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP, NeedsSetting: "tidy"},
					{Operation: protocol.Operation_OPERATION_DELETE, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP, NeedsSetting: "allow_delete"},
				},
			},
			{Name: "list", Writable: true, Open: true, WriteForm: protocol.WriteForm_WRITE_FORM_SNAPSHOT},
			{Name: "doors", Writable: true, Open: true, Fields: []*protocol.Field{{Path: "number", Type: "string"}}},
			{
				Name: "cards", Writable: true, Fields: []*protocol.Field{{Path: "number", Type: "string"}},
				Endpoints: []*protocol.Endpoint{{Operation: protocol.Operation_OPERATION_CREATE}},
			},
		},
	}
}
