// Package contract holds a sandbox API's own tests against the OpenAPI file that
// the connector for it is written to: what the connector may send is what the file
// says, and what the sandbox answers is too. Only tests import it.
package contract
