package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// Machine is where the figures are from: they mean nothing elsewhere, ratios do.
type Machine struct {
	CPU      string  `json:"cpu"`
	Cores    int     `json:"cores"`
	MemoryGB float64 `json:"memory_gb,omitempty"`
	Kernel   string  `json:"kernel"`
	Go       string  `json:"go"`
	Load     string  `json:"load_before,omitempty"` // over 1, 5 and 15 minutes
}

func thisMachine() Machine {
	m := Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(), Kernel: runtime.GOOS}
	if out, err := exec.Command("uname", "-sr").Output(); err == nil {
		m.Kernel = strings.TrimSpace(string(out))
	}
	info, _ := os.ReadFile("/proc/cpuinfo")
	if _, rest, ok := strings.Cut(string(info), "model name\t: "); ok {
		m.CPU, _, _ = strings.Cut(rest, "\n")
	}
	memory, _ := os.ReadFile("/proc/meminfo")
	m.MemoryGB = rounded(float64(numberAfter(string(memory), "MemTotal:")) / (1 << 20))
	load, _ := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(load)); len(fields) > 3 {
		m.Load = strings.Join(fields[:3], " ")
	}
	return m
}

// versionOf is what the engine says of itself, in one line.
func versionOf(engine string) string {
	out, err := exec.Command(engine, "version").Output()
	if err != nil {
		return "unknown"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
