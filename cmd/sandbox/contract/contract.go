package contract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Hold wraps an API that is served under base. Every answer must be what the file
// says of its status; a request that the file doesn't allow must be answered by a
// refusal, which fails the test otherwise.
func Hold(t testing.TB, file, base string, api http.Handler) http.Handler {
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
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("%s %s: reading the body: %v", r.Method, r.URL.Path, err)
		}
		again := func() { r.Body = io.NopCloser(bytes.NewReader(body)) }
		again()
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, r)
		again()
		defer func() {
			for name, values := range recorder.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(recorder.Code)
			_, _ = w.Write(recorder.Body.Bytes())
		}()
		route, parameters, err := router.FindRoute(r)
		if err != nil {
			if recorder.Code < http.StatusBadRequest {
				t.Errorf("%s %s: not in the contract, and answered %d", r.Method, r.URL.Path, recorder.Code)
			}
			return
		}
		if len(body) > 0 && r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/json")
		}
		request := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: options}
		if err := openapi3filter.ValidateRequest(r.Context(), request); err != nil && recorder.Code < http.StatusBadRequest {
			t.Errorf("%s %s: answered %d to what the contract doesn't allow: %v", r.Method, r.URL.Path, recorder.Code, err)
		}
		answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: recorder.Code, Header: recorder.Header(), Options: options}
		answer.SetBodyBytes(recorder.Body.Bytes())
		if err := openapi3filter.ValidateResponse(r.Context(), answer); err != nil {
			t.Errorf("%s %s: the answer %d breaks the contract: %v", r.Method, r.URL.Path, recorder.Code, err)
		}
	})
}
