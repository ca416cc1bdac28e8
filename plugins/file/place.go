package main

import (
	"context"
	"io"
	"io/fs"
)

// place is where the file of a connection lies.
type place interface {
	// name is the file's last name, for messages.
	name() string
	// id says which file it is, for good.
	id() string
	// open opens the file for reading.
	open(ctx context.Context) (openedFile, error)
	// replace begins a new file that takes the old one's place when committed.
	replace(ctx context.Context) (pendingFile, error)
	// writable reports whether replace would have the rights it needs, without
	// changing anything.
	writable(ctx context.Context) error
}

// openedFile is a file being read: *os.File and *sftp.File are ones.
type openedFile interface {
	io.Reader
	io.ReaderAt
	io.Seeker
	io.Closer
	Stat() (fs.FileInfo, error)
}

// pendingFile is a new file that nobody sees under its name yet. What is written
// to it is not buffered. Exactly one of commit and abort ends it; after a commit
// that failed the old file is still there unless the error says otherwise, and
// abort is harmless.
type pendingFile interface {
	io.Writer
	commit() error
	abort()
}
