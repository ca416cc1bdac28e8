package main

import (
	"context"
	"encoding/json"
	"net/http"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// tokensV1 exchanges the credential as v1 wants it: in a JSON body, never in the
// query, where it is refused since December 2025. A token that isn't valid is
// answered 403, like a missing right; until 2023 each answer carried the next one.
func tokensV1(like rest.Config, id, secret string) *rest.Tokens {
	like.Authorizer, like.Budget = nil, nil
	client := rest.NewClient(like)
	body, _ := json.Marshal(map[string]string{"client_id": id, "client_secret": secret}) // strings always encode
	fetch := func(ctx context.Context) (rest.Token, *sdk.Error) {
		response, complaint := client.JSON(ctx, http.MethodPost, "/v1/auth", nil, body)
		var answer struct {
			Success *bool
			Data    struct {
				Token     string
				ExpiresIn json.RawMessage `json:"expires_in"`
			}
		}
		_ = json.Unmarshal(response.Body, &answer) // what isn't there is missed below
		refused := answer.Success != nil && !*answer.Success
		if complaint != nil && !refused && response.Status != http.StatusUnauthorized && response.Status != http.StatusForbidden {
			return rest.Token{}, complaint
		}
		value, bad := rest.CheckKey("", answer.Data.Token)
		if complaint != nil || refused || bad != nil {
			return rest.Token{}, wrongCredentials()
		}
		return rest.Token{Value: value, Lifetime: rest.Seconds(answer.Data.ExpiresIn)}, nil
	}
	return rest.NewTokens(rest.TokensConfig{Name: like.Name, Fetch: fetch, Secrets: []string{secret},
		Refused: []int{http.StatusUnauthorized, http.StatusForbidden}, Rotates: true})
}

// tokensV2 is OAuth 2 with the pair in a form: JSON is refused.
func tokensV2(like rest.Config, id, secret string) *rest.OAuth2 {
	address := *like.BaseURL
	address.Path += "/v2/auth/token"
	return rest.NewOAuth2(rest.OAuth2Config{TokenURL: &address, ClientID: id, ClientSecret: secret, SecretInBody: true}, like)
}

func wrongCredentials() *sdk.Error {
	return &sdk.Error{Code: "unauthorized", Summary: "Personio: no token is given for this client id and secret",
		Detail:    "One of them is wrong, or the credential was disabled or removed.",
		Remedy:    "Compare both with Personio: " + whereRights + ". The secret is shown only once: when in doubt, make new credentials.",
		Attribute: []string{"client_id"}, Retry: protocol.Retry_RETRY_CREDENTIALS}
}
