package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const (
	opCreate     = protocol.Operation_OPERATION_CREATE
	opUpdate     = protocol.Operation_OPERATION_UPDATE
	opDeactivate = protocol.Operation_OPERATION_DEACTIVATE
	opReactivate = protocol.Operation_OPERATION_REACTIVATE
	opDelete     = protocol.Operation_OPERATION_DELETE

	applied = protocol.Outcome_OUTCOME_APPLIED
	refused = protocol.Outcome_OUTCOME_REFUSED
	unknown = protocol.Outcome_OUTCOME_UNKNOWN
	notSent = protocol.Outcome_OUTCOME_NOT_SENT
)

// v1's published limits: 300 a minute for employees, at most 15 a second, and 60 a
// minute for documents. v2 says in its answers what each endpoint allows.
var (
	paceV1    = rest.Rate{Count: 5, Per: time.Second}
	paceFiles = rest.Rate{Count: 1, Per: time.Second}
)

// connector opens connections; those to one account share its pace.
type connector struct {
	v1, documents, v2 rest.Budgets
	buckets           rest.BucketsOf
	now               func() time.Time
	tune              func(*rest.Config) // for tests: shorter waits
	paceV1, paceFiles rest.Rate
}

func newConnector() *connector {
	return &connector{now: time.Now, paceV1: paceV1, paceFiles: paceFiles}
}

// Configure implements sdk.Connector.
func (c *connector) Configure(_ context.Context, settings sdk.Settings) (sdk.Connection, error) {
	base, complaint := rest.ParseBaseURL("url", settings.String("url"))
	if complaint != nil {
		return nil, complaint
	}
	base.Path = strings.TrimSuffix(strings.TrimSuffix(base.Path, "/v1"), "/v2")
	id, complaint := rest.CheckKey("client_id", settings.String("client_id"))
	if complaint != nil {
		return nil, complaint
	}
	secret, complaint := rest.CheckKey("client_secret", settings.String("client_secret"))
	if complaint != nil {
		return nil, complaint
	}
	rate, complaint := rest.ParseRate(settings.String("rate_limit"))
	if complaint != nil {
		return nil, complaint
	}
	zone, err := time.LoadLocation(settings.String("timezone"))
	if err != nil {
		return nil, badSetting("timezone", "no such time zone is known", `write it like "Europe/Berlin"`)
	}
	profile, complaint := sdk.ProfileURL(settings)
	if complaint != nil {
		return nil, complaint
	}
	tenant := tenantOf(base, settings.String("company"), id)
	config := rest.Config{Name: "Personio", BaseURL: base, UserAgent: "passerelle-personio/" + version, FirstWait: 2 * time.Second,
		Header: http.Header{"X-Personio-App-ID": {"PASSERELLE"}}}
	if c.tune != nil {
		c.tune(&config)
	}
	open := &connection{root: base, tenant: tenant, profile: profile, zone: zone, now: c.now}
	config.Authorizer = tokensV1(config, id, secret)
	config.Budget = c.v1.Of(tenant.Id, c.paceV1)
	open.v1 = rest.NewClient(config)
	config.Budget = c.documents.Of(tenant.Id, c.paceFiles)
	config.Timeout = 5 * time.Minute // a file takes its time
	open.uploads = rest.NewClient(config)

	config.Timeout = 0
	open.oauth = tokensV2(config, id, secret)
	config.Authorizer = open.oauth
	config.Budget, config.Buckets = c.v2.Of(tenant.Id, rate), c.buckets.Of(tenant.Id)
	open.v2 = rest.NewClient(config)
	open.names = &directory{connection: open}
	return open, nil
}

// tenantOf knows the account by the name that the settings give it: every account
// has the same address, and nothing in the API says whose it is. Without a name it
// is the credential that tells accounts apart.
func tenantOf(base *url.URL, company, clientID string) *sdk.Tenant {
	host := rest.TenantID(base)
	if company = strings.TrimSpace(company); company != "" {
		return &sdk.Tenant{Id: host + "/" + company, Label: company}
	}
	sum := sha256.Sum256([]byte(clientID))
	return &sdk.Tenant{Id: host + "#" + hex.EncodeToString(sum[:6]), Label: host}
}

func badSetting(name, detail, remedy string) *sdk.Error {
	return &sdk.Error{Code: "bad-setting", Summary: "the setting " + name + " can't be used", Detail: detail, Remedy: remedy,
		Attribute: []string{name}, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// connection is one account with one credential.
type connection struct {
	v1, uploads, v2 *rest.Client
	oauth           *rest.OAuth2
	root            *url.URL // before /v1 and /v2
	tenant          *sdk.Tenant
	profile         string // where people open an employee; "": not known
	zone            *time.Location
	now             func() time.Time
	names           *directory

	mu      sync.Mutex
	listed  []custom // the attributes that the credential may read; see customs
	unlined bool     // Personio refuses to list them
}

// Tenant implements sdk.Connection.
func (c *connection) Tenant() *sdk.Tenant { return c.tenant }

// ProfileURLs implements sdk.Profiler. v1 and v2 have one id for a person.
func (c *connection) ProfileURLs() map[string]string {
	if c.profile == "" {
		return nil
	}
	return map[string]string{employees: c.profile, persons: c.profile}
}

// Close implements io.Closer.
func (c *connection) Close() error {
	_ = c.v1.Close()
	_ = c.uploads.Close()
	_ = c.v2.Close()
	return c.oauth.Close()
}

// today in the connection's time zone.
func (c *connection) today() string { return c.now().In(c.zone).Format(time.DateOnly) }

// Read implements sdk.Reader. The SDK asks for no resource but those described.
func (c *connection) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	r := &reading{connection: c, ctx: ctx, request: request, out: out, end: sdk.End{Expected: -1}}
	if complaint := readers[request.Resource](r); complaint != nil {
		r.end.Complete = false
		return r.end, complaint
	}
	return r.end, r.failed
}

// readers read one resource each.
var readers = map[string]func(*reading) *sdk.Error{
	employees:     (*reading).employees,
	persons:       (*reading).persons,
	employments:   (*reading).employments,
	absences:      (*reading).absences,
	absenceTypes:  (*reading).plain,
	attendances:   (*reading).attendances,
	documents:     (*reading).documents,
	reports:       (*reading).report,
	orgUnits:      (*reading).plain,
	workplaces:    (*reading).plain,
	legalEntities: (*reading).plain,
	costCenters:   (*reading).plain,
	projects:      (*reading).plain,
	webhooks:      (*reading).plain,
}

// Write implements sdk.Writer.
func (c *connection) Write(ctx context.Context, session sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	w := &writing{connection: c, ctx: ctx, session: session}
	switch session.Resource {
	case employees:
		return w.employees(records), nil
	case absences:
		return w.each(records, w.absence), nil
	case attendances:
		return w.attendances(records), nil
	default: // documents: nothing else is writable
		return w.each(records, w.document), nil
	}
}
