// Package honest is a connector to the API of people, written on the generated
// code alone: the broken plugins are this one, with one thing gone wrong.
package honest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"

	"passerelle/plugins/protocol"
)

// Server is the service, without the process around it.
type Server struct {
	protocol.UnimplementedConnectorServer
	Name string

	mu    sync.Mutex
	conns map[string]*connection
}

type connection struct {
	url, key string
	http     *http.Client
	done     context.Context
	stop     context.CancelFunc
}

var settings = []*protocol.Setting{
	{Name: "url", Type: "string", Required: true},
	{Name: "api_key", Type: "string", Required: true, Secret: true},
	{Name: "order", Type: "string", OneOf: []string{"name", "number"}, DefaultJson: `"number"`},
}

// Describe implements the service.
func (s *Server) Describe(context.Context, *protocol.DescribeRequest) (*protocol.DescribeResponse, error) {
	return &protocol.DescribeResponse{Description: &protocol.Description{
		Name: s.Name, Version: "1.0.0", About: "For tests.", Settings: settings,
		Resources: []*protocol.Resource{{
			Name: "people", Readable: true, Writable: true, Identity: []string{"id"}, LookUp: []string{"ids", "keys"}, Incremental: &protocol.Incremental{},
			Fields: []*protocol.Field{
				{Path: "id", Type: "string", ReadOnly: true, Filled: true}, {Path: "number", Type: "string", Required: true, Unique: true},
				{Path: "name", Type: "string", Class: "identity"}, {Path: "email", Type: "string", Class: "contact"}, {Path: "start", Type: "date"},
			},
			WriteForm: protocol.WriteForm_WRITE_FORM_OPERATIONS,
			Endpoints: []*protocol.Endpoint{
				{Operation: protocol.Operation_OPERATION_CREATE, Reconcile: protocol.Reconcile_RECONCILE_IDEMPOTENCY_KEY},
				{Operation: protocol.Operation_OPERATION_UPDATE, Reconcile: protocol.Reconcile_RECONCILE_LOOK_UP, ChangedOnly: true},
			},
		}},
	}}, nil
}

// Configure implements the service.
func (s *Server) Configure(_ context.Context, request *protocol.ConfigureRequest) (*protocol.ConfigureResponse, error) {
	given := map[string]any{}
	if err := json.Unmarshal(request.GetSettingsJson(), &given); err != nil {
		return &protocol.ConfigureResponse{Diagnostics: failed("bad-settings", "The settings are no object", protocol.Retry_RETRY_NEVER)}, nil
	}
	refuse := func(code, name string) (*protocol.ConfigureResponse, error) {
		found := failed(code, "The setting "+name+" can't be used", protocol.Retry_RETRY_AFTER_FIX)
		found[0].Attribute = []string{name}
		return &protocol.ConfigureResponse{Diagnostics: found}, nil
	}
	for name := range given {
		if !slices.ContainsFunc(settings, func(s *protocol.Setting) bool { return s.GetName() == name }) {
			return refuse("unknown-setting", name)
		}
	}
	texts := map[string]string{}
	for _, setting := range settings {
		value, set := given[setting.GetName()]
		text, isText := value.(string)
		switch {
		case !set && setting.GetRequired():
			return refuse("missing-setting", setting.GetName())
		case set && !isText:
			return refuse("bad-setting-type", setting.GetName())
		case set && len(setting.GetOneOf()) > 0 && !slices.Contains(setting.GetOneOf(), text):
			return refuse("setting-not-allowed", setting.GetName())
		}
		texts[setting.GetName()] = text
	}
	address, err := url.Parse(texts["url"])
	if err != nil || address.Host == "" {
		return refuse("bad-setting", "url")
	}
	done, stop := context.WithCancel(context.Background())
	handle := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns == nil {
		s.conns = map[string]*connection{}
	}
	s.conns[handle] = &connection{
		url: texts["url"], key: texts["api_key"], done: done, stop: stop,
		http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	return &protocol.ConfigureResponse{Handle: handle, Tenant: &protocol.Tenant{Id: address.Host}, ProfileUrls: map[string]string{"people": texts["url"] + "/people/{id}"}}, nil
}

// Check implements the service.
func (s *Server) Check(_ context.Context, request *protocol.CheckRequest) (*protocol.CheckResponse, error) {
	_, found := s.connection(request.GetHandle())
	if found == nil {
		found = failed("not-supported", "Checking is not supported", protocol.Retry_RETRY_NEVER)
	}
	return &protocol.CheckResponse{Diagnostics: found}, nil
}

// Discover implements the service.
func (s *Server) Discover(_ context.Context, request *protocol.DiscoverRequest) (*protocol.DiscoverResponse, error) {
	_, found := s.connection(request.GetHandle())
	if found == nil {
		found = failed("not-supported", "Discovering is not supported", protocol.Retry_RETRY_NEVER)
	}
	return &protocol.DiscoverResponse{Diagnostics: found}, nil
}

// Stop implements the service.
func (s *Server) Stop(_ context.Context, request *protocol.StopRequest) (*protocol.StopResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for handle, c := range s.conns {
		if request.GetHandle() == "" || request.GetHandle() == handle {
			c.stop()
			delete(s.conns, handle)
		}
	}
	return &protocol.StopResponse{}, nil
}

func (s *Server) connection(handle string) (*connection, []*protocol.Diagnostic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.conns[handle]; c != nil {
		return c, nil
	}
	return nil, failed("unknown-connection", "There is no such connection", protocol.Retry_RETRY_NEVER)
}

// ask makes one request. wrote: it may have reached the API.
func (c *connection) ask(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte, wrote bool, err error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote = true }})
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, false, err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, wrote, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, wrote, err
}

// complaint puts into words what an answer says; nil for a good one.
func complaint(status int, body []byte, err error) []*protocol.Diagnostic {
	switch {
	case err != nil:
		return failed("unavailable", "The API can't be reached, or its answer broke off", protocol.Retry_RETRY_LATER)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return failed("unauthorized", "The API refused the key", protocol.Retry_RETRY_CREDENTIALS)
	case status >= 500:
		return failed("unavailable", "The API is not available", protocol.Retry_RETRY_LATER)
	case status >= 300:
		return failed("refused", fmt.Sprintf("The API refused the request with %d", status), protocol.Retry_RETRY_AFTER_FIX)
	case !json.Valid(body):
		return failed("not-json", "The answer is no JSON", protocol.Retry_RETRY_AFTER_FIX)
	}
	return nil
}

func failed(code, summary string, retry protocol.Retry) []*protocol.Diagnostic {
	return []*protocol.Diagnostic{{
		Severity: protocol.Severity_SEVERITY_ERROR, Code: code, Summary: summary, Remedy: "Look at the settings, or try again later.", Retry: retry,
	}}
}

// text reads a string out of a JSON object of them.
func text(object []byte, name string) string {
	var fields map[string]any
	_ = json.Unmarshal(object, &fields) // what is no object has no text
	value, _ := fields[name].(string)
	return strings.TrimSpace(value)
}
