package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/engine"
	"passerelle/engine/lang"
)

// BenchmarkPlanStart is what a plan with two plugins costs before its first
// request reaches the source: mutual TLS included, the network and the other
// system not. Library is from engine.Load on, command from the start of the
// process on. The goal is 60 ms.
func BenchmarkPlanStart(b *testing.B) {
	mapping, err := filepath.Abs("../../mappings/lucca-oppus")
	require.NoError(b, err)
	first := make(chan time.Time, 16)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		first <- time.Now()
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	env := map[string]string{
		"LUCCA_API_KEY": "key", "OPPUS_API_KEY": "key",
		"ENGINE_KEY":    "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"ENGINE_LEDGER": filepath.Join(b.TempDir(), "ledger.db"),
	}

	measure := func(b *testing.B, plan func()) {
		var total time.Duration
		for b.Loop() {
			for len(first) > 0 {
				<-first
			}
			start := time.Now()
			plan()
			total += (<-first).Sub(start)
		}
		b.ReportMetric(float64(total.Microseconds())/1000/float64(b.N), "ms-to-first-request/op")
	}
	b.Run("library", func(b *testing.B) {
		measure(b, func() {
			w, found := engine.Load(mapping, engine.Options{
				PluginDirs: []string{bin},
				Inputs:     map[string]lang.InputValue{"lucca_url": {Text: server.URL}, "oppus_url": {Text: server.URL}},
				LookupEnv:  func(name string) (string, bool) { value, ok := env[name]; return value, ok },
			})
			require.False(b, found.HasErrors())
			planned, found := w.Plan(b.Context(), engine.PlanOptions{})
			require.False(b, found.HasErrors(), "%v", found)
			require.Equal(b, "unauthorized", planned[0].Found[0].Code)
			require.NoError(b, w.Close())
		})
	})
	b.Run("command", func(b *testing.B) {
		measure(b, func() {
			cmd := exec.Command(filepath.Join(bin, "engine"), "plan", mapping)
			cmd.Env = []string{"HOME=" + b.TempDir(), "ENGINE_INPUT_lucca_url=" + server.URL, "ENGINE_INPUT_oppus_url=" + server.URL}
			for name, value := range env {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			said, _ := cmd.CombinedOutput()
			require.Equal(b, codeCredentials, cmd.ProcessState.ExitCode(), string(said))
		})
	})
	b.Run("version", func(b *testing.B) {
		for b.Loop() {
			cmd := exec.Command(filepath.Join(bin, "engine"), "version")
			cmd.Stderr = os.Stderr
			require.NoError(b, cmd.Run())
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
	})
}
