package host

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// crashWait is how long a broken call waits to learn how the process ended.
const crashWait = 2 * time.Second

// Plugin is one running plugin. Its methods may be called concurrently.
type Plugin struct {
	name        string
	path        string
	hash        string // of the executable, verified as it was started; "" where nothing vouches for it
	log         hclog.Logger
	clean       *cleaner
	process     *process
	client      *plugin.Client
	rpc         protocol.ConnectorClient
	description *protocol.Description
	closing     atomic.Bool
	silence     time.Duration          // how long it may say nothing; 0: for ever
	gaveUp      atomic.Pointer[string] // what it was doing when it was silent for longer
	tempDir     string                 // of a fenced process
	scratch     func()                 // removes the folder that a fenced process has to itself; nil: it has none
	crash       func() diag.Diagnostic // the same one however often it is asked for
}

// start runs from the search for the executable to its description. In a sandbox
// reach is what is open to it.
func (h *Host) start(name string, reach fence) (*Plugin, diag.Diagnostics) {
	if address, ok := h.options.Attach[name]; ok {
		return h.attach(name, address)
	}
	if h.options.Sandbox.On {
		if path, kept := h.options.Sandbox.exposed(reach); kept != "" {
			return nil, diag.Diagnostics{exposes(name, path, kept, slices.Contains(h.options.Sandbox.Read, path))}
		}
	}
	at, ds := locate(name, h.options)
	if ds.HasErrors() {
		return nil, ds
	}
	executable, ds := at.open()
	if ds.HasErrors() {
		return nil, ds
	}
	sockets, held, err := socketDir()
	if err != nil {
		return nil, diag.Diagnostics{noSocketDir(name)}
	}
	defer held.Close()
	defer os.RemoveAll(sockets)
	p := h.newPlugin(name, at.path)
	if err := h.own(p, sockets); err != nil {
		return nil, diag.Diagnostics{notStarted(p, err)}
	}
	p.process.opened, p.hash = executable, at.hash()
	if h.options.Sandbox.On {
		reach.Write = append(slices.Clone(reach.Write), sockets)
		if d := p.enclose(reach); d != nil {
			return nil, diag.Diagnostics{*d}
		}
	}

	ctx, cancel := context.WithTimeoutCause(h.live, h.options.StartTimeout, errStartTimeout)
	defer cancel()
	// go-plugin's own start knows no context. Killing the process makes it return.
	unlink := context.AfterFunc(ctx, p.process.kill)
	defer unlink()
	d := p.begin(ctx)
	if d == nil {
		return p, nil
	}
	p.process.kill()
	p.forget(h.options.StopTimeout)
	p.sweepOwn()
	return nil, diag.Diagnostics{*d}
}

// enclose gives the process its fence and a folder to itself, for what a program
// puts aside while it works.
func (p *Plugin) enclose(reach fence) *diag.Diagnostic {
	if p.process.opened == nil {
		file, err := os.Open(p.path)
		if err != nil {
			d := notReadable(p.name, p.path)
			return &d
		}
		p.process.opened = file
	}
	scratch, held, err := socketDir()
	if err != nil {
		d := noSocketDir(p.name)
		return &d
	}
	p.scratch = sync.OnceFunc(func() { _, _ = os.RemoveAll(scratch), held.Close() })
	p.tempDir = scratch
	reach.Write = append(reach.Write, scratch)
	p.process.fence = &reach
	return nil
}

// sweepOwn removes the process's own folder, once it has ended.
func (p *Plugin) sweepOwn() {
	if p.scratch != nil {
		p.scratch()
	}
}

var errStartTimeout = errors.New("start timeout")

// begin starts the process, shakes hands and asks for the description.
func (p *Plugin) begin(ctx context.Context) *diag.Diagnostic {
	client, err := p.client.Client()
	if err == nil {
		var dispensed any
		dispensed, err = client.Dispense(protocol.Dispensed)
		p.rpc, _ = dispensed.(protocol.ConnectorClient)
	}
	var response *protocol.DescribeResponse
	if err == nil {
		response, err = p.rpc.Describe(ctx, &protocol.DescribeRequest{})
	}
	switch {
	case errors.Is(context.Cause(ctx), errStartTimeout):
		d := startTimeout(p)
		return &d
	case ctx.Err() != nil:
		d := stopped(p.name)
		return &d
	case err != nil:
		d := p.startFailure(err)
		return &d
	}
	if complaints := p.complaints(response.GetDiagnostics()); complaints.HasErrors() {
		return &complaints.Diagnostics().Errors()[0]
	}
	p.description = response.GetDescription()
	if got := p.description.GetName(); got != p.name {
		d := wrongName(p, p.clean.text(got, 60))
		return &d
	}
	return nil
}

