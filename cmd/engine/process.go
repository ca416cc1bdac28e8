package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"passerelle/engine"
	"passerelle/engine/diag"
)

// processing is how plugins' processes are run: what a flag says, or else the
// environment.
type processing struct {
	attach      []string
	memory, cpu string
	silence     string
	sandbox     bool
	read        []string
	trace       bool
}

func (p *processing) flags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&p.attach, "attach", nil, "plugin that runs under a debugger, as name=socket; it prints it when started with --debug (default: ENGINE_PLUGIN_ATTACH)")
	flags.StringVar(&p.memory, "plugin-memory", "", "most memory of each plugin, such as 2GiB; Linux (default: ENGINE_PLUGIN_MEMORY, or no limit)")
	flags.StringVar(&p.cpu, "plugin-cpu", "", "most processor time of each plugin, such as 10m; Linux (default: ENGINE_PLUGIN_CPU, or no limit)")
	flags.StringVar(&p.silence, "plugin-silence", "", "how long a plugin may say nothing while it is asked for something, such as 30m; then it is given up (default: ENGINE_PLUGIN_SILENCE, or 10m)")
	flags.BoolVar(&p.sandbox, "plugin-sandbox", false, "keep each plugin to what its connections name: their files, their ports; Linux (default: ENGINE_PLUGIN_SANDBOX=1)")
	flags.StringArrayVar(&p.read, "plugin-read", nil, "file or folder that plugins may read in the sandbox besides, such as a language's runtime; may be repeated (default: ENGINE_PLUGIN_READ)")
	flags.BoolVar(&p.trace, "trace", false, "tell of every call to a plugin: duration and sizes, never what was in it")
}

// options gives the engine what the flags say.
func (p *processing) options(c *command, o *engine.Options) diag.Diagnostics {
	attach := p.attach
	if text := os.Getenv("ENGINE_PLUGIN_ATTACH"); len(attach) == 0 && text != "" {
		attach = strings.Split(text, ",")
	}
	var found diag.Diagnostics
	if o.Attach, found = pairs("--attach", "name=socket", attach); found.HasErrors() {
		return found
	}
	if text := given(p.memory, "ENGINE_PLUGIN_MEMORY"); text != "" {
		bytes, err := humanize.ParseBytes(text)
		if err != nil || bytes < 1<<20 || bytes > 1<<50 {
			return diag.Diagnostics{usageFault("--plugin-memory, or ENGINE_PLUGIN_MEMORY, is a size such as 512MiB or 2GiB")}
		}
		o.Limits.Memory = int64(bytes)
	}
	if text := given(p.cpu, "ENGINE_PLUGIN_CPU"); text != "" {
		limit, err := time.ParseDuration(text)
		if err != nil || limit < time.Second {
			return diag.Diagnostics{usageFault("--plugin-cpu, or ENGINE_PLUGIN_CPU, is a time such as 90s or 10m")}
		}
		o.Limits.CPU = limit
	}
	if text := given(p.silence, "ENGINE_PLUGIN_SILENCE"); text != "" {
		limit, err := time.ParseDuration(text)
		if err != nil || limit < time.Second {
			return diag.Diagnostics{usageFault("--plugin-silence, or ENGINE_PLUGIN_SILENCE, is a time such as 90s or 30m")}
		}
		o.PluginSilence = limit
	}
	if !engine.CanLimit(o.Limits) {
		return diag.Diagnostics{{
			Code: "no-limits", Summary: "This system can't limit a plugin's memory or processor time",
			Detail: "Linux can. Elsewhere a process can only limit itself.", Remedy: "Leave out --plugin-memory and --plugin-cpu, and their variables.",
		}}
	}
	if ds := p.sandboxed(o); ds.HasErrors() {
		return ds
	}
	if p.trace {
		o.WatchCalls = c.traced
	}
	return nil
}

// sandboxed says what the sandbox is, and refuses one that can't be had.
func (p *processing) sandboxed(o *engine.Options) diag.Diagnostics {
	o.Sandbox.On = p.sandbox
	if text := os.Getenv("ENGINE_PLUGIN_SANDBOX"); text != "" && !p.sandbox {
		on, err := strconv.ParseBool(text)
		if err != nil {
			return diag.Diagnostics{usageFault("ENGINE_PLUGIN_SANDBOX is 1 or 0")}
		}
		o.Sandbox.On = on
	}
	if o.Sandbox.Read = p.read; len(p.read) == 0 {
		o.Sandbox.Read = filepath.SplitList(os.Getenv("ENGINE_PLUGIN_READ"))
	}
	if !o.Sandbox.On {
		if len(p.read) > 0 {
			return diag.Diagnostics{usageFault("--plugin-read opens something in a sandbox, and there is none without --plugin-sandbox")}
		}
		return nil
	}
	for i, path := range o.Sandbox.Read {
		full, err := filepath.Abs(path)
		if err == nil {
			_, err = os.Stat(full)
		}
		if err != nil {
			return diag.Diagnostics{usageFault("--plugin-read, or ENGINE_PLUGIN_READ, names " + path + ", which isn't there")}
		}
		o.Sandbox.Read[i] = full
	}
	if err := engine.CanSandbox(); err != nil {
		return diag.Diagnostics{{
			Code: "no-sandbox", Summary: "A sandbox for plugins was asked for, and this system offers none",
			Detail: "The reason: " + err.Error() + ". Nothing was started.",
			Remedy: "Leave out --plugin-sandbox and ENGINE_PLUGIN_SANDBOX, and contain the engine from outside (SECURITY.md).",
		}}
	}
	if len(o.Attach) > 0 {
		return diag.Diagnostics{usageFault("--attach speaks to a process that somebody else started, which no sandbox holds: leave out --attach, or --plugin-sandbox")}
	}
	return nil
}

func given(flag, variable string) string {
	if flag != "" {
		return flag
	}
	return os.Getenv(variable)
}

// traced tells of one call. Calls end in any goroutine: each is one write.
func (c *command) traced(call engine.Call) {
	if c.json {
		_ = c.event(map[string]any{
			"type": "call", "plugin": call.Plugin, "method": call.Method, "took_ms": call.Took.Milliseconds(), "status": call.Status,
			"sent": call.Sent, "sent_bytes": call.SentBytes, "received": call.Received, "received_bytes": call.GotBytes,
		})
		return
	}
	fmt.Fprintf(c.stderr, "call %s.%s: %s, %s; sent %s in %d, received %s in %d\n", call.Plugin, call.Method, call.Status, call.Took.Round(time.Millisecond),
		humanize.IBytes(uint64(call.SentBytes)), call.Sent, humanize.IBytes(uint64(call.GotBytes)), call.Received)
}
