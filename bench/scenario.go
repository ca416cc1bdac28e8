package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"passerelle/bench/people"
)

// scenario is one thing that is measured, in every round.
type scenario struct {
	Name  string // in JSON and for --only
	Title string
	run   func(*place) (Cost, error)
}

// The two loops, under the names that ratios are to.
const loopA, loopB = "A", "B"

// everyRound is what is measured at every size, in this order.
var everyRound = []scenario{
	{loopA, "A: by hand, one process, the project's scanner", loop("scan")},
	{loopB, "B: by hand, one process, encoding/json", loop("standard")},
	{"plan", "plan alone, empty ledger", (*place).plan},
	{"snapshot", "a file into a file (snapshot), empty ledger", func(p *place) (Cost, error) { return p.snapshot("file", 0) }},
	{"first", "first load: everybody created", (*place).first},
	{"unchanged", "again: nothing has changed", (*place).unchanged},
	{"changed", "again: one in twenty has changed", (*place).changed},
}

// variations change one thing each of the snapshot, at one size.
func variations() []scenario {
	out := []scenario{{"snapshot-plain", "snapshot without TLS between the processes", (*place).plain}}
	for _, batch := range []int{16, 64, 256, 1024} {
		out = append(out, scenario{fmt.Sprintf("batch-%d", batch), fmt.Sprintf("snapshot, read in batches of %d", batch),
			func(p *place) (Cost, error) { return p.snapshot("bench", batch) }})
	}
	for _, fields := range widths {
		out = append(out, scenario{fmt.Sprintf("fields-%d", fields), fmt.Sprintf("snapshot of wide records, %d fields mapped", fields),
			func(p *place) (Cost, error) { return p.wide(fields) }})
	}
	return out
}

// widths are how many fields are mapped of the same wide records.
var widths = []int{5, 10, 20, 40}

const widest = 40

// loops are those that this program runs as a process of its own.
var loops = map[string]people.Loop{"scan": people.Scan, "standard": people.Standard}

func loop(name string) func(*place) (Cost, error) {
	return func(p *place) (Cost, error) {
		if err := gone(p.out()); err != nil {
			return Cost{}, err
		}
		self, err := os.Executable()
		if err != nil {
			return Cost{}, err
		}
		cost, err := measure(exec.Command(self, "loop", name, p.in(), p.out()))
		if err == nil {
			err = p.wrote("before")
		}
		return cost, err
	}
}

// operations is the workspace whose target takes creations and updates.
func (p *place) operations() (string, error) {
	dir := p.path("operations")
	return dir, job{from: p.in(), to: p.out(), reader: "file"}.write(dir)
}

const operationsLedger = "operations-ledger"

func (p *place) plan() (Cost, error) {
	dir, err := p.operations()
	if err == nil {
		err = p.fresh("plan-ledger")
	}
	if err != nil {
		return Cost{}, err
	}
	var said strings.Builder
	cmd := p.engineCommand("plan-ledger", "plan", dir)
	cmd.Stdout = &said
	cost, err := measure(cmd)
	if err == nil && !strings.Contains(said.String(), fmt.Sprintf("%d records would be written", p.records)) {
		err = fmt.Errorf("the plan is not to create everybody:\n%s", said.String())
	}
	if err == nil {
		err = p.wroteNothing()
	}
	return cost, err
}

func (p *place) first() (Cost, error) {
	dir, err := p.operations()
	if err == nil {
		err = p.fresh(operationsLedger)
	}
	if err == nil {
		err = p.offer("before")
	}
	if err != nil {
		return Cost{}, err
	}
	cost, err := measure(p.engineCommand(operationsLedger, "run", dir))
	if err == nil {
		err = p.wrote("before")
	}
	if err == nil {
		cost.Ledger, err = p.size(operationsLedger)
	}
	p.loaded = err == nil
	return cost, err
}

// load has everybody in the ledger, also where the first load isn't measured.
func (p *place) load() (string, error) {
	if !p.loaded {
		if _, err := p.first(); err != nil {
			return "", err
		}
	}
	if err := gone(p.out()); err != nil {
		return "", err
	}
	return p.operations()
}

func (p *place) unchanged() (Cost, error) {
	dir, err := p.load()
	if err != nil {
		return Cost{}, err
	}
	cost, err := measure(p.engineCommand(operationsLedger, "run", dir))
	if err == nil {
		err = p.wroteNothing()
	}
	return cost, err
}

func (p *place) changed() (Cost, error) {
	dir, err := p.load()
	if err == nil {
		err = p.offer("after")
	}
	if err != nil {
		return Cost{}, err
	}
	p.loaded = false // as everybody no longer is
	cost, err := measure(p.engineCommand(operationsLedger, "run", dir))
	if err == nil {
		err = p.wrote("changes")
	}
	if back := p.offer("before"); err == nil {
		err = back
	}
	return cost, err
}

func (p *place) snapshot(reader string, batch int) (Cost, error) {
	return p.snapshotOf(job{from: p.in(), to: p.out(), reader: reader, batch: batch, snapshot: true}, "before")
}

func (p *place) snapshotOf(j job, wanted string, beside ...*plugin) (Cost, error) {
	dir := p.path("snapshot")
	err := j.write(dir)
	if err == nil {
		err = p.fresh("snapshot-ledger")
	}
	if err != nil {
		return Cost{}, err
	}
	args := []string{"run", dir}
	for _, plugin := range beside {
		args = append(args, "--attach", plugin.attach)
	}
	cost, err := measure(p.engineCommand("snapshot-ledger", args...), beside...)
	if err == nil {
		err = p.wrote(wanted)
	}
	if err == nil {
		cost.Ledger, err = p.size("snapshot-ledger")
	}
	return cost, err
}

// plain attaches to the plugin as to one under a debugger: the only way of the
// engine's without TLS.
func (p *place) plain() (Cost, error) {
	plugin, err := startPlugin(p.plugin("file"))
	if err != nil {
		return Cost{}, err
	}
	defer plugin.end()
	return p.snapshotOf(job{from: p.in(), to: p.out(), reader: "file", snapshot: true}, "before", plugin)
}

// wide reads the same records however many fields are mapped.
func (p *place) wide(fields int) (Cost, error) {
	name := fmt.Sprintf("wide-%d", fields)
	who := people.Everybody{Records: p.records, Extra: widest}
	if err := p.employees(name, who, people.WideByHand(fields)); err != nil {
		return Cost{}, err
	}
	return p.snapshotOf(job{from: p.path(name + ".jsonl"), to: p.out(), reader: "file", snapshot: true, fields: fields}, name)
}
