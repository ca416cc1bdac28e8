package trust

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// An archive holds the executable, and beside it nothing but a few plain files,
// such as a licence.
const (
	maxEntries = 32
	maxBeside  = 16 << 20
)

// pack writes an archive. The same executable gives the same bytes.
func pack(w io.Writer, name string, executable []byte) error {
	zip := gzip.NewWriter(w)
	out := tar.NewWriter(zip)
	err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(executable)), Typeflag: tar.TypeReg, Format: tar.FormatUSTAR})
	if err == nil {
		_, err = out.Write(executable)
	}
	return errors.Join(err, out.Close(), zip.Close())
}

// unpack writes the executable of an archive to w and refuses whatever an archive
// of a plugin has no reason to hold, to its end. It writes no other file, and no
// more than the manifest announces.
func unpack(archive io.Reader, from string, want File, w io.Writer) error {
	zip, err := gzip.NewReader(archive)
	if err != nil {
		return badArchive(from, "an archive of the form .tar.gz", "something else")
	}
	var seen []string
	found, beside := false, int64(0)
	for r := tar.NewReader(zip); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badArchive(from, "a whole archive", "one that breaks off or is damaged")
		}
		seen = append(seen, header.Name)
		switch {
		case header.Typeflag != tar.TypeReg:
			return badArchive(from, "plain files alone", fmt.Sprintf("%q, which is a link, a folder or a device", header.Name))
		case !plainName.MatchString(header.Name):
			return badArchive(from, "file names without a folder", fmt.Sprintf("%q", header.Name))
		case len(seen) > maxEntries:
			return badArchive(from, fmt.Sprintf("at most %d files", maxEntries), "more")
		case header.Name != want.Name:
			if beside += header.Size; beside > maxBeside {
				return badArchive(from, fmt.Sprintf("at most %d bytes beside the executable", maxBeside), "more")
			}
			continue
		case found:
			return badArchive(from, "the executable once", "twice")
		}
		found = true
		if err := copyExactly(w, r, want, from); err != nil {
			return err
		}
	}
	if !found {
		return badArchive(from, want.Name, fmt.Sprintf("%q", seen))
	}
	return nil
}

// copyExactly copies what must be of this size and hash, and not a byte more.
func copyExactly(w io.Writer, r io.Reader, want File, from string) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(sum, writing{w}), io.LimitReader(r, want.Size+1))
	var failed writeError
	switch {
	case errors.As(err, &failed):
		return cantWrite("the store of plugins", failed.error)
	case err != nil:
		return brokenOff(from, err)
	case n != want.Size:
		return wrongSize(from, want.Size, n)
	}
	if got := Hash(hashPrefix + hex.EncodeToString(sum.Sum(nil))); got != want.Hash {
		return wrongHash(from, want.Hash, got)
	}
	return nil
}

// writing tells what failed to be written, a full disk, from what failed to be
// read.
type writing struct{ io.Writer }

type writeError struct{ error }

func (w writing) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil {
		return n, writeError{err}
	}
	return n, nil
}
