package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

var oneColumn = fields("a", "string")

const old = "a\r\nold\r\n"

func TestNothingIsSeenBeforeTheCommit(t *testing.T) {
	t.Parallel()
	path := put(t, "a.csv", old)
	c := connect(t, set{"path": path})
	s, err := open(t, c, nil, oneColumn)
	require.NoError(t, err)
	_, err = s.Write(t.Context(), records(`{"a":"new"}`))
	require.NoError(t, err)
	require.Equal(t, old, content(t, path))
	require.NoError(t, s.Commit(t.Context(), 1))
	require.Equal(t, "a\r\nnew\r\n", content(t, path))
	require.Equal(t, []string{"a.csv"}, entries(t, filepath.Dir(path)))
}

func TestAnAbortLeavesTheOldFileAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, sdk.Snapshot){
		"abort": func(_ *testing.T, s sdk.Snapshot) {},
		"cancelled before the commit": func(t *testing.T, s sdk.Snapshot) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, s.Commit(ctx, 1), context.Canceled)
		},
		"cancelled before a batch": func(t *testing.T, s sdk.Snapshot) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := s.Write(ctx, records(`{"a":"new"}`))
			require.ErrorIs(t, err, context.Canceled)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []string{"a.csv", "a.xlsx", "a.json", "a.jsonl"} {
				path := put(t, format, old)
				s, err := open(t, connect(t, set{"path": path}), nil, oneColumn)
				require.NoError(t, err)
				_, err = s.Write(t.Context(), records(`{"a":"`+strings.Repeat("new", writeBuffer)+`"}`))
				require.NoError(t, err)
				end(t, s)
				s.Abort()
				require.Equal(t, old, content(t, path))
				require.Equal(t, []string{format}, entries(t, filepath.Dir(path)))
			}
		})
	}
}

// failing is a place whose new file takes so many bytes and no more, as a full
// disk does.
type failing struct {
	place
	room int
}

type failingFile struct {
	pendingFile
	room int
}

func (f failing) replace(ctx context.Context) (pendingFile, error) {
	p, err := f.place.replace(ctx)
	return &failingFile{p, f.room}, err
}

func (f *failingFile) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, syscall.ENOSPC
	}
	return f.pendingFile.Write(p)
}

func TestAFullDiskLeavesTheOldFile(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"a.csv", "a.xlsx", "a.json", "a.jsonl"} {
		for _, room := range []int{0, 1 << 20} {
			t.Run(fmt.Sprint(format, " ", room), func(t *testing.T) {
				t.Parallel()
				path := put(t, format, old)
				c := connect(t, set{"path": path})
				c.place = failing{c.place, room}
				s, err := open(t, c, nil, oneColumn)
				require.NoError(t, err)
				for i := 0; i < 4000 && err == nil; i++ {
					_, err = s.Write(t.Context(), records(fmt.Sprintf(`{"a":"%d %x"}`, i, noise(i))))
				}
				if err == nil {
					err = s.Commit(t.Context(), 4000)
				}
				require.Equal(t, "write-failed", complaint(t, err).Code)
				s.Abort()
				require.Equal(t, old, content(t, path))
				require.Equal(t, []string{format}, entries(t, filepath.Dir(path)))
			})
		}
	}
}

// noise is text that doesn't compress, the same each time.
func noise(seed int) []byte {
	out, x := make([]byte, 500), uint64(seed)+1
	for i := range out {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		out[i] = byte(x)
	}
	return out
}

func TestOneWriterAtATime(t *testing.T) {
	t.Parallel()
	c := connect(t, set{"path": put(t, "a.csv", old)})
	first, err := open(t, c, nil, oneColumn)
	require.NoError(t, err)
	_, err = open(t, c, nil, oneColumn)
	e := complaint(t, err)
	require.Equal(t, "file-locked", e.Code)
	require.Equal(t, later, e.Retry)
	first.Abort()
	for range 2 { // free after an abort, and after a commit
		write(t, c, nil, oneColumn, `{"a":"new"}`)
	}
}

// A writer may open the half-written file of another just before that one takes
// its name away: what it then holds the lock of is nobody's file any more.
func TestALockOfAFileThatLostItsNameIsNone(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(part string) error{
		"gone":  os.Remove,
		"moved": func(part string) error { return os.Rename(part, part+".final") },
		"another has the name": func(part string) error {
			return errors.Join(os.Remove(part), os.WriteFile(part, []byte("other"), 0o600))
		},
	} {
		path := put(t, "a.csv", old)
		w := &localPending{final: path, part: path + ".part"}
		var err error
		w.file, err = os.OpenFile(w.part, os.O_RDWR|os.O_CREATE, 0o600)
		require.NoError(t, err)
		_, err = w.file.WriteString("whole")
		require.NoError(t, err)
		require.NoError(t, lose(w.part))
		held, err := w.lock()
		require.NoError(t, err, name)
		require.False(t, held, name)
		info, err := w.file.Stat()
		require.NoError(t, err)
		require.Equal(t, int64(5), info.Size(), "it is not touched")
		require.NoError(t, w.file.Close())
	}
}

func TestPermissionsAndLinksStay(t *testing.T) {
	t.Parallel()
	path := put(t, "a.csv", old)
	require.NoError(t, os.Chmod(path, 0o640))
	link := filepath.Join(t.TempDir(), "link.csv")
	require.NoError(t, os.Symlink(path, link))
	write(t, connect(t, set{"path": link}), nil, oneColumn, `{"a":"new"}`)
	info, err := os.Lstat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode())
	require.Equal(t, "a\r\nnew\r\n", content(t, path))
	info, err = os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)

	fresh := filepath.Join(t.TempDir(), "b.csv")
	write(t, connect(t, set{"path": fresh}), nil, oneColumn, `{"a":"new"}`)
	info, err = os.Stat(fresh)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode(), "a new file is its owner's alone")
}

func TestTheHalfWrittenFileIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	path := put(t, "a.csv", old)
	require.NoError(t, os.Chmod(path, 0o644))
	part := filepath.Join(filepath.Dir(path), ".a.csv.part")
	require.NoError(t, os.WriteFile(part, []byte("left by another"), 0o644))
	s, err := open(t, connect(t, set{"path": path}), nil, oneColumn)
	require.NoError(t, err)
	info, err := os.Stat(part)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	require.Zero(t, info.Size())
	s.Abort()
}

func TestPlacesThatAreNoFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.csv"), 0o700))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "link.csv")))
	for name, want := range map[string][2]string{ // the codes of reading and of writing
		"folder.csv":    {"not-a-file", "not-a-file"},
		"pipe.csv":      {"not-a-file", "not-a-file"},
		"link.csv":      {"file-not-found", "not-a-file"},
		"none.csv":      {"file-not-found", ""},
		"none/none.csv": {"file-not-found", "folder-not-found"},
	} {
		c := connect(t, set{"path": filepath.Join(dir, name)})
		_, _, err := read(t, c, nil, "a")
		require.Equal(t, want[0], complaint(t, err).Code, name)
		s, err := open(t, c, nil, oneColumn)
		if want[1] == "" {
			require.NoError(t, err)
			s.Abort()
			continue
		}
		require.Equal(t, want[1], complaint(t, err).Code, name)
	}
}
