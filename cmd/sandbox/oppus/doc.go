// Package oppus answers like the profiles API that plugins/oppus/openapi.yaml
// writes down. Oppus publishes no API reference: that contract is this
// project's own, and nothing here was ever compared with the real thing.
package oppus
