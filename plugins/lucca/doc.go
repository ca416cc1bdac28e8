// Command engine-plugin-lucca is the connector for Lucca, through the legacy HTTP
// API (v3) and its API keys.
//
// It reads users: the fields that the mapping declares and no others, custom
// fields of the employee file included. README.md lists settings and rights.
// Facts come from developers.lucca.fr and from public clients; none was observed
// on a live tenant, so decoding is tolerant where sources differ.
package main
