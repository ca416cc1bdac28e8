package host

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// attach speaks with a plugin that somebody else started, under a debugger. Its
// process is not ours: nothing ends it, its stderr is on its own terminal, and no
// limit but StartTimeout for its description holds. The socket is in a folder
// that its user alone may enter, and isn't encrypted: go-plugin has no
// certificates to give to a process that it didn't start.
func (h *Host) attach(name, address string) (*Plugin, diag.Diagnostics) {
	if !pluginName.MatchString(name) {
		return nil, diag.Diagnostics{badName()}
	}
	info, err := os.Stat(address)
	if err != nil || info.Mode().Type() != os.ModeSocket {
		return nil, diag.Diagnostics{notAttached(name, address, "There is no socket at that path.")}
	}
	p := h.newPlugin(name, address)
	p.silence = 0 // somebody looks at it, halted
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: protocol.Handshake,
		Plugins:         plugin.PluginSet{protocol.Dispensed: client{}},
		Reattach: &plugin.ReattachConfig{
			Protocol: plugin.ProtocolGRPC, ProtocolVersion: protocol.Version,
			Addr: &net.UnixAddr{Name: address, Net: "unix"}, Test: true, // its process is left alone
			ReattachFunc: func() (runner.AttachedRunner, error) { return attached{h.live.Done()}, nil },
		},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           p.log,
		SyncStdout:       &unexpected{log: p.log},
		SyncStderr:       &unexpected{log: p.log},
		GRPCDialOptions:  h.dialOptions(name),
	})
	ctx, cancel := context.WithTimeoutCause(h.live, h.options.StartTimeout, errStartTimeout)
	defer cancel()
	if d := p.begin(ctx); d != nil {
		if d.Code != "plugin-name-mismatch" {
			*d = notAttached(name, address, "It did not describe itself as a plugin of this protocol does.")
		}
		return nil, diag.Diagnostics{*d}
	}
	return p, nil
}

// attached is a process of somebody else's: there is nothing to do to it. For
// go-plugin it lasts as long as the host.
type attached struct{ done <-chan struct{} }

func (a attached) Wait(context.Context) error { <-a.done; return nil }
func (attached) Kill(context.Context) error   { return nil }
func (attached) ID() string                   { return "" }

func (attached) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (attached) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

func notAttached(name, address, why string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-attach",
		Summary: fmt.Sprintf("The plugin %q can't be attached to", name),
		Detail:  address + ". " + why,
		Remedy:  "Start the plugin with --debug, under your debugger, and copy what it prints. It prints another path each time.",
	}
}
