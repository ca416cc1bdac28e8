package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkValidate is what engine validate costs through the real binary, once
// the plugins' schemas are remembered. The goals are 100 ms for each workspace
// that is shipped, and a second for one of two hundred mappings.
func BenchmarkValidate(b *testing.B) {
	workspaces := map[string]string{"two hundred mappings": twoHundred(b)}
	for _, room := range []string{"mappings", "examples"} {
		found, err := filepath.Glob(filepath.Join("..", "..", room, "*"))
		require.NoError(b, err)
		for _, dir := range found {
			if files, _ := filepath.Glob(filepath.Join(dir, "*.hcl")); len(files) > 0 {
				workspaces[room+"/"+filepath.Base(dir)] = dir
			}
		}
	}
	home := b.TempDir()
	validate := func(dir string) error {
		cmd := exec.Command(filepath.Join(bin, "engine"), "validate", dir)
		cmd.Env = []string{"HOME=" + home}
		said, err := cmd.CombinedOutput()
		if err != nil && strings.Contains(string(said), "plugin-not-found") {
			b.Skip("it needs a plugin that these tests don't build")
		}
		if err != nil {
			return fmt.Errorf("%w: %s", err, said)
		}
		return nil
	}
	for name, dir := range workspaces {
		b.Run(name, func(b *testing.B) {
			require.NoError(b, validate(dir))
			for b.Loop() {
				require.NoError(b, validate(dir))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
		})
	}
}

// twoHundred writes a workspace of two hundred mappings, each like the shipped
// one, to a resource of its own as far as validate can tell: two that sent one
// field would be refused, so each has its connection.
func twoHundred(t testing.TB) string {
	t.Helper()
	shipped, err := os.ReadFile(filepath.Join("..", "..", "mappings", "lucca-oppus", "lucca-oppus.hcl"))
	require.NoError(t, err)
	text := string(shipped)
	at := strings.Index(text, "mapping \"")
	require.Positive(t, at)
	end := at + strings.Index(text[at:], "\n}\n") + 3
	mapping := text[at:end]
	name := strings.Split(mapping, `"`)[1]
	var all strings.Builder
	all.WriteString(text)
	for i := range 199 {
		fmt.Fprintf(&all, "connection \"oppus_%d\" {\n  plugin = \"oppus\"\n  url = input.oppus_url\n  api_key = env(\"OPPUS_API_KEY\")\n}\n", i)
		again := strings.Replace(mapping, `mapping "`+name+`"`, fmt.Sprintf(`mapping "%s_%d"`, name, i), 1)
		all.WriteString(strings.ReplaceAll(again, "connection.oppus", fmt.Sprintf("connection.oppus_%d", i)))
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "all.hcl"), []byte(all.String()), 0o600))
	return dir
}
