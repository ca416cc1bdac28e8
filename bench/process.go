package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Cost is what one run took. CPU is user and system time of all its processes,
// System the second of these alone.
type Cost struct {
	Wall, CPU, System time.Duration
	Processes         []Process
	Ledger            int64 // bytes that the ledger has on disk after it
}

// Process is one process of a run. Its CPU is known to 10 ms, its peak as the
// kernel's own high-water mark.
type Process struct {
	Name   string        `json:"name"`
	CPU    time.Duration `json:"cpu_ns"`
	PeakMB float64       `json:"peak_mb"`
}

// sampling is how often the processes of a run are looked at. What a plugin used
// in its last moments is missing from its own line, never from the sum. New ones
// are looked for more seldom: the kernel takes long to say whose children are whose.
const (
	sampling  = 20 * time.Millisecond
	searching = 10 // samplings
)

// measure runs a command to its end. beside are processes that take part and are
// not its children.
func measure(cmd *exec.Cmd, beside ...*plugin) (Cost, error) {
	var said bytes.Buffer
	cmd.Stderr = &said
	if cmd.Stdout == nil {
		cmd.Stdout = &said
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return Cost{}, err
	}
	pids := []int{cmd.Process.Pid}
	for _, p := range beside {
		pids = append(pids, p.cmd.Process.Pid)
	}
	watched := watch(pids)
	err := cmd.Wait()
	cost := Cost{Wall: time.Since(start)}
	cost.Processes = watched.end()
	if err != nil {
		return cost, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, said.String())
	}
	cost.add(cmd.ProcessState)
	for _, p := range beside {
		if err := p.stop(); err != nil {
			return cost, err
		}
		cost.add(p.cmd.ProcessState)
	}
	return cost, whole(&cost, cmd)
}

// whole makes sure that the kernel's sum has the plugins in it: it has those that
// the engine waited for.
func whole(cost *Cost, cmd *exec.Cmd) error {
	if len(cost.Processes) == 0 { // this system shows no processes
		usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		cost.Processes = []Process{{Name: filepath.Base(cmd.Path), CPU: cost.CPU, PeakMB: maxRSS(usage)}}
		return nil
	}
	var seen time.Duration
	for _, p := range cost.Processes {
		seen += p.CPU
	}
	if slack := time.Duration(len(cost.Processes)) * 20 * time.Millisecond; seen > cost.CPU+slack {
		return fmt.Errorf("%s: its processes used %s, but only %s were accounted for: it didn't wait for all of them", cmd.Path, seen, cost.CPU)
	}
	return nil
}

func (c *Cost) add(s *os.ProcessState) {
	c.CPU += s.UserTime() + s.SystemTime()
	c.System += s.SystemTime()
}

// maxRSS is in kilobytes on Linux, in bytes elsewhere.
func maxRSS(usage *syscall.Rusage) float64 {
	if runtime.GOOS == "linux" {
		return float64(usage.Maxrss) / 1024
	}
	return float64(usage.Maxrss) / (1 << 20)
}

// watched are the processes of a run, as they were last seen.
type watched struct {
	roots []int
	stop  chan struct{}
	done  sync.WaitGroup
	order []int
	last  map[int]Process
}

func watch(roots []int) *watched {
	w := &watched{roots: roots, stop: make(chan struct{}), last: map[int]Process{}}
	w.done.Go(func() {
		ticks := time.NewTicker(sampling)
		defer ticks.Stop()
		for n := 0; ; n++ {
			if n%searching == 0 || len(w.order) <= len(w.roots) {
				w.search()
			}
			w.look()
			select {
			case <-w.stop:
				return
			case <-ticks.C:
			}
		}
	})
	return w
}

func (w *watched) end() []Process {
	close(w.stop)
	w.done.Wait()
	var out []Process
	for _, pid := range w.order {
		if p, ok := w.last[pid]; ok {
			out = append(out, p)
		}
	}
	return out
}

// search finds processes that are new.
func (w *watched) search() {
	for _, root := range w.roots {
		for _, pid := range append([]int{root}, children(root)...) {
			if !slices.Contains(w.order, pid) {
				w.order = append(w.order, pid)
			}
		}
	}
}

func (w *watched) look() {
	for _, pid := range w.order {
		if p, ok := inspect(pid); ok {
			w.last[pid] = p // otherwise it has ended
		}
	}
}

// children are those of a process, whichever of its threads started them.
func children(pid int) (pids []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// clockTick is what /proc counts CPU in; Linux shows it so to every program.
const clockTick = time.Second / 100

func inspect(pid int) (Process, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Process{}, false
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	name, _, _ := strings.Cut(string(command), "\x00")
	_, after, _ := strings.Cut(string(stat), ") ") // the name may hold anything
	fields := strings.Fields(after)
	peak := numberAfter(string(status), "VmHWM:")
	if len(fields) < 13 || name == "" || peak == 0 {
		return Process{}, false // it is ending
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return Process{Name: filepath.Base(name), CPU: time.Duration(user+system) * clockTick, PeakMB: float64(peak) / 1024}, true
}

// numberAfter is the number that follows a word in a text; 0 without.
func numberAfter(text, word string) int {
	_, rest, _ := strings.Cut(text, word)
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(fields[0])
	return n
}
