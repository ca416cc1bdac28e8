package spill

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
)

// sample is record n: of all lengths, some larger than a frame.
func sample(n int) []byte {
	text := fmt.Sprintf(`{"id":%d,"name":"Nguyen"}`, n)
	switch {
	case n%1000 == 7:
		text += strings.Repeat("x", 3*frameBytes)
	case n%10 == 3:
		text = ""
	}
	return []byte(text)
}

func TestStoreGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	for name, budget := range map[string]int{"in memory": Budget, "in the file": 0, "half": 10 * frameBytes} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(budget)
			defer s.Close()
			const n = 5000
			var refs []Ref
			var early []byte // held while the store goes on
			for i := range n {
				ref, err := s.Add(sample(i))
				require.NoError(t, err)
				refs = append(refs, ref)
				if i == 0 {
					early, err = s.Get(ref)
					require.NoError(t, err)
				}
			}
			require.Equal(t, string(sample(0)), string(early))
			require.True(t, slices.IsSorted(refs), "a later record has a later place")
			require.Equal(t, budget < Budget, s.file != nil)
			for i := range n { // every one, far apart
				at := i * 1237 % n
				got, err := s.Get(refs[at])
				require.NoError(t, err)
				require.Equal(t, string(sample(at)), string(got))
			}
			next := 100
			require.NoError(t, s.Each(refs[100], refs[4000], func(ref Ref, data []byte) error {
				require.Equal(t, refs[next], ref)
				require.Equal(t, string(sample(next)), string(data))
				next++
				return nil
			}))
			require.Equal(t, 4000, next)
			require.NoError(t, s.Each(refs[next], s.End(), func(Ref, []byte) error { next++; return nil }))
			require.Equal(t, n, next)
			require.NoError(t, s.Each(s.End(), s.End(), func(Ref, []byte) error { t.Fatal("nothing is there"); return nil }))
		})
	}
}

// Nobody finds the file, and who reads the disk finds no name in it.
func TestFileHasNoNameAndNoText(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := New(0)
	defer s.Close()
	for i := range 5000 {
		_, err := s.Add(sample(i))
		require.NoError(t, err)
	}
	require.NotNil(t, s.file)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
	text, err := io.ReadAll(io.NewSectionReader(s.file, 0, s.size))
	require.NoError(t, err)
	require.Greater(t, len(text), 100_000)
	require.False(t, bytes.Contains(text, []byte("Nguyen")))
}

func TestChangedFileIsRefused(t *testing.T) {
	t.Parallel()
	s := New(0)
	defer s.Close()
	ref, err := s.Add(sample(1))
	require.NoError(t, err)
	_, err = s.Add(bytes.Repeat([]byte("x"), frameBytes))
	require.NoError(t, err)
	_, err = s.file.WriteAt([]byte{0}, 5)
	require.NoError(t, err)
	_, err = s.Get(ref)
	var d diag.Diagnostic
	require.ErrorAs(t, err, &d)
	require.Equal(t, "temporary-file", d.Code)
}

func TestDiskFaultIsSaidWithoutAPath(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/nowhere")
	s := New(0)
	defer s.Close()
	_, err := s.Add(bytes.Repeat([]byte("x"), frameBytes))
	require.NoError(t, err)
	_, err = s.Add(sample(1))
	var d diag.Diagnostic
	require.ErrorAs(t, err, &d)
	require.Equal(t, "temporary-file", d.Code)
	require.NotContains(t, d.Detail, "nowhere")
}

func TestIndex(t *testing.T) {
	t.Parallel()
	var x Index
	for i := range 1000 {
		x.Add(uint64(i*7919%100), Ref(i))
	}
	x.Sort()
	require.Empty(t, x.Find(100))
	for hash := range uint64(100) {
		found := x.Find(hash)
		require.Len(t, found, 10)
		require.True(t, slices.IsSortedFunc(found, func(a, b Entry) int { return int(a.Ref - b.Ref) }))
	}
	last, runs := Ref(-1), 0
	for run := range x.Runs() {
		require.Greater(t, run[0].Ref, last, "in the order of their first records")
		last = run[0].Ref
		runs++
	}
	require.Equal(t, 100, runs)
	for range x.Runs() {
		break
	}
	for run := range x.Shared() {
		require.Len(t, run, 10)
		break
	}
}
