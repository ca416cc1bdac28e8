// Package protocol is the contract between the engine and a connector: the
// generated Go of connector.proto, and the handshake both sides start from.
//
// docs/protocol.md says the same for partners of any language.
package protocol

//go:generate go run ./generate
