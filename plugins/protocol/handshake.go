package protocol

import "github.com/hashicorp/go-plugin"

const (
	// Version is the major version of the protocol; it goes with the proto
	// package connector.v1.
	Version = 1

	// MaxMessageBytes bounds one gRPC message, on both sides. go-plugin leaves a
	// plugin's server at gRPC's 4 MiB. A batch stays under BatchBytes unless a
	// single record is larger.
	MaxMessageBytes = 64 << 20

	// BatchRecords and BatchBytes end a batch, whichever comes first.
	BatchRecords = 1024
	BatchBytes   = 1 << 20

	// Dispensed is the name under which both sides know the one plugin of a
	// process.
	Dispensed = "connector"

	// CookieKey is set for a plugin that the engine started. It is no
	// protection: it lets a plugin that a person starts say what it is.
	CookieKey   = "PASSERELLE_PLUGIN"
	CookieValue = "7d1c1b56-connector"
)

// Handshake is what go-plugin compares before anything is spoken.
var Handshake = plugin.HandshakeConfig{
	ProtocolVersion:  Version,
	MagicCookieKey:   CookieKey,
	MagicCookieValue: CookieValue,
}
