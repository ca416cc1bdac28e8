package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"passerelle/plugins/sdk"
)

func TestSFTPRoundTrip(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519")
	for _, name := range []string{"a.csv", "a.jsonl", "a.json", "a.xlsx"} {
		c := connect(t, s.settings(name, nil))
		for _, data := range []string{`{"a":"00057 Zoé"}`, `{"a":"` + strings.Repeat("long", 1<<13-2) + `"}`} {
			require.Equal(t, []string{""}, write(t, c, nil, oneColumn, data))
			got, end, err := read(t, c, nil, "a")
			require.NoError(t, err)
			require.True(t, end.Complete)
			require.Equal(t, []string{data}, got)
		}
		info, err := os.Stat(filepath.Join(s.dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
	require.Len(t, entries(t, s.dir), 4, "nothing is left beside the files")
}

func TestSFTPFromHome(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519")
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "in"), 0o700))
	write(t, connect(t, s.settings("", set{"url": "sftp://" + s.address + "/~/in/a.csv"})), nil, oneColumn, `{"a":"x"}`)
	require.Equal(t, "a\r\nx\r\n", content(t, filepath.Join(s.dir, "in", "a.csv")))
}

func TestSFTPLogins(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]func(*testing.T, *server) set{
		"key": func(t *testing.T, s *server) set {
			return set{"password": nil, "private_key": s.privateKey(t, "")}
		},
		"key with a passphrase": func(t *testing.T, s *server) set {
			return set{"password": nil, "private_key": s.privateKey(t, "canary"), "passphrase": "canary"}
		},
		"password as an answer": func(_ *testing.T, s *server) set {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.config.PasswordCallback = nil
			s.config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
				answers, err := ask("", "", []string{"Password: "}, []bool{false})
				return s.attempt(err == nil && len(answers) == 1 && answers[0] == rightPassword)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, "ed25519")
			more := settings(t, s)
			c := connect(t, s.settings("a.csv", more))
			write(t, c, nil, oneColumn, `{"a":"x"}`)
			require.NotZero(t, s.attempted())
		})
	}
}

func TestSFTPServerIsKnownOrNothingIsSaidToIt(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519", "ecdsa", "rsa")
	c := connect(t, s.settings("a.csv", set{"host_key": someKey}))
	_, err := open(t, c, nil, oneColumn)
	e := complaint(t, err)
	require.Equal(t, "host-key-mismatch", e.Code)
	require.Equal(t, []string{"host_key"}, e.Attribute)
	_, _, err = read(t, c, nil, "a")
	require.Equal(t, "host-key-mismatch", complaint(t, err).Code)
	require.Zero(t, s.attempted(), "no password was sent")
	require.Empty(t, entries(t, s.dir))

	for _, key := range s.keys { // each of the server's keys is found by its fingerprint
		c := connect(t, s.settings("a.csv", set{"host_key": ssh.FingerprintSHA256(key.PublicKey())}))
		write(t, c, nil, oneColumn, `{"a":"x"}`)
	}
}

func TestSFTPFailuresAreNamed(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519")
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "folder.csv"), 0o700))
	refusing, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, refusing.Close())
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	for name, test := range map[string]struct {
		file  string
		more  set
		read  string // code; "" for none
		write string
	}{
		"password":     {"a.csv", set{"password": "canary-wrong"}, "unauthorized", "unauthorized"},
		"user":         {"a.csv", set{"user": "nobody"}, "unauthorized", "unauthorized"},
		"key":          {"a.csv", set{"password": nil, "private_key": serve(t, "ed25519").privateKey(t, "")}, "unauthorized", "unauthorized"},
		"no file":      {"none.csv", nil, "file-not-found", ""},
		"no folder":    {"none/a.csv", nil, "file-not-found", "folder-not-found"},
		"folder":       {"folder.csv", nil, "not-a-file", "not-a-file"},
		"nobody there": {"", set{"url": "sftp://" + refusing.Addr().String() + "/a.csv"}, "unreachable", "unreachable"},
		"no answer":    {"", set{"url": "sftp://" + silent.Addr().String() + "/a.csv", "timeout": "50ms"}, "unreachable", "unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, s.settings(test.file, test.more))
			_, _, err := read(t, c, nil, "a")
			e := complaint(t, err)
			require.Equal(t, test.read, e.Code, e.Error())
			require.NotContains(t, e.Error()+e.Remedy, "canary")
			snapshot, err := open(t, c, nil, oneColumn)
			if test.write == "" {
				require.NoError(t, err)
				snapshot.Abort()
				return
			}
			require.Equal(t, test.write, complaint(t, err).Code)
			if test.file != "" {
				require.Equal(t, test.write, complaint(t, c.place.writable(t.Context())).Code)
			}
		})
	}
}

func TestSFTPReplacesAtOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(*testing.T, *server, string, sdk.Snapshot, context.CancelFunc) error
		code string
		want string
		more int // files beside it
	}{
		"commit": {func(t *testing.T, _ *server, path string, s sdk.Snapshot, _ context.CancelFunc) error {
			require.Equal(t, old, content(t, path))
			return s.Commit(t.Context(), 1)
		}, "", "a\r\n" + strings.Repeat("new", writeBuffer) + "\r\n", 0},
		"abort": {func(*testing.T, *server, string, sdk.Snapshot, context.CancelFunc) error { return nil }, "", old, 0},
		"the engine has gone": {func(_ *testing.T, _ *server, _ string, _ sdk.Snapshot, gone context.CancelFunc) error {
			gone()
			return nil
		}, "", old, 0},
		"somebody else was first": {func(t *testing.T, _ *server, path string, s sdk.Snapshot, _ context.CancelFunc) error {
			require.NoError(t, os.WriteFile(path, []byte("other"), 0o600))
			return s.Commit(t.Context(), 1)
		}, "file-changed", "other", 0},
		"the connection is cut": {func(t *testing.T, server *server, _ string, s sdk.Snapshot, _ context.CancelFunc) error {
			server.cut()
			return s.Commit(t.Context(), 1)
		}, "write-failed", old, 1}, // nobody can take it away: it is abandoned
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, "ed25519")
			path := filepath.Join(server.dir, "a.csv")
			require.NoError(t, os.WriteFile(path, []byte(old), 0o640))
			ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
			defer cancel()
			c := connect(t, server.settings("a.csv", nil))
			s, err := c.OpenSnapshot(ctx, sdk.WriteSession{Resource: rowsResource, Schema: oneColumn})
			require.NoError(t, err)
			_, err = s.Write(ctx, records(`{"a":"`+strings.Repeat("new", writeBuffer)+`"}`))
			require.NoError(t, err)
			err = test.end(t, server, path, s, cancel)
			if test.code != "" {
				require.Equal(t, test.code, complaint(t, err).Code)
			} else {
				require.NoError(t, err)
			}
			s.Abort()
			require.Equal(t, test.want, content(t, path))
			require.Len(t, entries(t, server.dir), 1+test.more)
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o640), info.Mode())
		})
	}
}

func TestSFTPServerThatFallsSilentIsLeft(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519")
	path := filepath.Join(s.dir, "a.csv")
	require.NoError(t, os.WriteFile(path, []byte(old), 0o600))
	f := freezable(t, s)
	c := connect(t, s.settings("", set{"url": "sftp://" + f.address + path, "timeout": "300ms"}))
	snapshot, err := open(t, c, nil, oneColumn)
	require.NoError(t, err)
	_, err = snapshot.Write(t.Context(), records(`{"a":"new"}`))
	require.NoError(t, err)
	f.through.Lock()
	err = snapshot.Commit(t.Context(), 1)
	snapshot.Abort()
	f.through.Unlock()
	require.Equal(t, "write-failed", complaint(t, err).Code)
	require.Equal(t, old, content(t, path))
}

func TestSFTPClearsWhatWasAbandoned(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519")
	for name, age := range map[string]time.Duration{".a.csv.OLD.part": 48 * time.Hour, ".a.csv.LIVE.part": time.Hour, ".b.csv.OLD.part": 48 * time.Hour, "a.csv": 48 * time.Hour} {
		path := filepath.Join(s.dir, name)
		require.NoError(t, os.WriteFile(path, []byte(old), 0o600))
		require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-age)))
	}
	write(t, connect(t, s.settings("a.csv", nil)), nil, oneColumn, `{"a":"new"}`)
	require.Equal(t, []string{".a.csv.LIVE.part", ".b.csv.OLD.part", "a.csv"}, entries(t, s.dir))
}

func TestSFTPFileThatEndsTooEarly(t *testing.T) {
	t.Parallel()
	s := serve(t, "ed25519")
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "a.csv"), []byte("a;b\n1;2\n3"), 0o600))
	_, end, err := read(t, connect(t, s.settings("a.csv", nil)), nil, "a")
	require.Equal(t, "half-written", complaint(t, err).Code)
	require.False(t, end.Complete)
}

// The extensions are of the whole process: this test runs alone.
func TestSFTPWithoutAtomicReplace(t *testing.T) {
	require.NoError(t, sftp.SetSFTPExtensions("statvfs@openssh.com"))
	t.Cleanup(func() {
		_ = sftp.SetSFTPExtensions("hardlink@openssh.com", "posix-rename@openssh.com", "statvfs@openssh.com")
	})
	s := serve(t, "ed25519")
	c := connect(t, s.settings("a.csv", nil))
	write(t, c, nil, oneColumn, `{"a":"first"}`)
	require.Equal(t, "a\r\nfirst\r\n", content(t, filepath.Join(s.dir, "a.csv")), "nothing is there: nothing is replaced")
	_, err := open(t, c, nil, oneColumn)
	require.Equal(t, "no-atomic-replace", complaint(t, err).Code)
	require.Equal(t, []string{"a.csv"}, entries(t, s.dir))
}
