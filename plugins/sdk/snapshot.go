package sdk

import "context"

// SnapshotWriter is a Connection with a resource that is written as a whole: who
// is not in it is gone for its reader, such as a flat file. The resource says so
// with WriteForm SNAPSHOT.
type SnapshotWriter interface {
	// OpenSnapshot begins a new whole. Nothing of it may be seen by anybody before
	// Commit, and what was there stays untouched until then. ctx lasts as long as
	// the snapshot does. What can be refused before the first record, such as
	// settings that contradict each other, is refused here.
	OpenSnapshot(ctx context.Context, session WriteSession) (Snapshot, error)
}

// Snapshot is one whole being written. Its methods are called one after the
// other; after Commit or Abort none is called but Abort.
type Snapshot interface {
	// Write takes the next records, in their order, and gives one result each:
	// applied for one that will be in the whole once it is committed, refused for
	// one that will not, which leaves the others as they are. An error means that
	// the snapshot can't be finished: it is then aborted.
	Write(ctx context.Context, records []WriteRecord) ([]WriteResult, error)

	// Commit puts the whole in place of what was there, at once. records is how
	// many were applied: the SDK has already checked that the engine counted the
	// same. An error means that the old whole is still there, unless it says
	// otherwise.
	Commit(ctx context.Context, records int64) error

	// Abort drops the whole and everything left of it. It is called after
	// everything but a Commit that succeeded, so also after one that failed.
	Abort()
}
