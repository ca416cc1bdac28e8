package sdk

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/protobuf/encoding/protojson"

	"passerelle/plugins/protocol"
)

// Serve is the whole main function of a connector. It never returns.
//
// Started by the engine, the process serves until it is told to stop or until
// the engine has gone, whichever comes first. Started by a person, it says what
// it is and exits with 1; with --describe it prints its description as JSON and
// exits with 0, and with --debug it waits for the engine to attach (ServeDebug).
func Serve(c Connector) {
	if os.Getenv(protocol.CookieKey) != protocol.CookieValue {
		if len(os.Args) == 2 && os.Args[1] == "--debug" {
			os.Exit(debug(c))
		}
		os.Exit(introduce(c, os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(serve(c))
}

// serve runs the plugin until the engine stops it.
func serve(c Connector) int {
	logger := newLogger(os.Stderr, os.Getenv(EnvLog))
	useFinerBuffers()
	takeRoom()
	go exitWithParent(os.Getppid(), parentPoll)

	identity, err := mutualTLS()
	if err != nil {
		logger.Error("the connection to the engine can't be secured", "error", err)
		return 1
	}
	server := newServer(c)
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: protocol.Handshake,
		VersionedPlugins: map[int]plugin.PluginSet{
			protocol.Version: {protocol.Dispensed: dispensed{server: server}},
		},
		TLSProvider: identity,
		GRPCServer:  newGRPCServer,
		Logger:      logger,
	})
	server.closeAll()
	return 0
}

// introduce is what a person gets who starts a plugin by hand.
func introduce(c Connector, args []string, stdout, stderr io.Writer) int {
	description := c.Describe()
	if len(args) == 1 && args[0] == "--describe" {
		text, err := protojson.MarshalOptions{Multiline: true, UseProtoNames: true}.Marshal(description)
		if err != nil {
			fmt.Fprintln(stderr, "The description can't be written as JSON: a text in it is not valid UTF-8.")
			return 1
		}
		fmt.Fprintln(stdout, string(text))
		return 0
	}
	fmt.Fprintf(stderr, "%s %s: a connector for engine.\n", description.GetName(), description.GetVersion())
	if about := strings.TrimSpace(description.GetAbout()); about != "" {
		fmt.Fprintf(stderr, "\n%s\n", about)
	}
	fmt.Fprintf(stderr, `
It is started by engine, not by hand. To use it, name it in a mapping file:

  connection "%[1]s" { plugin = "%[1]s" … }

and put this executable, as engine-plugin-%[1]s, beside engine or in a directory
that ENGINE_PLUGIN_DIR names. With --describe it prints what it speaks, as JSON;
with --debug it waits for engine, under your debugger.
`, description.GetName())
	return 1
}
