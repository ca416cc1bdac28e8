// Command engine-plugin-bench is the benchmark's own connector, built with the SDK as a
// partner's is. As a target it takes creations and updates truthfully and as
// fast as it can: what it was sent stands in a file before it answers, so that
// it can be compared. As a source it ends its batches where it is told, which no
// real connector offers.
package main
