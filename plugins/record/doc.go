// Package record holds records on the hot path: the types of the language, a
// Value, the scanner that reads declared paths of a JSON object straight into
// typed slots, and the encoder that writes the target's JSON.
//
// The engine and the SDK both use it. It knows neither HCL, CEL nor gRPC.
package record
