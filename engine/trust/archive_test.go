package trust

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

const executable = "engine-plugin-x"

type entry struct {
	header  tar.Header
	content string
}

func plain(name, content string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}, content}
}

func archive(t testing.TB, entries ...entry) []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for _, e := range entries {
		require.NoError(t, w.WriteHeader(&e.header))
		_, err := io.WriteString(w, e.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.NoError(t, zip.Close())
	return out.Bytes()
}

func wanted(content string) File {
	return File{Name: executable, Size: int64(len(content)), Hash: hashOf([]byte(content))}
}

func TestUnpack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := unpack(bytes.NewReader(archive(t, plain("LICENSE", "free"), plain(executable, "run me"))), "a", wanted("run me"), &out)
	require.NoError(t, err)
	require.Equal(t, "run me", out.String())
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	link := entry{header: tar.Header{Name: executable, Typeflag: tar.TypeSymlink, Linkname: "/bin/sh"}}
	hard := entry{header: tar.Header{Name: executable, Typeflag: tar.TypeLink, Linkname: "/bin/sh"}}
	good := plain(executable, "run me")
	whole := archive(t, good)
	many := []entry{}
	for range maxEntries {
		many = append(many, plain("n", ""))
	}
	for name, test := range map[string]struct {
		archive []byte
		code    string
		says    string
	}{
		"no archive":          {[]byte("#!/bin/sh"), "plugin-archive", "tar.gz"},
		"truncated":           {whole[:len(whole)/2], "plugin-archive", "whole archive"},
		"empty":               {archive(t), "plugin-archive", executable},
		"another name":        {archive(t, plain("other", "run me")), "plugin-archive", `"other"`},
		"climbing":            {archive(t, plain("../"+executable, "run me"), good), "plugin-archive", "without a folder"},
		"absolute":            {archive(t, plain("/tmp/x", "run me"), good), "plugin-archive", "without a folder"},
		"climbing at the end": {archive(t, good, plain("../../x", "late")), "plugin-archive", "../../x"},
		"symbolic link":       {archive(t, link), "plugin-archive", "link"},
		"hard link":           {archive(t, good, hard), "plugin-archive", "link"},
		"twice":               {archive(t, good, good), "plugin-archive", "twice"},
		"many":                {archive(t, append(many, good)...), "plugin-archive", "32 files"},
		"longer":              {archive(t, plain(executable, "run me and more")), "plugin-size", "6 bytes. Found: more"},
		"shorter":             {archive(t, plain(executable, "run")), "plugin-size", "6 bytes. Found: 3"},
		"changed":             {archive(t, plain(executable, "run ME")), "plugin-hash", "Expected: sha256:"},
		"bomb":                {archive(t, plain("padding", string(make([]byte, maxBeside+1))), good), "plugin-archive", "beside the executable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			d := one(t, unpack(bytes.NewReader(test.archive), "here", wanted("run me"), &out))
			require.Equal(t, test.code, d.Code)
			require.Contains(t, d.Detail, test.says)
			require.LessOrEqual(t, out.Len(), len("run me")+1, "more was written than announced")
		})
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := one(t, unpack(bytes.NewReader(archive(t, plain(executable, "run me"))), "here", wanted("run me"), full{}))
	require.Equal(t, "unwritable-file", d.Code)
	require.Equal(t, diag.Fault, d.Class)
	require.Contains(t, d.Remedy, "Make room")
}

func TestThePackedIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	require.NoError(t, pack(&a, executable, []byte("run me")))
	require.NoError(t, pack(&b, executable, []byte("run me")))
	require.Equal(t, a.Bytes(), b.Bytes())
}

func one(t testing.TB, err error) diag.Diagnostic {
	ds := diag.From(err, "testing")
	require.Len(t, ds, 1)
	require.NotEqual(t, "machine-fault", ds[0].Code, ds[0].Detail)
	return ds[0]
}
