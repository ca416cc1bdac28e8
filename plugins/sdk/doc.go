// Package sdk is what a partner imports to write a connector: say what it
// speaks (Describe), open a connection (Configure), read, write. Processes,
// sockets, message sizes, batching, panics and logs are the SDK's business.
//
//	func main() { sdk.Serve(myConnector{}) }
//
// Beyond Connector everything is optional: a Connection that can be read is a
// Reader, one that can be written to is a Writer, and so on.
package sdk
