// Command engine-plugin-lucca is the connector for Lucca, through versions 3, 4
// and 5 of its HTTP API.
//
// Each resource (resources.go) has a file that describes and reads it; walk3.go,
// walk4.go and v5.go page through a list of each version; projection.go and
// decode.go ask for declared fields and give them one shape; definitions.go and
// extended.go know custom fields; check*.go say what a key may see. README.md
// lists settings, rights and what is certain. Facts come from
// developers.lucca.fr and from public clients; none was observed on a live
// tenant, so decoding is tolerant where sources differ.
package main
