package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/mem"

	"passerelle/plugins/protocol"
)

// dialOptions state the limits of a message, keep a quiet connection open, and
// give gRPC a buffer pool with a tier for each power of two: the stock one jumps
// from 32 KiB to 1 MiB and clears the whole of it for each message between.
//
// Windows and socket buffers stay gRPC's own, which grow with what is in flight:
// static ones of 4 and 8 MiB with buffers of 256 KiB, on both sides, changed
// nothing that three rounds could tell. CPU a record, medians at 100,000 records:
// snapshot 25.7 µs and with them 25.3, first load 24.5 and 24.7; windows alone
// 25.4 and 24.6. Single rounds differ by 2 µs.
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

// sweep removes the directories that killed hosts left in a folder: those that
// nobody has locked. Those of other users stay: their owners alone may enter them.
func sweep(parent string) {
	dirs, err := filepath.Glob(filepath.Join(parent, socketPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		if held, err := hold(dir); err == nil {
			_ = os.RemoveAll(dir)
			_ = held.Close()
		}
	}
}

// socketDir makes a directory for the socket of one plugin, which only its user
// can enter. It is under /tmp, not TMPDIR, whose path is often too long for a
// socket. It is held, and removed as soon as the connection stands: no second one
// is ever made. Only a host that is killed during a start leaves one; sweep finds
// it, for its lock went with its process.
func socketDir() (dir string, held *os.File, err error) {
	for _, parent := range []string{"/tmp", os.TempDir()} {
		dir, held, err = socketDirIn(parent)
		if err == nil {
			break
		}
	}
	if err == nil && len(dir) > longestSocketDir {
		_ = os.Remove(dir)
		_ = held.Close()
		err = errSocketPath
	}
	return dir, held, err
}

func socketDirIn(parent string) (string, *os.File, error) {
	for {
		dir, err := os.MkdirTemp(parent, fmt.Sprintf("%s%d-", socketPrefix, os.Getpid()))
		if err != nil {
			return "", nil, err
		}
		held, err := hold(dir)
		if errors.Is(err, unix.EWOULDBLOCK) {
			continue // somebody sweeps it, before it was held
		}
		if _, err := os.Lstat(dir); err == nil {
			return dir, held, nil // held is nil where the file system has no locks: then nobody sweeps either
		}
		_ = held.Close()
	}
}

// hold locks a directory, as long as the file is open and this process lives.
func hold(dir string) (*os.File, error) {
	held, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(held.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = held.Close()
		return nil, err
	}
	return held, nil
}
