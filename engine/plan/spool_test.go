package plan

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// filled is a plan of two frames whose values and names are easy to find.
func filled(t *testing.T) (*ledger.Ledger, *Plan) {
	l := newLedger(t)
	var items []flow.Item
	for i := range BatchRecords + 5 {
		items = append(items, item(fmt.Sprint(i), fmt.Sprintf("canary-m%d", i), "canary-nom", "canary@example.org"))
	}
	items[3].Shown = "canary-shown"
	return l, try(t, l, mapping(), items)
}

// readAll opens a plan and reads all of it.
func readAll(path string, l *ledger.Ledger) error {
	p, err := Open(path, l)
	if err != nil {
		return err
	}
	return p.Batches(func(int64, []Entry) error { return nil })
}

func TestSpoolRoundTrip(t *testing.T) {
	t.Parallel()
	l, made := filled(t)
	require.EqualValues(t, 2, made.Summary.Batches)
	again, err := Open(made.Path, l)
	require.NoError(t, err)
	require.Equal(t, made.Summary, again.Summary)
	all := entries(t, again)
	require.Len(t, all, BatchRecords+5)
	require.Equal(t, "canary-shown", all[3].Shown)
	require.JSONEq(t, `{"matricule":"canary-m7","nom":"canary-nom","mail":"canary@example.org"}`, string(all[7].Body))

	second, err := again.Batch(1)
	require.NoError(t, err)
	require.Equal(t, all[BatchRecords:], second)
	_, err = again.Batch(2)
	require.Equal(t, "not-a-plan", code(t, err))

	stop := fmt.Errorf("stop")
	require.Equal(t, stop, again.Batches(func(int64, []Entry) error { return stop }))
}

func TestSpoolIsPrivate(t *testing.T) {
	t.Parallel()
	_, made := filled(t)
	info, err := os.Stat(made.Path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(made.Path)
	require.NoError(t, err)
	require.NotContains(t, string(text), "canary")
	require.NotContains(t, string(text), "matricule")
	require.NotContains(t, string(text), "people")
}

func TestSpoolNeverOverwrites(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	path := filepath.Join(t.TempDir(), "a.plan")
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	_, err := createSpool(path, "id", l.Sealer())
	require.Equal(t, "plan-file", code(t, err))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
}

func TestDamagedSpool(t *testing.T) {
	t.Parallel()
	l, made := filled(t)
	whole, err := os.ReadFile(made.Path)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "damaged.plan")
	refused := func(name string, text []byte, l *ledger.Ledger) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, text, 0o600))
		err := readAll(path, l)
		require.Error(t, err, name)
		require.Contains(t, []string{"not-a-plan", "plan-unreadable"}, code(t, err), name)
	}
	step := 1 + len(whole)/1500 // every byte of the head and the tail, and enough of the rest
	for n := 0; n < len(whole); n++ {
		if n > 200 && n < len(whole)-100 && n%step != 0 {
			continue
		}
		refused(fmt.Sprint("cut at ", n), whole[:n], l)
		flipped := bytes.Clone(whole)
		flipped[n] ^= 1
		refused(fmt.Sprint("flipped at ", n), flipped, l)
	}
	refused("longer", append(bytes.Clone(whole), 0), l)
	refused("another ledger's", whole, newLedgerWith(t, newKey(t, "b")))
	refused("same key, another ledger", whole, newLedgerWith(t, newKey(t, "a")))
	refused("empty", nil, l)

	start := int(made.start)
	first := sizeBytes + int(whole[start+2])<<8 + int(whole[start+3]) + int(whole[start+1])<<16
	second := int(made.end) - start - first
	swapped := bytes.Join([][]byte{whole[:start], whole[start+first : start+first+second], whole[start : start+first], whole[made.end:]}, nil)
	require.Len(t, swapped, len(whole))
	refused("frames swapped", swapped, l)
	twice := bytes.Join([][]byte{whole[:start], whole[start : start+first], whole[start : start+first], whole[made.end:]}, nil)
	refused("frame repeated", twice, l)
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	require.NoError(t, readAll(path, l))
}

