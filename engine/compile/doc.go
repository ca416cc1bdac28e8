// Package compile turns declarations, the connectors' schemas and CEL into
// mappings that can be executed, and refuses what is wrong: unknown fields,
// wrong types, missing keys, settings that a connector doesn't know. It calls
// no network and needs no credentials: what it checks, `validate` checks.
package compile
