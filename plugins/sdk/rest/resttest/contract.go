package resttest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Contract is an OpenAPI file. It may be used concurrently.
type Contract struct {
	t      testing.TB
	router routers.Router
}

// Open reads an OpenAPI 3 file. base is the path that the test serves the API
// under, in the place of the file's servers.
func Open(t testing.TB, file, base string) *Contract {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatalf("reading the contract: %v", err)
	}
	document.Servers = openapi3.Servers{{URL: base}}
	if err := document.Validate(context.Background()); err != nil {
		t.Fatalf("the contract is no OpenAPI: %v", err)
	}
	router, err := legacy.NewRouter(document)
	if err != nil {
		t.Fatalf("reading the contract: %v", err)
	}
	return &Contract{t, router}
}

// Hold wraps a test's API: a request or an answer that breaks the contract fails
// the test. Whether the key is right is left to the API.
func (c *Contract) Hold(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			c.t.Errorf("%s %s: reading the body: %v", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		route, parameters, err := c.router.FindRoute(r)
		if err != nil {
			c.t.Errorf("%s %s: not in the contract: %v", r.Method, r.URL.Path, err)
			api.ServeHTTP(w, r)
			return
		}
		request := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true}}
		if err := openapi3filter.ValidateRequest(r.Context(), request); err != nil {
			c.t.Errorf("%s %s: the request breaks the contract: %v", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, r)
		answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: recorder.Code, Header: recorder.Header(), Options: request.Options}
		answer.SetBodyBytes(recorder.Body.Bytes())
		if err := openapi3filter.ValidateResponse(r.Context(), answer); err != nil {
			c.t.Errorf("%s %s: the answer %d breaks the contract: %v", r.Method, r.URL.Path, recorder.Code, err)
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	})
}
