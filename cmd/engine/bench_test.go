package main

import (
	"bufio"
	"bytes"
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

// BenchmarkOperations carries a file to a target that takes records one by one,
// and keeps nothing: a plan that is only looked at, a first run that creates
// everybody, one that finds them unchanged, and one that updates everybody. It
// gives what memory the engine's process took at its peak, and its processor
// time. OPERATIONS_BENCH_ROWS=1000000 is the million.
func BenchmarkOperations(b *testing.B) {
	rows := 50_000
	if text := os.Getenv("OPERATIONS_BENCH_ROWS"); text != "" {
		var err error
		rows, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	sink := filepath.Join(b.TempDir(), "engine-plugin-sink")
	said, err := exec.Command("go", "build", "-o", sink, "./testdata/sink").CombinedOutput()
	require.NoError(b, err, string(said))
	for b.Loop() {
		dir := b.TempDir()
		from := filepath.Join(dir, "from.csv")
		writeRows(b, from, rows)
		require.NoError(b, os.WriteFile(filepath.Join(dir, "main.hcl"), fmt.Appendf(nil, fileToSink, from), 0o600))
		mapping := filepath.Join(dir, "main.hcl")
		for _, step := range []struct{ name, command, says string }{
			{"plan", "plan", "would be written"}, {"first", "run", "created"}, {"unchanged", "run", "Nothing to do"}, {"update", "run", "updated"},
		} {
			if step.name == "update" {
				text, err := os.ReadFile(mapping)
				require.NoError(b, err)
				require.NoError(b, os.WriteFile(mapping, bytes.Replace(text, []byte("row.nom"), []byte("row.nom.upper()"), 1), 0o600))
			}
			cmd := exec.Command(filepath.Join(bin, "engine"), step.command, dir, "--plugin", "sink="+sink)
			cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + os.TempDir(), "ENGINE_KEY=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"}
			said, err := cmd.CombinedOutput()
			require.NoError(b, err, string(said))
			require.Contains(b, string(said), step.says)
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			require.True(b, ok)
			b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MB-"+step.name) // kilobytes on Linux
			b.ReportMetric(cmd.ProcessState.UserTime().Seconds()+cmd.ProcessState.SystemTime().Seconds(), "engine-CPU-s-"+step.name)
		}
	}
	b.ReportMetric(float64(rows*4*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// fileToSink is a workspace that carries a file to the sink.
const fileToSink = `
connection "from" {
  plugin = "file"
  path   = %q
}
connection "to" { plugin = "sink" }
mapping "rows" {
  source "row" {
    connection = connection.from
    resource   = "rows"
    id         = ["matricule"]
    field "matricule" {
      path = "matricule"
      type = string
    }
    field "nom" {
      path = "nom"
      type = string
    }
    field "ne_le" {
      path = "[\"né le\"]"
      type = date
    }
    field "taux" {
      path = "taux"
      type = decimal
    }
    dates       = ["né le"]
    decimals    = ["taux"]
    date_format = "dd/MM/yyyy"
    decimal     = ","
  }
  guard {
    changes { at_most = "100%%" }
  }
  target "person" {
    connection = connection.to
    resource   = "people"
    key        = "matricule"
    map = {
      matricule = "row.matricule"
      nom       = "row.nom"
      ne_le     = "row.ne_le"
      taux      = "row.taux"
    }
  }
}
`

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
