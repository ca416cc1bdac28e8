// Package rest is the HTTP layer of every connector that speaks JSON to an API.
//
// A Client owns what each of them would otherwise do in its own way: pacing,
// retries of what was certainly not applied, Retry-After, time-outs, redirects,
// bounded and checked bodies, and errors with a stable code and a remedy that
// never hold a secret, a query or a value of a record.
//
// Requests are authorized by a key in a header, bearer, basic, an OAuth2 token or
// a signature (Authorizer); lists are read page by page in the dialects of Paging,
// and are whole only where their end was seen.
//
// A Target carries out the endpoints that a mapping file declares over those of
// the connector, so that a connector for a plain REST API is little more than
// its description.
package rest
