package host

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"passerelle/engine/diag"
	"passerelle/engine/trust"
)

const (
	defaultStartTimeout = 10 * time.Second
	defaultStopTimeout  = 4 * time.Second
)

// Options are how plugins are found and run. The zero Options are usable.
type Options struct {
	Paths map[string]string // name → executable, from --plugin: looked at alone when the name is in it
	Dirs  []string          // looked in first
	Lock  *trust.Lock       // vouches for plugins in the store; nil: the workspace has none

	Limits  Limits            // of each plugin's process
	Sandbox Sandbox           // of each plugin's process
	Attach  map[string]string // name → socket of a plugin that runs under a debugger
	Watch   func(Call)        // told of every call when it ends, from any goroutine; nil: nobody watches

	Logger hclog.Logger // gets what plugins log; nil: nothing is logged
	Level  string       // the level plugins log at: trace … error, off; empty: warn

	StartTimeout time.Duration // from the start of the process to its description; 0: 10 s
	StopTimeout  time.Duration // for all of Close's friendly part; 0: 4 s
	Silence      time.Duration // how long a plugin may say nothing while it is asked for something; 0: 10 min
}

// Host runs plugins, each once however many connections use it. Its methods may
// be called concurrently. Close must be called.
type Host struct {
	options Options
	starter *starter
	live    context.Context
	stop    context.CancelFunc
	closing sync.Once

	mu      sync.Mutex
	plugins map[string]*entry
}

// entry is one plugin that was asked for. Its other fields are set before ready
// is closed.
type entry struct {
	ready  chan struct{}
	plugin *Plugin
	diags  diag.Diagnostics
	fitted bool // started anew with what its connections need; guarded by Host.mu
}

// New makes a Host. It starts nothing yet.
func New(o Options) *Host {
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
	if o.Level == "" {
		o.Level = "warn"
	}
	if o.StartTimeout <= 0 {
		o.StartTimeout = defaultStartTimeout
	}
	if o.StopTimeout <= 0 {
		o.StopTimeout = defaultStopTimeout
	}
	if o.Silence <= 0 {
		o.Silence = defaultSilence
	}
	live, stop := context.WithCancel(context.Background())
	return &Host{
		options: o,
		starter: newStarter(),
		live:    live,
		stop:    stop,
		plugins: map[string]*entry{},
	}
}

// Start starts plugins at the same time and reports every failure, in the order
// of the names.
func (h *Host) Start(ctx context.Context, names []string) diag.Diagnostics {
	found := make([]diag.Diagnostics, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() { _, found[i] = h.Plugin(ctx, name) })
	}
	all.Wait()
	var out diag.Diagnostics
	for _, ds := range found {
		out = append(out, ds...)
	}
	return Unique(out)
}

// Plugin gives a running plugin that has described itself. It is started at the
// first call; one that failed to start or that crashed is not started again.
func (h *Host) Plugin(ctx context.Context, name string) (*Plugin, diag.Diagnostics) {
	if ctx.Err() != nil {
		return nil, diag.Diagnostics{interrupted(name)}
	}
	h.mu.Lock()
	if h.live.Err() != nil {
		h.mu.Unlock()
		return nil, diag.Diagnostics{stopped(name)}
	}
	e, ok := h.plugins[name]
	if !ok {
		e = &entry{ready: make(chan struct{})}
		h.plugins[name] = e
		// The start belongs to the host, not to the first caller: another one may be
		// waiting for it too. Callers that give up stop waiting, and Close ends it.
		go func() {
			defer close(e.ready)
			e.plugin, e.diags = h.start(name, h.options.Sandbox.around(os.Getenv))
		}()
	}
	h.mu.Unlock()
	return e.wait(ctx, name)
}

func (e *entry) wait(ctx context.Context, name string) (*Plugin, diag.Diagnostics) {
	select {
	case <-e.ready:
		return e.plugin, e.diags
	case <-ctx.Done():
		return nil, diag.Diagnostics{interrupted(name)}
	}
}

// Fit opens to a plugin in the sandbox what its connections need, all of them
// together; without a sandbox it does nothing. What a process may reach is settled
// before it begins, and what a plugin asks for is known once it has described
// itself, so this ends the process that did, which had nothing open at all, and
// starts the plugin anew. It must come before the first Configure; a second Fit
// of the same plugin changes nothing.
func (h *Host) Fit(ctx context.Context, name string, needs []Need) diag.Diagnostics {
	if !h.options.Sandbox.On {
		return nil
	}
	described, found := h.Plugin(ctx, name)
	if found.HasErrors() {
		return found
	}
	around := h.options.Sandbox.around(os.Getenv)
	reach, found := h.options.Sandbox.opened(around, name, described.description, needs)
	if found.HasErrors() {
		return found
	}
	h.mu.Lock()
	e := h.plugins[name]
	if !e.fitted && h.live.Err() == nil {
		e = &entry{ready: make(chan struct{}), fitted: true}
		h.plugins[name] = e
		go func() {
			defer close(e.ready)
			described.close(h.options.StopTimeout)
			e.plugin, e.diags = h.start(name, reach)
		}()
	}
	h.mu.Unlock()
	_, found = e.wait(ctx, name)
	return found
}

// Close ends all plugins at the same time: each is asked to close its
// connections, then told to exit, then killed with all its children. It returns
// within StopTimeout and about two seconds more, whatever the plugins do.
// Calls under way fail. Close may be called more than once.
func (h *Host) Close() {
	h.closing.Do(func() {
		h.mu.Lock()
		h.stop()
		entries := make([]*entry, 0, len(h.plugins))
		for _, e := range h.plugins {
			entries = append(entries, e)
		}
		h.mu.Unlock()

		var all sync.WaitGroup
		for _, e := range entries {
			all.Go(func() {
				<-e.ready // a start under way ends because live has
				if e.plugin != nil {
					e.plugin.close(h.options.StopTimeout)
				}
			})
		}
		all.Wait()
		h.starter.close()
		sweep("/tmp")
	})
}
