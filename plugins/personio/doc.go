// Command engine-plugin-personio is the connector for Personio, through both
// generations of its API: v1, which is flat and knows names, and v2, which is
// split into persons and employments and knows ids.
//
// A file is about one resource, and reads (x.go, x_read.go) or writes it
// (x_write.go); v1.go and v2.go are how each generation speaks; names.go turns
// names into ids, once a run. README.md lists resources, settings and rights.
// Facts come from Personio's documentation and public clients; none was observed
// on a live account, so decoding is tolerant where sources differ.
package main
