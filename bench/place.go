package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"passerelle/bench/people"
)

// binaries are the folder of the engine and its plugins, as make build leaves it.
type binaries struct{ dir string }

func (b binaries) engine() string            { return filepath.Join(b.dir, "engine") }
func (b binaries) plugin(name string) string { return filepath.Join(b.dir, "engine-plugin-"+name) }

// key is a ledger's, for all runs alike.
const key = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"

// place is a folder with employees, what must become of them, and the ledgers of
// runs.
type place struct {
	binaries
	dir     string
	records int
	loaded  bool // the ledger of operations has everybody

	instead []string // what runs the engine inside itself, before the engine's own arguments; nil: the binary
}

func newPlace(b binaries, dir string, records int) (*place, error) {
	p := &place{binaries: b, dir: dir, records: records}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for name, who := range map[string]people.Everybody{
		"before":  {Records: records},
		"after":   {Records: records, Moved: true},
		"changes": {Records: records, Moved: true, Only: true},
	} {
		if err := p.employees(name, who, people.Scan); err != nil {
			return nil, err
		}
	}
	return p, p.offer("before")
}

// employees writes some, and beside them what must be made of them.
func (p *place) employees(name string, who people.Everybody, by people.Loop) error {
	file, err := os.Create(p.path(name + ".jsonl"))
	if err != nil {
		return err
	}
	_, err = who.WriteTo(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return through(by, p.path(name+".jsonl"), p.path(name+".wanted"))
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

// in is what every run reads, out what every run writes.
func (p *place) in() string  { return p.path("in.jsonl") }
func (p *place) out() string { return p.path("out.jsonl") }

// offer puts some employees where runs read them: to a ledger the path is whose
// they are.
func (p *place) offer(name string) error {
	if err := gone(p.in()); err != nil {
		return err
	}
	return os.Link(p.path(name+".jsonl"), p.in())
}

// through runs a loop from file to file.
func through(loop people.Loop, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read from
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	err = loop(in, out)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}

// engineCommand is one with a home and a ledger of its own.
func (p *place) engineCommand(ledger string, args ...string) *exec.Cmd {
	full := []string{p.engine()}
	if p.instead != nil {
		full = p.instead
	}
	full = slices.Concat(full, args)
	cmd := exec.Command(full[0], full[1:]...)
	cmd.Env = []string{
		"HOME=" + p.path("home"), "TMPDIR=" + os.TempDir(), "ENGINE_KEY=" + key, "ENGINE_LEDGER=" + p.path(filepath.Join(ledger, "ledger.db")),
		"ENGINE_PLUGIN_DIR=" + p.binaries.dir,
	}
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "GODEBUG"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

// fresh forgets a ledger and what was written.
func (p *place) fresh(ledger string) error {
	if err := os.RemoveAll(p.path(ledger)); err != nil {
		return err
	}
	if err := os.MkdirAll(p.path(ledger), 0o700); err != nil {
		return err
	}
	return gone(p.out())
}

// size is what a ledger has on disk, journal and all.
func (p *place) size(ledger string) (bytes int64, err error) {
	err = filepath.WalkDir(p.path(ledger), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	return bytes, err
}

func gone(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// wrote compares what a run wrote with what must be made of those employees.
func (p *place) wrote(name string) error { return same(p.out(), p.path(name+".wanted")) }

// wroteNothing: a file that nobody wrote isn't there.
func (p *place) wroteNothing() error {
	if _, err := os.Stat(p.out()); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s was written, though nothing had changed", p.out())
	}
	return nil
}

// same fails unless two files have the same bytes.
func same(got, want string) error {
	a, err := os.Open(got)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	b, err := os.Open(want)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	const piece = 1 << 20
	left, right := make([]byte, piece), make([]byte, piece)
	for offset := int64(0); ; offset += piece {
		n, errA := io.ReadFull(a, left)
		m, errB := io.ReadFull(b, right)
		if !bytes.Equal(left[:n], right[:m]) {
			return fmt.Errorf("%s is not what it must be, %s: they differ after %d bytes", got, want, offset+int64(common(left[:n], right[:m])))
		}
		switch {
		case ended(errA) && ended(errB):
			return nil
		case errA != nil && !ended(errA):
			return errA
		case errB != nil && !ended(errB):
			return errB
		}
	}
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// common is how many bytes two texts begin with alike.
func common(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
