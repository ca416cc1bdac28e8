package main

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"

	"passerelle/plugins/sdk"
)

// remotePending is a new file being uploaded.
type remotePending struct {
	session *sftpSession
	file    *sftp.File
	name    string
	prefix  string
	part    string
	target  remoteTarget
	over    bool
}

func (w *remotePending) Write(p []byte) (int, error) { return w.file.Write(p) }

// removeAbandoned clears what writers left that were killed. Failing at it harms
// nobody.
func (w *remotePending) removeAbandoned() {
	dir := path.Dir(w.target.path)
	entries, err := w.session.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		ours := strings.HasPrefix(entry.Name(), w.prefix) && strings.HasSuffix(entry.Name(), ".part") && entry.Mode().IsRegular()
		if ours && time.Since(entry.ModTime()) > abandoned {
			_ = w.session.Remove(path.Join(dir, entry.Name()))
		}
	}
}

// commit renames the upload over the file in one step of the server's.
func (w *remotePending) commit() error {
	if _, ok := w.session.HasExtension(remoteFsync); ok {
		if err := w.file.Sync(); err != nil {
			return writeFailed(w.name)
		}
	}
	mode := fs.FileMode(0o600)
	if w.target.before != nil {
		mode = w.target.before.Mode().Perm()
	}
	if err := errors.Join(w.file.Chmod(mode), w.file.Close()); err != nil {
		return writeFailed(w.name)
	}
	if err := w.unchanged(); err != nil {
		return err
	}
	if err := w.rename(); err != nil {
		if status := (*sftp.StatusError)(nil); !errors.As(err, &status) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
			return unanswered(w.name)
		}
		return cannotWrite(w.name, err)
	}
	w.over = true
	_ = w.session.Close()
	return nil
}

func (w *remotePending) rename() error {
	if _, ok := w.session.HasExtension(posixRename); ok {
		return w.session.PosixRename(w.part, w.target.path)
	}
	return w.session.Rename(w.part, w.target.path) // nothing is there: a plain rename replaces nothing
}

// unchanged refuses to replace a file that is not the one that was there when
// the upload began.
func (w *remotePending) unchanged() error {
	now, err := w.session.Stat(w.target.path)
	before := w.target.before
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // taken away, or never there
	case err != nil:
		return writeFailed(w.name)
	case before == nil || changed(before, now):
		return placeFault("file-changed", w.name+": somebody else replaced the file during the upload",
			"Another run, or another program, writes it too. Its file was left as it is.", "Find out who else writes this file, then run again.", later)
	}
	return nil
}

func (w *remotePending) abort() {
	if w.over {
		return
	}
	w.over = true
	_ = w.file.Close()
	_ = w.session.Remove(w.part)
	_ = w.session.Close()
}

// unanswered: the connection was lost in the last step.
func unanswered(name string) *sdk.Error {
	return placeFault("commit-unanswered", name+": the server did not answer whether the file was replaced",
		"The connection was lost in the last step. It has either the old file or the new one, whole.", "Run again.", later)
}
