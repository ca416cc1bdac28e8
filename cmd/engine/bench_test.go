package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkSnapshot carries a file into another through the real binaries, sorted,
// from an empty ledger and again: how many rows a second, and what memory the
// engine's process took at its peak. FILE_BENCH_ROWS=1000000 is the million.
func BenchmarkSnapshot(b *testing.B) {
	rows := 100_000
	if text := os.Getenv("FILE_BENCH_ROWS"); text != "" {
		var err error
		rows, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	for b.Loop() {
		dir := b.TempDir()
		from := filepath.Join(dir, "from.csv")
		writeRows(b, from, rows)
		text := fmt.Appendf(nil, fileToFile, from, fmt.Sprintf("path = %q", filepath.Join(dir, "to.csv")), "snapshot {\n sort_by = [\"nom\"]\n }\n")
		require.NoError(b, os.WriteFile(filepath.Join(dir, "main.hcl"), text, 0o600))
		for _, run := range []string{"first", "unchanged"} {
			cmd := exec.Command(filepath.Join(bin, "engine"), "run", dir)
			cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + os.TempDir(), "ENGINE_KEY=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"}
			said, err := cmd.CombinedOutput()
			require.NoError(b, err, string(said))
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			require.True(b, ok)
			b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MB-"+run) // kilobytes on Linux
			b.ReportMetric(cmd.ProcessState.UserTime().Seconds()+cmd.ProcessState.SystemTime().Seconds(), "engine-CPU-s-"+run)
		}
	}
	b.ReportMetric(float64(rows*2*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func writeRows(b *testing.B, path string, rows int) {
	file, err := os.Create(path)
	require.NoError(b, err)
	out := bufio.NewWriter(file)
	_, _ = out.WriteString("matricule;nom;né le;taux\r\n")
	for i := range rows {
		fmt.Fprintf(out, "%07d;Œuvrard-N'Guyen %d Zoé;05/02/1990;%d,%d\r\n", i, i*7919%rows, i%100, i%10)
	}
	require.NoError(b, out.Flush())
	require.NoError(b, file.Close())
}
