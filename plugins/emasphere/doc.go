// Command engine-plugin-emasphere is the connector for Emasphère: legal entities,
// employees and days of absence, sent there for its dashboards.
//
// Emasphère publishes no API reference. What this connector speaks is our own
// contract, written down in openapi.yaml beside it and never tried against
// Emasphère; README.md says what is known. A mapping file may change method, path,
// headers and body of each endpoint.
package main