// newPlugin is a plugin that nobody speaks with yet.
func (h *Host) newPlugin(name, path string) *Plugin {
	p := &Plugin{name: name, path: path, log: h.options.Logger.Named(name), clean: &cleaner{}, silence: h.options.Silence}
	p.crash = sync.OnceValue(func() diag.Diagnostic { return crashed(p) })
	p.process = newProcess(path, h.starter, p.clean, p.log)
	return p
}

// own prepares go-plugin's client around a process of ours.
func (h *Host) own(p *Plugin, sockets string) error {
	secured, certificate, err := mutualTLS()
	if err != nil {
		return err
	}
	p.process.limits = h.options.Limits
	set := plugin.PluginSet{protocol.Dispensed: client{}}
	// go-plugin gives the runner a cmd with its own variables alone (SkipHostEnv).
	start := func(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
		p.process.cmd.Env = append(h.options.Limits.env(pluginEnv(os.Environ(), h.options.Level)), cmd.Env...)
		p.process.cmd.Env = append(p.process.cmd.Env, protocol.EnvEngineCertificate+"="+certificate)
		if p.tempDir != "" {
			p.process.cmd.Env = append(p.process.cmd.Env, "TMPDIR="+p.tempDir) // the last one counts
		}
		return p.process, nil
	}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  protocol.Handshake,
		VersionedPlugins: map[int]plugin.PluginSet{protocol.Version: set},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		TLSConfig:        secured, // AutoMTLS with a certificate of ours
		SkipHostEnv:      true,
		RunnerFunc:       start,
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: sockets},
		StartTimeout:     2 * h.options.StartTimeout, // ours comes first
		Logger:           p.log,
		SyncStdout:       &unexpected{log: p.log},
		SyncStderr:       &unexpected{log: p.log},
		GRPCDialOptions:  h.dialOptions(p.name),
	})
	return nil
}

// client is go-plugin's name for how a connection becomes our client.
type client struct{ plugin.NetRPCUnsupportedPlugin }

func (client) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

func (client) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return protocol.NewConnectorClient(conn), nil
}

// Name is the name by which the mapping file knows the plugin.
func (p *Plugin) Name() string { return p.name }

// Path is the executable.
func (p *Plugin) Path() string { return p.path }

// Hash is the SHA-256 of the executable, in hexadecimal, where the lock file names
// it: what was started was compared with that. Otherwise it is "".
func (p *Plugin) Hash() string { return p.hash }

// Describe gives what the plugin said of itself when it started. It must not be
// changed.
func (p *Plugin) Describe(context.Context) (*protocol.Description, diag.Diagnostics) {
	return p.description, nil
}

// close ends the plugin: friendly as long as timeout lasts, then by force.
func (p *Plugin) close(timeout time.Duration) {
	p.closing.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), timeout/2)
	_, _ = p.rpc.Stop(ctx, &protocol.StopRequest{}) // whether it answers or not, it ends now
	cancel()
	p.forget(timeout / 2)
	p.sweepOwn()
}

// forget lets go-plugin end the process and clean up. Its Kill has no time limit
// of its own (a stopped process never answers its Shutdown), so it runs aside
// until the process is killed.
func (p *Plugin) forget(timeout time.Duration) {
	ended := make(chan struct{})
	go func() {
		p.client.Kill()
		close(ended)
	}()
	for _, wait := range []time.Duration{timeout, crashWait} {
		select {
		case <-ended:
			return
		case <-time.After(wait):
			p.process.kill()
		}
	}
}

// failure says why a call failed: the caller gave up, the plugin crashed or was
// ended, or it broke the protocol. It waits a little to learn how the process
// ended.
func (p *Plugin) failure(ctx context.Context, err error, doing string) diag.Diagnostic {
	code := status.Code(err)
	if code == codes.Unavailable && ctx.Err() == nil {
		select {
		case <-p.process.done:
		case <-ctx.Done():
		case <-time.After(crashWait):
		}
	}
	switch {
	case p.closing.Load():
		return stopped(p.name)
	case p.process.ended() != nil:
		<-p.process.done // bounded: the output of a dead process is read for a second at most
		return p.crash()
	case errors.Is(context.Cause(ctx), errSilent):
		return p.silent(doing)
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || code == codes.DeadlineExceeded:
		return noAnswer(p.name, doing)
	case ctx.Err() != nil:
		return interrupted(p.name)
	case code == codes.Unimplemented:
		return notSupported(p.name, doing)
	case code == codes.ResourceExhausted:
		return tooLarge(p.name, doing)
	}
	return brokenCall(p.name, doing, code.String())
}

// waitFor waits until done is closed, but no longer than the limit.
func waitFor(done <-chan struct{}, limit time.Duration) {
	select {
	case <-done:
	case <-time.After(limit):
	}
}
