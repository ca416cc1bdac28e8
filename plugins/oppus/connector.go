package main

import (
	"context"
	"net/http"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
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
	key, complaint := rest.CheckKey("api_key", settings.String("api_key"))
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
		Name:      "Oppus",
		BaseURL:   base,
		Auth:      func(h http.Header) { h.Set("X-Api-Key", key) },
		UserAgent: "passerelle-oppus/" + version,
		Budget:    c.budgets.Of(tenant, rate),
	}
	if c.tune != nil {
		c.tune(&config)
	}
	client := rest.NewClient(config)
	return &connection{Target: target(client), client: client, tenant: tenant, profile: profile}, nil
}

// connection is one account. Reading and writing are the rest.Target's.
type connection struct {
	*rest.Target
	client  *rest.Client
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
	return map[string]string{"employees": c.profile}
}

// Close implements io.Closer.
func (c *connection) Close() error { return c.client.Close() }

// target is the contract of openapi.yaml as declarations, each of which a mapping
// file may change.
func target(client *rest.Client) *rest.Target {
	return &rest.Target{
		Client:      client,
		ChangedOnly: true,
		Endpoints: []*sdk.EndpointDeclaration{
			{Operation: protocol.Operation_OPERATION_FIND, Method: "GET", Path: "/employees", Items: "value", Id: "id"},
			{Operation: protocol.Operation_OPERATION_CREATE, Method: "POST", Path: "/employees", Id: "data.id",
				Success: []int32{201}, Conflict: []int32{409}, IdempotencyHeader: "Idempotency-Key"},
			{Operation: protocol.Operation_OPERATION_UPDATE, Method: "PATCH", Path: "/employees/{id}", Clear: "null", Conflict: []int32{409}},
		},
		Get: &sdk.EndpointDeclaration{Operation: protocol.Operation_OPERATION_FIND, Method: "GET", Path: "/employees/{id}", Items: "data"},
		Find: rest.FindForm{Parameters: []string{"matricule", "email"}, Values: 100, FoldCase: []string{"email"},
			Paging: rest.Paging{By: rest.ByPage, SizeParam: "per_page", Size: 200, Total: "total"}},
	}
}

// Check implements sdk.Checker: the account answers, and profiles can be listed.
// Whether one may write can't be known without writing.
func (c *connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error) {
	if _, complaint := c.client.JSON(ctx, "GET", "/account", nil, nil); complaint != nil && complaint.Code != "not-found" {
		return nil, complaint
	}
	var findings []*protocol.Finding
	for _, resource := range resources {
		finding := &protocol.Finding{Resource: resource.GetResource(), Evidence: protocol.Evidence_EVIDENCE_READABLE}
		_, complaint := c.client.JSON(ctx, "GET", "/employees", map[string][]string{"per_page": {"1"}}, nil)
		if complaint != nil {
			finding.Evidence = protocol.Evidence_EVIDENCE_NONE
			if complaint.Code == "forbidden" {
				finding.Evidence = protocol.Evidence_EVIDENCE_NOT_PERMITTED
			}
			finding.Diagnostic = rest.Diagnostic(complaint)
		}
		findings = append(findings, finding)
	}
	return findings, nil
}
