package main

import (
	"cmp"
	"context"
	"errors"
	"io"

	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// connector opens connections; those to one url share its budget.
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
	rate, complaint := rest.ParseRate(settings.String("rate_limit"))
	if complaint != nil {
		return nil, complaint
	}
	size := int(settings.Int("batch_size"))
	if size < 1 || size > 1000 {
		return nil, badSetting("batch_size", "it must be between 1 and 1000", "leave it out, or give a number between 1 and 1000")
	}
	fixed, complaint := headers(settings)
	if complaint != nil {
		return nil, complaint
	}
	profile, complaint := sdk.ProfileURL(settings)
	if complaint != nil {
		return nil, complaint
	}
	api := rest.TenantID(base)
	config := rest.Config{
		Name: cmp.Or(settings.String("name"), base.Hostname()), BaseURL: base, Header: fixed,
		UserAgent: "passerelle-rest/" + version, Timeout: settings.Duration("timeout"), Budget: c.budgets.Of(api, rate),
	}
	if c.tune != nil {
		c.tune(&config)
	}
	if config.Authorizer, complaint = authorizer(settings, config); complaint != nil {
		return nil, complaint
	}
	tenant := api
	if collection := settings.String("collection"); collection != "" {
		tenant += "#" + collection
	}
	return &connection{client: rest.NewClient(config), auth: config.Authorizer, tenant: tenant, label: cmp.Or(settings.String("name"), tenant), profile: profile, batchSize: size}, nil
}

// connection is one collection of one API, with one key.
type connection struct {
	client        *rest.Client
	auth          rest.Authorizer
	tenant, label string
	profile       string // where people open a record; "": not known
	batchSize     int
}

// Tenant implements sdk.Connection: an API is known by its address, and each of
// its collections apart, because ids are unique in one alone.
func (c *connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.tenant, Label: c.label} }

// ProfileURLs implements sdk.Profiler.
func (c *connection) ProfileURLs() map[string]string {
	if c.profile == "" {
		return nil
	}
	return map[string]string{resource: c.profile}
}

// Close implements io.Closer.
func (c *connection) Close() error {
	var proof error
	if closer, ok := c.auth.(io.Closer); ok {
		proof = closer.Close()
	}
	return errors.Join(c.client.Close(), proof)
}

// Write implements sdk.Writer with nothing but what the mapping file declares.
func (c *connection) Write(ctx context.Context, session sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	return (&rest.Target{Client: c.client, BatchSize: c.batchSize}).Write(ctx, session, records)
}
