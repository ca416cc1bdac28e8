// Package resttest holds a connector's test against an API's OpenAPI file: every
// request that the connector makes, and every answer that the test gives, must be
// what the file says.
package resttest
