package main

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const (
	opFind   = protocol.Operation_OPERATION_FIND
	opCreate = protocol.Operation_OPERATION_CREATE
	opUpdate = protocol.Operation_OPERATION_UPDATE
	opDelete = protocol.Operation_OPERATION_DELETE
)

// connector opens connections; those to one account share its budget.
type connector struct {
	budgets rest.Budgets
	tune    func(*rest.Config) // for tests: shorter waits
}

// Configure implements sdk.Connector.
func (c *connector) Configure(_ context.Context, settings sdk.Settings) (sdk.Connection, error) {
	base, complaint := rest.ParseBaseURL("url", settings.String("url"))
	if complaint != nil {
		return nil, complaint
	}
	base.Path = strings.TrimSuffix(base.Path, "/api/v1")
	tenant := rest.TenantID(base)
	key, complaint := accessKey(settings.String("access_key"))
	if complaint != nil {
		return nil, complaint
	}
	rate, complaint := rest.ParseRate(settings.String("rate_limit"))
	if complaint != nil {
		return nil, complaint
	}
	profile, complaint := sdk.ProfileURL(settings)
	if complaint != nil {
		return nil, complaint
	}
	base.Path += "/api/v1"
	config := rest.Config{
		Name:       "Emasphère",
		BaseURL:    base,
		Authorizer: rest.HeaderKey("X-Access-Key", "", key),
		UserAgent:  "passerelle-emasphere/" + version,
		Budget:     c.budgets.Of(tenant, rate),
	}
	if c.tune != nil {
		c.tune(&config)
	}
	client := rest.NewClient(config)
	return &connection{client: client, targets: targets(client), tenant: tenant, profile: profile}, nil
}

// accessKey takes a UUID as people paste it: with braces, in capitals.
func accessKey(text string) (string, *sdk.Error) {
	key, err := uuid.Parse(strings.TrimSpace(text))
	if err != nil {
		return "", &sdk.Error{Code: "bad-key", Summary: "the access key can't be used", Detail: "it is no UUID, such as 00000000-0000-0000-0000-000000000000",
			Remedy: "copy it again, whole and alone", Attribute: []string{"access_key"}, Retry: protocol.Retry_RETRY_CREDENTIALS}
	}
	return key.String(), nil
}

// connection is one account.
type connection struct {
	client  *rest.Client
	targets map[string]*rest.Target
	tenant  string
	profile string // where people open an employee; "": not known
}

// Tenant implements sdk.Connection: the account is known by its address.
func (c *connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.tenant, Label: c.tenant} }

// ProfileURLs implements sdk.Profiler.
func (c *connection) ProfileURLs() map[string]string {
	if c.profile == "" {
		return nil
	}
	return map[string]string{employees: c.profile}
}

// Close implements io.Closer.
func (c *connection) Close() error { return c.client.Close() }

// Read implements sdk.Reader.
func (c *connection) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	return c.targets[request.Resource].Read(ctx, request, out)
}

// Write implements sdk.Writer.
func (c *connection) Write(ctx context.Context, session sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	return c.targets[session.Resource].Write(ctx, session, records)
}

// targets are the contract of openapi.yaml as declarations, each of which a
// mapping file may change. The SDK asks for no resource but these.
func targets(client *rest.Client) map[string]*rest.Target {
	paging := rest.Paging{By: rest.ByPage, SizeParam: "per_page", Size: 200, Total: "total"}
	byExternalID := rest.FindForm{Parameters: []string{"external_id"}, Values: 100, Paging: paging}
	out := map[string]*rest.Target{
		legalEntities: target(client, "/legal-entities", "/legal-entities/{external_id}", byExternalID),
		employees:     target(client, "/employees", "/employees/{external_id}", byExternalID),
		absences:      target(client, "/absences", "/absences", rest.FindForm{Parameters: []string{"employee", "date"}, Values: 100, Cross: true, Paging: paging}),
	}
	days := out[absences]
	days.Endpoints = append(days.Endpoints, &sdk.EndpointDeclaration{Operation: opDelete, Method: "DELETE", Path: "/absences/{id}", Success: []int32{204, 404}})
	return out
}

func target(client *rest.Client, list, upsert string, find rest.FindForm) *rest.Target {
	return &rest.Target{
		Client:      client,
		ChangedOnly: true,
		Endpoints: []*sdk.EndpointDeclaration{
			{Operation: opFind, Method: "GET", Path: list, Items: "data", Id: "id"},
			{Operation: opCreate, Method: "PUT", Path: upsert, Id: "data.id", Success: []int32{200, 201}, Reconcile: "upsert"},
			{Operation: opUpdate, Method: "PATCH", Path: list + "/{id}", Clear: "null", Reconcile: "upsert"},
		},
		Get:  &sdk.EndpointDeclaration{Operation: opFind, Method: "GET", Path: list + "/{id}", Items: "data"},
		Find: find,
	}
}

// Check implements sdk.Checker: each resource can be listed. Whether one may write
// can't be known without writing.
func (c *connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error) {
	var findings []*protocol.Finding
	for _, resource := range resources {
		finding := &protocol.Finding{Resource: resource.GetResource(), Evidence: protocol.Evidence_EVIDENCE_READABLE}
		findings = append(findings, finding)
		_, complaint := c.client.JSON(ctx, "GET", "/"+resource.GetResource(), map[string][]string{"per_page": {"1"}}, nil)
		switch {
		case complaint == nil:
			continue
		case complaint.Code == "unauthorized":
			return nil, complaint
		case complaint.Code == "forbidden":
			finding.Evidence = protocol.Evidence_EVIDENCE_NOT_PERMITTED
		default:
			finding.Evidence = protocol.Evidence_EVIDENCE_NONE
		}
		finding.Diagnostic = rest.Diagnostic(complaint)
	}
	return findings, nil
}
