package sdk

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-plugin"

	"passerelle/plugins/protocol"
)

// ServeDebug serves a connector in the process that calls it, under a debugger or
// in a test of its author's, until ctx ends. It prints the line that makes the
// engine attach to it instead of starting an executable. A plugin started with
// --debug does the same. It returns a process's exit code.
func ServeDebug(ctx context.Context, c Connector, out io.Writer) int {
	// The socket isn't encrypted as it is otherwise: the folder keeps others out.
	dir, err := os.MkdirTemp("/tmp", "engine-debug-")
	if err != nil {
		fmt.Fprintln(out, "A folder for the socket can't be made under /tmp.")
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Setenv(plugin.EnvUnixSocketDir, dir); err != nil {
		fmt.Fprintln(out, "The environment can't be set.")
		return 1
	}
	server := newServer(c)
	reattach, closed := make(chan *plugin.ReattachConfig), make(chan struct{})
	go plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: protocol.Handshake,
		VersionedPlugins: map[int]plugin.PluginSet{
			protocol.Version: {protocol.Dispensed: dispensed{server: server}},
		},
		GRPCServer: newGRPCServer,
		Logger:     newLogger(os.Stderr, os.Getenv(EnvLog)),
		Test:       &plugin.ServeTestConfig{Context: ctx, ReattachConfigCh: reattach, CloseCh: closed},
	})
	select {
	case at := <-reattach:
		fmt.Fprintf(out, "Waiting for engine. Start it with this in its environment, or with --attach:\n\n  ENGINE_PLUGIN_ATTACH=%s=%s\n\n", c.Describe().GetName(), at.Addr)
	case <-closed:
		fmt.Fprintln(out, "The plugin could not listen.")
		return 1
	}
	<-closed
	server.closeAll()
	return 0
}

// debug is --debug: until Ctrl-C.
func debug(c Connector) int {
	useFinerBuffers()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return ServeDebug(ctx, c, os.Stdout)
}
