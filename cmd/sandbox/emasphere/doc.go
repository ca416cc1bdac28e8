// Package emasphere answers like the API that plugins/emasphere/openapi.yaml
// writes down: legal entities, employees, days of absence. Emasphère publishes no
// API reference: that contract is this project's own, and nothing here was ever
// compared with the real thing.
package emasphere
