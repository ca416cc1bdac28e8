package host

import (
	"fmt"
	"os"
	"regexp"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"passerelle/engine/diag"
)

// cpuShare is how much of its time a process must have used, by the count that the
// kernel gives afterwards, to have been killed for it. It kills by another count,
// of ticks, which on a busy machine is ahead by a fifth and more.
const cpuShare = 0.6

// outOfMemory is how runtimes say that they got no more: Go's and C's, Node's and
// Java's, Python's.
var outOfMemory = regexp.MustCompile(`out of memory|annot allocate memory|cannot map pages|failed to create new OS thread|pthread_create failed|OutOfMemoryError|^MemoryError`)

// beyond says that the process ended because it met a limit that the operator set;
// nil: it didn't, as far as can be told. The kernel says only how a process ended,
// never why: used-up time is known by its amount, and memory by what the plugin
// said last.
func beyond(p *Plugin) *diag.Diagnostic {
	state, limits := p.process.ended(), p.process.limits
	if state == nil {
		return nil
	}
	if used := state.UserTime() + state.SystemTime(); outOfTime(state, limits.CPU, used) {
		return &diag.Diagnostic{
			Code: "plugin-limit", Class: diag.Fault,
			Summary: fmt.Sprintf("The plugin %q used all the processor time that it may", p.name),
			Detail:  fmt.Sprintf("The system killed it after about %s. --plugin-cpu, or ENGINE_PLUGIN_CPU, allows %s.", used.Round(100*time.Millisecond), limits.CPU),
			Remedy:  "Allow more, or find out what it does so long: --trace shows each call. Then run again: what was left open is settled first.",
		}
	}
	if limits.Memory > 0 && saysOutOfMemory(append(p.process.trace.stack(), p.process.trace.tail()...)) {
		return &diag.Diagnostic{
			Code: "plugin-limit", Class: diag.Fault,
			Summary: fmt.Sprintf("The plugin %q needed more memory than it may use", p.name),
			Detail:  fmt.Sprintf("It got no more, and ended %s. --plugin-memory, or ENGINE_PLUGIN_MEMORY, allows %s.", ending(state), humanize.IBytes(uint64(limits.Memory))),
			Remedy:  "Allow more: threads count as well, so that less than 256MiB is seldom enough. Then run again: what was left open is settled first.",
		}
	}
	return nil
}

// outOfTime reports whether a process was killed after it had used all its time, or
// so much of it that nothing else is as likely. One signal says so by itself.
func outOfTime(state *os.ProcessState, limit, used time.Duration) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	if limit <= 0 || !ok || !status.Signaled() {
		return false
	}
	return status.Signal() == syscall.SIGXCPU || status.Signal() == syscall.SIGKILL && used.Seconds() >= cpuShare*limit.Seconds()
}

func saysOutOfMemory(lines []string) bool {
	for _, line := range lines {
		if outOfMemory.MatchString(line) {
			return true
		}
	}
	return false
}

// tight is said of a plugin that ended at its start, without a word, under a limit
// of memory.
func (p *Plugin) tight() string {
	if p.process.limits.Memory <= 0 || p.process.ended() == nil {
		return ""
	}
	return fmt.Sprintf(" It may use %s of memory (--plugin-memory): too little ends a process in many ways.", humanize.IBytes(uint64(p.process.limits.Memory)))
}
