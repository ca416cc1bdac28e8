// Package host finds plugins, starts them, speaks the protocol with them and
// ends them.
//
// A plugin is another party's program: nothing it says is trusted. Its stderr is
// cleaned before anything parses it, its stdout is read for one line only, its
// texts are stripped of control characters and of the secrets it was given, and
// its end is bounded, whatever it does. It sees none of the host's environment
// but a short list, and it never outlives the host.
//
// What a plugin complains about keeps the path of the setting it is about
// (Complaint), so that the engine can point at the user's file. What goes wrong
// with the process itself has no such path and comes as diag.Diagnostics.
package host
