// Command engine-plugin-oppus is the connector for employee profiles in Oppus by
// Lefebvre Dalloz.
//
// Oppus publishes no API reference. What this connector speaks is our own
// contract, written down in openapi.yaml beside it and never tried against Oppus;
// README.md says what is known. A mapping file may change method, path, headers
// and body of each endpoint.
package main
