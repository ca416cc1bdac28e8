package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"passerelle/plugins/sdk"
)

// localPlace is a file on this machine, by its absolute path.
type localPlace struct{ path string }

func newLocalPlace(path string) (*localPlace, *sdk.Error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, badSetting("path", "The path can't be made absolute", "The directory that engine runs in is gone.", "Give an absolute path.")
	}
	return &localPlace{path: absolute}, nil
}

func (p *localPlace) name() string { return filepath.Base(p.path) }

func (p *localPlace) id() string { return "file://" + filepath.ToSlash(p.path) }

// open doesn't wait: a named pipe is refused rather than opened.
func (p *localPlace) open(context.Context) (openedFile, error) {
	file, err := os.OpenFile(p.path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, cannotOpen(p.name(), err)
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, notAFile(p.name())
	}
	return file, nil
}

func (p *localPlace) writable(context.Context) error {
	final, _, err := p.final()
	if err != nil {
		return err
	}
	if err := unix.Access(filepath.Dir(final), unix.W_OK|unix.X_OK); err != nil {
		return cannotWrite(p.name(), err)
	}
	return nil
}

// final is where the file really lies, links followed, so that replacing it
// leaves a link in place, and its permissions: those of the file that is there,
// or the owner's alone.
func (p *localPlace) final() (string, fs.FileMode, error) {
	final, err := filepath.EvalSymlinks(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(p.path); err == nil {
			return "", 0, notAFile(p.name()) // a link to nowhere
		}
		return p.path, 0o600, nil
	}
	if err != nil {
		return "", 0, cannotWrite(p.name(), err)
	}
	info, err := os.Stat(final)
	if err != nil {
		return "", 0, cannotWrite(p.name(), err)
	}
	if !info.Mode().IsRegular() {
		return "", 0, notAFile(p.name())
	}
	return final, info.Mode().Perm(), nil
}

// replace writes beside the file under a name that hides it: .NAME.part. That
// file is also the lock: whoever holds it with flock is the one writer, and one
// left by a writer that was killed is free again, and begun anew.
func (p *localPlace) replace(context.Context) (pendingFile, error) {
	final, mode, err := p.final()
	if err != nil {
		return nil, err
	}
	pending := &localPending{final: final, part: filepath.Join(filepath.Dir(final), "."+filepath.Base(final)+".part"), mode: mode}
	for {
		if pending.file, err = os.OpenFile(pending.part, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600); err != nil {
			return nil, cannotWrite(p.name(), err)
		}
		held, err := pending.lock()
		switch {
		case err != nil:
			_ = pending.file.Close()
			return nil, err
		case held:
			return pending, nil
		}
		_ = pending.file.Close() // the writer before has just finished with that one: take a new one
	}
}

// localPending is a new file being written on this machine.
type localPending struct {
	file  *os.File
	part  string
	final string
	mode  fs.FileMode
	over  bool
}

// lock takes the file for this writer alone. False: it has lost its name in the
// meantime.
func (w *localPending) lock() (bool, error) {
	name := filepath.Base(w.final)
	if err := unix.Flock(int(w.file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			return false, locked(name)
		}
		return false, cannotWrite(name, err)
	}
	mine, err := w.file.Stat()
	if err != nil {
		return false, cannotWrite(name, err)
	}
	named, err := os.Lstat(w.part)
	if err != nil || !os.SameFile(mine, named) {
		return false, nil
	}
	if !mine.Mode().IsRegular() {
		return false, notAFile(filepath.Base(w.part))
	}
	if err := w.file.Chmod(0o600); err != nil { // one that was left may have been opened to others
		return false, cannotWrite(name, err)
	}
	if err := w.file.Truncate(0); err != nil {
		return false, cannotWrite(name, err)
	}
	return true, nil
}

func (w *localPending) Write(p []byte) (int, error) { return w.file.Write(p) }

// commit makes the content durable before the name, and the name durable before
// it reports success.
func (w *localPending) commit() error {
	name := filepath.Base(w.final)
	if err := errors.Join(w.file.Chmod(w.mode), w.file.Sync()); err != nil {
		return writeFailed(name)
	}
	if err := os.Rename(w.part, w.final); err != nil {
		return cannotWrite(name, err)
	}
	w.over = true
	_ = w.file.Close() // synced: nothing is left to fail
	if err := syncDir(filepath.Dir(w.final)); err != nil {
		return unconfirmed(name)
	}
	return nil
}

func (w *localPending) abort() {
	if w.over {
		return
	}
	w.over = true
	_ = os.Remove(w.part) // before the lock goes, so that it is nobody else's
	_ = w.file.Close()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) {
		err = nil // a file system that has no such thing
	}
	return errors.Join(err, d.Close())
}
