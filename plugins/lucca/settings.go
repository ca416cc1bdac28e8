package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const (
	// rateLimit stays under the 50 requests a minute and tenant that Lucca
	// documents for its v5 API. For v3 nothing is published.
	rateLimit = "45/min"

	// maxPageSize is Lucca's own limit for users. A page that takes Lucca more than
	// its 5 s is asked for again in halves.
	maxPageSize = 1000
)

func settings() []*sdk.Setting {
	return []*sdk.Setting{
		{Name: "url", Type: "string", Required: true, Label: &sdk.Text{Fr: "Adresse Lucca", En: "Lucca address"},
			About: "The whole address: https://example.ilucca.net, .ilucca.ch, .ilucca-test.net, a sandbox's. http is for this machine alone."},
		{Name: "api_key", Type: "string", Secret: true, Label: &sdk.Text{Fr: "Clé API", En: "API key"},
			About: "For users, departments, establishments, legal units, contracts and leaves (API v3 and v4). Its rights are those of the role that bears its name."},
		{Name: "client_id", Type: "string", Label: &sdk.Text{Fr: "Identifiant client (API v5)", En: "Client id (API v5)"},
			About: "For the resources of API v5, with client_secret: an integration key of /identity/admin/integration-keys."},
		{Name: "client_secret", Type: "string", Secret: true, Label: &sdk.Text{Fr: "Secret client (API v5)", En: "Client secret (API v5)"}},
		{Name: "token_url", Type: "string", DefaultJson: `"` + tokenURL + `"`, Label: &sdk.Text{Fr: "Adresse des jetons", En: "Token address"},
			About: "Where client_id and client_secret are exchanged for a token: one place for all of Lucca's customers."},
		{Name: "rate_limit", Type: "rate", DefaultJson: `"` + rateLimit + `"`, Label: &sdk.Text{Fr: "Débit maximal", En: "Rate limit"},
			About: "Requests per s, min or h, shared by all connections to one tenant. Lucca counts those of all integrations together."},
		{Name: "page_size", Type: "int", DefaultJson: "1000", Label: &sdk.Text{Fr: "Personnes par page", En: "People a page"},
			About: "From 1 to 1000. A page that takes Lucca too long is halved by itself, so there is rarely a reason to say less."},
		{Name: "timezone", Type: "string", DefaultJson: `"Europe/Paris"`, Label: &sdk.Text{Fr: "Fuseau horaire", En: "Time zone"},
			About: "Where today is, for future hires: Lucca's dates have no zone."},
		sdk.ProfileSetting(),
	}
}

// connector opens connections; those to one tenant share its budget.
type connector struct {
	budgets rest.Budgets
	now     func() time.Time
	tune    func(*rest.Config) // for tests: shorter waits
}

func newConnector() *connector { return &connector{now: time.Now} }

// Configure implements sdk.Connector.
func (c *connector) Configure(_ context.Context, settings sdk.Settings) (sdk.Connection, error) {
	base, complaint := baseURL(settings.String("url"))
	if complaint != nil {
		return nil, complaint
	}
	c5, complaint := credentialsOf(settings)
	if complaint != nil {
		return nil, complaint
	}
	rate, complaint := rest.ParseRate(settings.String("rate_limit"))
	if complaint != nil {
		return nil, complaint
	}
	size := int(settings.Int("page_size"))
	if size < 1 || size > maxPageSize {
		return nil, badSetting("page_size", "it must be between 1 and 1000", "leave it out, or give a number between 1 and 1000")
	}
	zone, err := time.LoadLocation(settings.String("timezone"))
	if err != nil {
		return nil, badSetting("timezone", "no such time zone is known", `write it like "Europe/Paris"`)
	}
	profile, complaint := sdk.ProfileURL(settings)
	if complaint != nil {
		return nil, complaint
	}
	tenant := rest.TenantID(base)
	config := rest.Config{
		Name:      "Lucca",
		BaseURL:   base,
		UserAgent: "passerelle-lucca/" + version,
		Budget:    c.budgets.Of(tenant, rate),
	}
	if c.tune != nil {
		c.tune(&config)
	}
	opened := &connection{credentials: c5, config: config, clients: map[string]*rest.Client{}, tenant: tenant, profile: profile, pageSize: size, zone: zone, now: c.now}
	if c5.key != "" {
		config.Auth = func(h http.Header) { h.Set("Authorization", "lucca application="+c5.key) }
		opened.client = rest.NewClient(config)
	}
	return opened, nil
}

// credentials are an API key, or a client's id and secret, or both.
type credentials struct {
	key      string
	clientID string
	secret   string
	tokens   *url.URL
}

