package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"

	"passerelle/engine"
)

// Inside is what can only be seen from inside the engine's process: the engine
// runs as a library there, its plugins as ever.
type Inside struct {
	Scenario string  `json:"scenario"`
	Title    string  `json:"title"`
	Records  int     `json:"records"`
	Allocs   float64 `json:"allocs_per_record"` // of the engine's process, all of the run
	Bytes    float64 `json:"bytes_per_record"`
	Parts    []Part  `json:"parts,omitempty"` // of its CPU, the largest first
}

// insides are the scenarios that are looked into.
var insides = []string{"snapshot", "first", "unchanged", "changed"}

// lookInside runs some scenarios once more with the engine inside this program.
// Their CPU is not compared with anything: it has the profiler's in it.
func (o *options) lookInside(ctx context.Context, p *place, report *Report, talk io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	profiles := p.path("profiles")
	if o.profile != "" {
		profiles = o.profile
	}
	if err := os.MkdirAll(profiles, 0o755); err != nil {
		return err
	}
	defer func() { p.instead = nil }()
	for _, s := range everyRound {
		if !slices.Contains(insides, s.Name) || o.only != nil && !slices.Contains(o.only, s.Name) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		result, profile := p.path("inside.json"), filepath.Join(profiles, s.Name+".pprof")
		p.instead = []string{self, "inside", result, profile}
		if _, err := s.run(p); err != nil {
			return fmt.Errorf("%s, from inside: %w", s.Title, err)
		}
		seen := Inside{Scenario: s.Name, Title: s.Title, Records: p.records}
		text, err := os.ReadFile(result)
		if err == nil {
			err = json.Unmarshal(text, &seen)
		}
		if err != nil {
			return err
		}
		if seen.Parts, err = parts(ctx, profile, p.records); err != nil {
			return err
		}
		seen.Allocs, seen.Bytes = rounded(seen.Allocs/float64(p.records)), math.Round(seen.Bytes/float64(p.records))
		report.Inside = append(report.Inside, seen)
		fmt.Fprintf(talk, "  from inside    %-52s %7.2f allocations a record\n", s.Title, seen.Allocs)
	}
	return nil
}

// runInside is `bench inside RESULT PROFILE run DIR`: one run of the engine, as
// the engine's own command makes it, counted and profiled.
func runInside(args []string) (err error) {
	if len(args) != 4 || args[2] != "run" {
		return errors.New("bench inside RESULT PROFILE run DIR is for bench itself")
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // as cmd/engine does
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(72 << 20)
	}
	profile, err := os.Create(args[1])
	if err != nil {
		return err
	}
	defer func() {
		if closed := profile.Close(); err == nil {
			err = closed
		}
	}()
	if err := pprof.StartCPUProfile(profile); err != nil {
		return err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = runEngine(args[3])
	runtime.ReadMemStats(&after)
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]float64{
		"allocs_per_record": float64(after.Mallocs - before.Mallocs), // of the whole run: the caller divides
		"bytes_per_record":  float64(after.TotalAlloc - before.TotalAlloc),
	})
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], text, 0o600)
}

func runEngine(dir string) (err error) {
	w, found := engine.Load(dir, engine.Options{PluginDirs: []string{os.Getenv("ENGINE_PLUGIN_DIR")}})
	if found.HasErrors() {
		return found.Err()
	}
	defer func() {
		if closed := w.Close(); err == nil {
			err = closed
		}
	}()
	runs, found := w.Run(context.Background(), engine.RunOptions{})
	if found.HasErrors() {
		return found.Err()
	}
	for _, ran := range runs {
		if ran.Status != engine.Succeeded {
			return fmt.Errorf("the run ended as %s: %w", ran.Status, ran.Found.Err())
		}
	}
	return nil
}
