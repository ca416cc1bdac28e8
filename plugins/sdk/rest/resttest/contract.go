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
	part   bool // what the file doesn't know goes through unseen
}

// Open reads an OpenAPI 3 file. base is the path that the test serves the API
// under, in the place of the file's servers.
func Open(t testing.TB, file, base string) *Contract {
	t.Helper()
	return open(t, file, base, false, func(*openapi3.T) {})
}

// OpenPart reads a file that others publish: it describes a part of the API, and
// its examples may be wrong. mend changes what is known to be otherwise in life;
// what the file doesn't know, an address or a
// status, goes through unseen.
func OpenPart(t testing.TB, file, base string, mend func(*openapi3.T)) *Contract {
	t.Helper()
	return open(t, file, base, true, mend)
}

func open(t testing.TB, file, base string, part bool, mend func(*openapi3.T)) *Contract {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatalf("reading the contract: %v", err)
	}
	document.Servers = openapi3.Servers{{URL: base}}
	mend(document)
	var options []openapi3.ValidationOption
	if part {
		options = append(options, openapi3.DisableExamplesValidation())
	}
	if err := document.Validate(context.Background(), options...); err != nil {
		t.Fatalf("the contract is no OpenAPI: %v", err)
	}
	router, err := legacy.NewRouter(document, options...)
	if err != nil {
		t.Fatalf("reading the contract: %v", err)
	}
	return &Contract{t, router, part}
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
			if !c.part {
				c.t.Errorf("%s %s: not in the contract: %v", r.Method, r.URL.Path, err)
			}
			api.ServeHTTP(w, r)
			return
		}
		request := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: !c.part, SkipSettingDefaults: true}}
		if err := openapi3filter.ValidateRequest(r.Context(), request); err != nil {
			c.t.Errorf("%s %s: the request breaks the contract: %v", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, r)
		copyAnswer(w, recorder)
		answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: recorder.Code, Header: recorder.Header(), Options: request.Options}
		answer.SetBodyBytes(recorder.Body.Bytes())
		if err := openapi3filter.ValidateResponse(r.Context(), answer); err != nil {
			c.t.Errorf("%s %s: the answer %d breaks the contract: %v", r.Method, r.URL.Path, recorder.Code, err)
		}
	})
}

func copyAnswer(w http.ResponseWriter, recorder *httptest.ResponseRecorder) {
	for name, values := range recorder.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}
