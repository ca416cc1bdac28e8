// Package rest is the HTTP layer of every connector that speaks JSON to an API.
//
// A Client owns what each of them would otherwise do in its own way: pacing,
// retries of what was certainly not applied, Retry-After, time-outs, redirects,
// bounded and checked bodies, and errors with a stable code and a remedy that
// never hold a secret, a query or a value of a record.
//
// A Target carries out the endpoints that a mapping file declares over those of
// the connector, so that a connector for a plain REST API is little more than
// its description.
package rest
