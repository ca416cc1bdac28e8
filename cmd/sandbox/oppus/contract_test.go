package oppus

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/contract"
)

// Whatever the sandbox answers is what the connector's contract says of it, and it
// takes nothing that the contract doesn't allow.
func TestContract(t *testing.T) {
	t.Parallel()
	held := contract.Hold(t, "../../../plugins/oppus/openapi.yaml", "/api/v1", New(Options{}))
	for _, call := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/account", "", 200},
		{"POST", "/employees", `{"matricule":"00057","nom":"D'ARCY","prenom":"Loïc","civilite":"M.","email":"loic@x.example","langues":["grec"]}`, 201},
		{"POST", "/employees", profile("00057"), 409},
		{"POST", "/employees", `{"matricule":57,"nom":"X","prenom":"Y"}`, 422},
		{"POST", "/employees", `{"matricule":"58","nom":"X","prenom":"Y","civilite":"Mister"}`, 422},
		{"POST", "/employees", `{"matricule":"58","nom":"X","prenom":"Y","date_naissance":"2000-01-01"}`, 422},
		{"POST", "/employees", `{"matricule":"58","nom":"X","prenom":"Y","nationalite":"FRA"}`, 422},
		{"POST", "/employees", `{"nom":"X"}`, 422},
		{"GET", "/employees?matricule=00057&per_page=200&page=1", "", 200},
		{"GET", "/employees?per_page=201", "", 400},
		{"GET", "/employees?page=x", "", 400},
		{"GET", "/employees/emp-000001", "", 200},
		{"GET", "/employees/emp-000009", "", 404},
		{"PATCH", "/employees/emp-000001", `{"email":null,"diplome":"MBA"}`, 200},
		{"PATCH", "/employees/emp-000001", `{"nom":null}`, 422},
		{"DELETE", "/employees/emp-000001", "", 405},
	} {
		request := httptest.NewRequest(call.method, "/api/v1"+call.path, strings.NewReader(call.body))
		request.Header.Set("X-Api-Key", DefaultKey)
		recorder := httptest.NewRecorder()
		held.ServeHTTP(recorder, request)
		require.Equal(t, call.status, recorder.Code, "%s %s %s", call.method, call.path, call.body)
	}
}