func newLedgerWith(t *testing.T, key ledger.Key) *ledger.Ledger {
	l, err := ledger.Open(t.Context(), ledger.Options{Path: filepath.Join(t.TempDir(), "ledger.db"), Key: key})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// The frames of one plan are of no use in another.
func TestFramesBelongToTheirPlan(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	a, err := os.ReadFile(try(t, l, mapping(), []flow.Item{item("1", "m1")}).Path)
	require.NoError(t, err)
	made := try(t, l, mapping(), []flow.Item{item("1", "m1")})
	b, err := os.ReadFile(made.Path)
	require.NoError(t, err)
	require.Len(t, b, len(a))
	mixed := append(bytes.Clone(b[:made.start]), a[made.start:made.end]...)
	mixed = append(mixed, b[made.end:]...)
	path := filepath.Join(t.TempDir(), "mixed.plan")
	require.NoError(t, os.WriteFile(path, mixed, 0o600))
	require.Equal(t, "plan-unreadable", code(t, readAll(path, l)))
}

func TestEntryRoundTrip(t *testing.T) {
	t.Parallel()
	for _, e := range []Entry{
		{Operation: Create},
		{Position: -1, Operation: Update, SourceID: "é", TargetID: "t", Shown: "N", Key: []byte("{}"), Body: []byte("{}")},
		{
			Position: 1 << 40, Operation: Link, Changed: []int{0, 300}, Cleared: []int{300}, Added: []int{0},
			Prints: []ledger.Print{{Field: 1, Sum: 0}, {Field: 1<<32 - 1, Sum: 1<<64 - 1}}, Agreed: []ledger.Print{{Field: 2, Sum: 3}},
		},
		{Operation: Create, References: []Reference{{Field: 300, To: 1, SourceID: "é", InKey: true}, {Must: true}}, Pending: []int{4}},
		{Position: -2, Operation: Delete, Pending: []int{300}},
	} {
		d := decoder{data: e.append(nil)}
		got, ok := d.entry()
		require.True(t, ok)
		require.Empty(t, d.data)
		require.Equal(t, fmt.Sprintf("%+v", e), fmt.Sprintf("%+v", got))
	}
	plain := Entry{Operation: Create, SourceID: "1"}
	refers := plain
	refers.Pending = []int{1}
	require.Equal(t, 3, len(refers.append(nil))-len(plain.append(nil)), "who refers to nobody pays nothing")
	for name, e := range map[string]Entry{
		"no operation":      {},
		"unknown operation": {Operation: 9},
		"prints amiss":      {Operation: Update, Changed: []int{1}},
	} {
		d := decoder{data: e.append(nil)}
		_, ok := d.entry()
		require.False(t, ok, name)
	}
}

func FuzzEntry(f *testing.F) {
	e := Entry{Operation: Update, SourceID: "1", Changed: []int{1, 2}, Prints: []ledger.Print{{Field: 1, Sum: 2}, {Field: 2}}}
	f.Add(e.append(nil))
	e.References, e.Pending = []Reference{{Field: 1, SourceID: "7", Must: true}}, []int{2}
	f.Add(e.append(nil))
	f.Add([]byte{0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := decoder{data: data}
		first, ok := d.entry()
		if !ok {
			return
		}
		again := decoder{data: first.append(nil)}
		second, ok := again.entry()
		require.True(t, ok)
		require.Empty(t, again.data)
		require.Equal(t, fmt.Sprintf("%+v", first), fmt.Sprintf("%+v", second))
	})
}

// Lists of entries lie one behind the other in memory: who appends to one must not
// reach the next.
func TestListsOfEntriesAreApart(t *testing.T) {
	t.Parallel()
	written := Entry{Operation: Update, Changed: []int{1}, Prints: []ledger.Print{{Field: 1, Sum: 1}}, Added: []int{1}}
	d := decoder{data: written.append(written.append(nil))}
	first, ok := d.entry()
	require.True(t, ok)
	second, ok := d.entry()
	require.True(t, ok)
	_, _, _ = append(first.Changed, 9), append(first.Added, 9), append(first.Prints, ledger.Print{Field: 9})
	require.Equal(t, first, second)
	require.Equal(t, []int{1}, second.Changed)
	require.Equal(t, written.Prints, second.Prints)
}
