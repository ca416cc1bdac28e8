package sdk

import (
	"context"
	"io"
	"log"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"

	"passerelle/plugins/protocol"
)

// EnvLog names the environment variable in which the engine passes the level to
// log at: trace, debug, info, warn, error or off.
const EnvLog = "ENGINE_PLUGIN_LOG"

// parentPoll is how often a plugin looks whether the engine is still there. On
// Linux the engine also asks the kernel to end its plugins with it.
const parentPoll = time.Second

// newLogger makes the process's loggers write JSON lines to stderr, the form in
// which the engine reads them: hclog.Default, and the standard library's log and
// slog. It is called before go-plugin replaces os.Stderr.
func newLogger(stderr io.Writer, level string) hclog.Logger {
	parsed := hclog.LevelFromString(level)
	if parsed == hclog.NoLevel {
		parsed = hclog.Warn
	}
	logger := hclog.New(&hclog.LoggerOptions{Level: parsed, Output: stderr, JSONFormat: true})
	hclog.SetDefault(logger)
	log.SetFlags(0)
	log.SetOutput(logger.StandardWriter(&hclog.StandardLoggerOptions{InferLevels: true}))
	return logger
}

// useFinerBuffers gives gRPC a buffer pool with a tier for each power of two. The
// stock one jumps from 32 KiB to 1 MiB and clears the whole of it for each
// message between the two, which is where most batches are.
func useFinerBuffers() {
	pool, err := mem.NewBinaryTieredBufferPool(8, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
	if err == nil { // the exponents are ours and valid: otherwise the stock pool does
		experimental.SetDefaultBufferPool(pool)
	}
}

// roomBytes is how much a plugin may allocate between two collections although it
// holds next to nothing. Without, a connector that only passes batches on spends
// a third of its time collecting its 4 MiB of garbage again and again.
const roomBytes = 16 << 20

// room is never written to, so that the system gives it no memory; the collector
// counts it all the same, and works half as much the more a plugin really holds.
var room []byte

func takeRoom() { room = make([]byte, roomBytes) }

// exitWithParent ends the process once its parent is no longer the one it had at
// the start. Nobody is left then to stop it or to hear why.
func exitWithParent(parent int, every time.Duration) {
	for os.Getppid() == parent {
		time.Sleep(every)
	}
	os.Exit(1)
}

// newGRPCServer states the message limits; go-plugin leaves gRPC's 4 MiB. Windows
// and socket buffers are gRPC's own: larger ones bought nothing (dialOptions of
// the engine's host has the figures).
func newGRPCServer(options []grpc.ServerOption) *grpc.Server {
	return grpc.NewServer(append(options,
		grpc.MaxRecvMsgSize(protocol.MaxMessageBytes),
		grpc.MaxSendMsgSize(protocol.MaxMessageBytes),
	)...)
}

// dispensed is the one plugin of a process, in go-plugin's terms.
type dispensed struct {
	plugin.NetRPCUnsupportedPlugin
	server protocol.ConnectorServer
}

func (d dispensed) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	protocol.RegisterConnectorServer(s, d.server)
	return nil
}

// GRPCClient is the host's half, of which a plugin has none.
func (dispensed) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}