func credentialsOf(settings sdk.Settings) (out credentials, complaint *sdk.Error) {
	key, id, secret := settings.Has("api_key"), settings.Has("client_id"), settings.Has("client_secret")
	switch {
	case !key && !id && !secret:
		return out, badSetting("api_key", "there is neither api_key nor client_id and client_secret", "give the API key of the tenant, or for API v5 a client's id and secret")
	case id != secret:
		return out, badSetting(map[bool]string{true: "client_secret", false: "client_id"}[id], "client_id and client_secret belong together", "give both, or neither")
	}
	if key {
		if out.key, complaint = rest.CheckKey("api_key", settings.String("api_key")); complaint != nil {
			return out, complaint
		}
	}
	if id {
		if out.clientID, complaint = rest.CheckKey("client_id", settings.String("client_id")); complaint != nil {
			return out, complaint
		}
		if out.secret, complaint = rest.CheckKey("client_secret", settings.String("client_secret")); complaint != nil {
			return out, complaint
		}
		out.tokens, complaint = rest.ParseBaseURL("token_url", settings.String("token_url"))
	}
	return out, complaint
}

var apiPath = regexp.MustCompile(`(?i)/api(/v[0-9]+(/[a-z]*)?)?$`)

// baseURL takes what people paste: the host alone, or an address of the API.
func baseURL(text string) (*url.URL, *sdk.Error) {
	base, complaint := rest.ParseBaseURL("url", text)
	if complaint != nil {
		return nil, complaint
	}
	base.Path = apiPath.ReplaceAllString(base.Path, "")
	host := base.Hostname()
	if !strings.Contains(host, ".") && !rest.IsLoopback(host) {
		return nil, badSetting("url", "it is not a whole address", "write it as in the browser, like https://example.ilucca.net")
	}
	if onLucca(host) {
		base.Path = "" // the page that was open when it was copied
	}
	return base, nil
}

// onLucca recognises Lucca's own domains, where the API is always at the root.
func onLucca(host string) bool {
	for _, domain := range []string{"ilucca", "ilucca-test", "ilucca-demo"} {
		if strings.HasSuffix(host, "."+domain+".net") || strings.HasSuffix(host, "."+domain+".ch") {
			return true
		}
	}
	return strings.HasSuffix(host, ".luccasoftware.com")
}

func badSetting(name, detail, remedy string) *sdk.Error {
	return &sdk.Error{Code: "bad-setting", Summary: "the setting " + name + " can't be used", Detail: detail, Remedy: remedy,
		Attribute: []string{name}, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// connection is one tenant with its credentials.
type connection struct {
	credentials
	config  rest.Config
	client  *rest.Client // with the API key; nil without one
	mu      sync.Mutex
	clients map[string]*rest.Client // of version 5, by scopes

	reference struct {
		catalogue      kept[map[string]custom]
		entries        kept[*choices] // of all lists
		establishments kept[[]string] // all ids
	}

	tenant   string
	profile  string // where people open an employee; "": not known
	pageSize int
	zone     *time.Location
	now      func() time.Time
}

// Tenant implements sdk.Connection. Production, test and demo of one customer are
// different hosts, hence different tenants.
func (c *connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.tenant, Label: c.tenant} }

// ProfileURLs implements sdk.Profiler.
func (c *connection) ProfileURLs() map[string]string {
	if c.profile == "" {
		return nil
	}
	return map[string]string{"users": c.profile, "employees": c.profile}
}

// Close implements io.Closer.
func (c *connection) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var failed []error
	for _, client := range c.clients {
		failed = append(failed, client.Close())
	}
	if c.client != nil {
		failed = append(failed, c.client.Close())
	}
	return errors.Join(failed...)
}

// opens gives the way to a resource, where the connection has what its API asks for.
func (c *connection) opens(r *resource) (*rest.Client, *sdk.Error) {
	switch {
	case r.api == v5 && c.secret == "":
		return nil, badSetting("client_id", r.about.GetName()+" belongs to API v5, which takes no API key", "give client_id and client_secret of an integration key")
	case r.api != v5 && c.client == nil:
		return nil, badSetting("api_key", r.about.GetName()+" needs an API key: client_id and client_secret open API v5 alone", "give api_key as well")
	case r.api == v5:
		return c.client5(r.scopes), nil
	}
	return c.client, nil
}

// today as yyyy-MM-dd, the form that Lucca's date-times begin with.
func (c *connection) today() string { return c.now().In(c.zone).Format(time.DateOnly) }
