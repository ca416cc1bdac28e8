package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// placeOf is where the ledger itself is, whatever links lead to it: the lock is
// beside it, and two names of one ledger must meet at one lock. A path that
// leads nowhere yet is taken as it is.
func placeOf(path string) (string, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return inPlace(path), nil
	}
	if err != nil {
		return path, nil // whoever opens it will say why
	}
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		return real, nil
	}
	if info.Mode().Type() == fs.ModeSymlink && errors.Is(err, fs.ErrNotExist) {
		return "", unreadable(path, "It is a link to a file that isn't there: a disk that isn't mounted, perhaps. With a new ledger in its place everything known would be forgotten.")
	}
	return path, nil
}

// inPlace resolves the folder of a file that isn't there yet.
func inPlace(path string) string {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return path
	}
	return filepath.Join(dir, filepath.Base(path))
}
