package main

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"passerelle/bench/people"
	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// MappingStage is what the nine expressions cost beside the same mapping in Go:
// from typed slots to values, nothing before and nothing after.
type MappingStage struct {
	HandNS       float64 `json:"hand_ns"` // of CPU, a record
	HandAllocs   float64 `json:"hand_allocs"`
	EngineNS     float64 `json:"engine_ns"`
	EngineAllocs float64 `json:"engine_allocs"`
	Ratio        float64 `json:"ratio"`
}

const stageRows = 1000

func measureStage(rounds, passes int) (*MappingStage, error) {
	rows, err := stageInput()
	if err != nil {
		return nil, err
	}
	programs, err := compiled()
	if err != nil {
		return nil, err
	}
	hand, engines := made(), made()
	byEngine := evaluator(programs, engines)
	byHand := func(row []record.Value) error { people.MapByHand(row, hand); return nil }
	for n, row := range rows {
		if err := errors.Join(byHand(row), byEngine(row)); err != nil {
			return nil, err
		}
		for i := range hand {
			if !record.Equal(hand[i], engines[i]) {
				return nil, fmt.Errorf("row %d: %s is not what the mapping by hand makes", n, people.Columns[i])
			}
		}
	}
	s := &MappingStage{}
	var ofHand, ofEngine, ratios []float64
	for range rounds {
		var a, b float64
		a, s.HandAllocs = timed(rows, passes, byHand)
		b, s.EngineAllocs = timed(rows, passes, byEngine)
		ofHand, ofEngine, ratios = append(ofHand, a), append(ofEngine, b), append(ratios, b/a)
	}
	s.HandNS, s.EngineNS, s.Ratio = rounded(median(ofHand)), rounded(median(ofEngine)), rounded(median(ratios))
	return s, nil
}

// made is a row of the target.
func made() []record.Value { return make([]record.Value, len(people.Columns)) }

// evaluator runs the programs over a row, one column each, with a Room for their
// texts, as the engine's mapper has one.
func evaluator(programs []*expr.Program, out []record.Value) func([]record.Value) error {
	in := &expr.Input{Rows: make([][]record.Value, 1), Room: &expr.Room{}}
	return func(row []record.Value) error {
		in.Rows[0] = row
		for i, p := range programs {
			v, failure := p.Eval(in)
			if failure != nil {
				return errors.New(failure.Summary)
			}
			out[i] = v
		}
		return nil
	}
}

// timed gives nanoseconds of CPU and allocations a row; whoever else uses the
// machine is not in them.
func timed(rows [][]record.Value, passes int, do func([]record.Value) error) (ns, allocs float64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := ownCPU()
	for range passes {
		for _, row := range rows {
			_ = do(row) // it was tried on every row before
		}
	}
	spent := ownCPU() - start
	runtime.ReadMemStats(&after)
	n := float64(len(rows) * passes)
	return float64(spent.Nanoseconds()) / n, rounded(float64(after.Mallocs-before.Mallocs) / n)
}

// ownCPU is what this process has used so far.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // it fails for a wrong argument alone
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func stageInput() (rows [][]record.Value, err error) {
	var text bytes.Buffer
	if _, err := (people.Everybody{Records: stageRows}).WriteTo(&text); err != nil {
		return nil, err
	}
	scanner, err := record.NewScanner(people.Slots())
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(text.Bytes()) {
		row := make([]record.Value, len(people.Sources))
		if _, err := scanner.Scan(line, row); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func compiled() (programs []*expr.Program, err error) {
	source := expr.Source{Name: "person"}
	for _, s := range people.Sources {
		source.Fields = append(source.Fields, expr.Field{Name: s.Name, Type: record.Basic(s.Kind), MayBeEmpty: true})
	}
	env, err := expr.New(expr.Options{Sources: []expr.Source{source}})
	if err != nil {
		return nil, err
	}
	for _, text := range people.Expressions {
		p, problems := env.Compile(text, expr.Transform)
		if p == nil {
			return nil, fmt.Errorf("%s: %v", text, problems)
		}
		programs = append(programs, p)
	}
	return programs, nil
}
