package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

// benchRows is how many rows a file of a benchmark has: 10,000, or what
// FILE_BENCH_ROWS says. The memory that is reported must not depend on it.
func benchRows(b *testing.B) int {
	b.Helper()
	text := os.Getenv("FILE_BENCH_ROWS")
	if text == "" {
		return 10_000
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err)
	return n
}

// peak samples the memory in use while work runs, in MiB above what was in use
// before.
func peak(work func()) float64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, stopped := make(chan struct{}), make(chan struct{})
	highest := before.HeapInuse
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&now)
				highest = max(highest, now.HeapInuse)
			}
		}
	}()
	work()
	close(stop)
	<-stopped
	return float64(highest-before.HeapInuse) / (1 << 20)
}

var benchSchema = fields("matricule", "string", "nom", "string", "prenom", "string", "email", "string", "naissance", "date", "entree", "date", "salaire", "decimal", "site", "string", "actif", "bool")

func benchBatch(from, n int) []sdk.WriteRecord {
	batch := make([]sdk.WriteRecord, n)
	for i := range batch {
		batch[i].Data = fmt.Appendf(nil, `{"matricule":"%07d","nom":"N'Guyen-Lefèvre","prenom":"Zoé","email":"zoe.%d@example.com","naissance":"1990-02-01","entree":"2020-09-01","salaire":%d.5,"site":"Lyon; \"Part-Dieu\"","actif":true}`, from+i, from+i, from+i)
	}
	return batch
}

func benchWrite(b *testing.B, c *connection, rows int) {
	s, err := c.OpenSnapshot(context.Background(), sdk.WriteSession{Schema: benchSchema, Settings: settingsOf(b, set{}, writeSettings())})
	require.NoError(b, err)
	for from := 0; from < rows; from += 1000 {
		results, err := s.Write(context.Background(), benchBatch(from, min(1000, rows-from)))
		require.NoError(b, err)
		for _, r := range results {
			require.Nil(b, r.Err)
		}
	}
	require.NoError(b, s.Commit(context.Background(), int64(rows)))
}

var benchFiles = []string{"a.csv", "a.jsonl", "a.json", "a.xlsx"}

func BenchmarkWrite(b *testing.B) {
	rows := benchRows(b)
	for _, name := range benchFiles {
		b.Run(name, func(b *testing.B) {
			c := connect(b, set{"path": filepath.Join(b.TempDir(), name)})
			used := 0.0
			for b.Loop() {
				used = max(used, peak(func() { benchWrite(b, c, rows) }))
			}
			report(b, rows, used)
		})
	}
}

func BenchmarkRead(b *testing.B) {
	rows := benchRows(b)
	for _, name := range benchFiles {
		b.Run(name, func(b *testing.B) {
			c := connect(b, set{"path": filepath.Join(b.TempDir(), name)})
			benchWrite(b, c, rows)
			f, complained := newForm(name, sdk.Settings{})
			require.Nil(b, complained)
			used := 0.0
			for b.Loop() {
				got := 0
				used = max(used, peak(func() {
					require.NoError(b, c.readFile(context.Background(), f, []string{"matricule", "nom", "prenom", "email", "naissance", "entree", "salaire", "site", "actif"},
						func([]byte) error { got++; return nil }))
				}))
				require.Equal(b, rows, got)
			}
			report(b, rows, used)
		})
	}
}

func report(b *testing.B, rows int, used float64) {
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(used, "peak-MiB")
}
