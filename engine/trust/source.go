package trust

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// source is where packages come from: a folder of name/index.json and
// name/version/ with manifest.json, its signature and what it names. Nothing that
// it gives is believed before it was checked.
type source interface {
	// open gives a file by its path with slashes; fs.ErrNotExist where there is none.
	open(ctx context.Context, name string) (io.ReadCloser, error)
	place() string // for people
	close()
}

// openSource takes a folder, a tar file of one, or an https address.
func openSource(from, certificates string) (source, error) {
	if strings.Contains(from, "://") {
		return newMirror(from, certificates)
	}
	info, err := os.Stat(from)
	if err != nil {
		return nil, cantRead(from, err)
	}
	if !info.IsDir() {
		return newBundle(from)
	}
	root, err := os.OpenRoot(from) // a symbolic link can't lead out of it
	if err != nil {
		return nil, cantRead(from, err)
	}
	return &folder{root: root, from: from}, nil
}

type folder struct {
	root *os.Root
	from string
}

func (f *folder) open(_ context.Context, name string) (io.ReadCloser, error) {
	file, err := f.root.Open(filepath.FromSlash(name))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	return nil, cantRead(path.Join(f.from, name), err)
}

func (f *folder) place() string { return f.from }
func (f *folder) close()        { _ = f.root.Close() }

// bundle is a mirror's folder in one tar file, to be carried where no network is.
type bundle struct {
	file  *os.File
	from  string
	parts map[string]*io.SectionReader
}

// maxParts is far above any bundle's.
const maxParts = 100_000

func newBundle(from string) (source, error) {
	file, err := os.Open(from)
	if err != nil {
		return nil, cantRead(from, err)
	}
	b := &bundle{file: file, from: from, parts: map[string]*io.SectionReader{}}
	if err := b.index(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bundle) index() error {
	for r := tar.NewReader(b.file); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) && len(b.parts) > 0 {
			return nil
		}
		if err != nil {
			return badArchive(b.from, "a tar file, complete and not compressed, of a mirror's folder", "one that can't be read to its end")
		}
		name := path.Clean(header.Name)
		switch {
		case header.Typeflag == tar.TypeDir:
			continue
		case header.Typeflag != tar.TypeReg:
			return badArchive(b.from, "files and folders alone", "a link or a device, "+header.Name)
		case !filepath.IsLocal(name):
			return badArchive(b.from, "paths inside the folder", header.Name)
		case b.parts[name] != nil || len(b.parts) == maxParts:
			return badArchive(b.from, "each file once", "two of "+header.Name+", or too many files")
		}
		at, err := b.file.Seek(0, io.SeekCurrent) // the reader stands where the content begins
		if err != nil {
			return cantRead(b.from, err)
		}
		b.parts[name] = io.NewSectionReader(b.file, at, header.Size)
	}
}

func (b *bundle) open(_ context.Context, name string) (io.ReadCloser, error) {
	part, ok := b.parts[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(io.NewSectionReader(part, 0, part.Size())), nil
}

func (b *bundle) place() string { return b.from }
func (b *bundle) close()        { _ = b.file.Close() }

// small reads a file that fits in memory.
func small(ctx context.Context, s source, name string, most int64) ([]byte, error) {
	file, err := s.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, brokenOff(s.place()+"/"+name, err)
	}
	if int64(len(text)) > most {
		return nil, wrongSize(s.place()+"/"+name, most, most+1)
	}
	return text, nil
}
