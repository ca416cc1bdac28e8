package host

import (
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"

	"passerelle/plugins/protocol"
)

// dialOptions state the limits of a message, keep a quiet connection open, and
// give gRPC a buffer pool with a tier for each power of two: the stock one jumps
// from 32 KiB to 1 MiB and clears the whole of it for each message between.
func dialOptions() []grpc.DialOption {
	options := []grpc.DialOption{
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(protocol.MaxMessageBytes),
			grpc.MaxCallSendMsgSize(protocol.MaxMessageBytes),
		),
		grpc.WithIdleTimeout(0),
	}
	if pool, err := mem.NewBinaryTieredBufferPool(8, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22); err == nil {
		options = append(options, experimental.WithBufferPool(pool))
	}
	return options
}

// longestSocketDir leaves room for the two names that go-plugin adds below it in
// the 104 bytes that macOS allows for a socket's path.
const longestSocketDir = 50

const socketPrefix = "engine-socket-"

// abandoned is after how long a directory can have no owner any more: a start
// takes seconds.
const abandoned = time.Hour

// sweep removes the directories that killed hosts left in a folder. Those of
// other users stay: their owners alone may enter them.
func sweep(parent string, now time.Time) {
	dirs, err := filepath.Glob(filepath.Join(parent, socketPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err == nil && info.IsDir() && now.Sub(info.ModTime()) > abandoned {
			_ = os.RemoveAll(dir)
		}
	}
}

// socketDir makes a directory for the socket of one plugin, which only its user
// can enter. It is under /tmp, not TMPDIR, whose path is often too long for a
// socket. It is removed as soon as the connection stands: no second one is ever
// made. Only a host that is killed during a start leaves one; sweep finds it.
func socketDir() (string, error) {
	var dir string
	var err error
	for _, parent := range []string{"/tmp", os.TempDir()} {
		dir, err = os.MkdirTemp(parent, socketPrefix)
		if err == nil {
			break
		}
	}
	if err == nil && len(dir) > longestSocketDir {
		_ = os.Remove(dir)
		err = errSocketPath
	}
	return dir, err
}
