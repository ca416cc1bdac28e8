package host

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

var errSocketPath = errors.New("the path of the temporary directory is too long for a socket")

const reportPlugin = "This is a fault of the plugin: report it to whoever publishes it."

func badName() diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-name",
		Summary: "This can't be the name of a plugin",
		Detail:  "A name has lower-case letters and digits, in words joined by hyphens, such as my-payroll.",
		Remedy:  "Write the name as the plugin's publisher does, without a path. A path goes on the command line: --plugin NAME=PATH.",
	}
}

func notFound(name string, dirs []string, near string) diag.Diagnostic {
	d := diag.Diagnostic{
		Code:    "plugin-not-found",
		Summary: fmt.Sprintf("The plugin %q was not found", name),
		Detail:  fmt.Sprintf("There is no %s%s in: %s.", executablePrefix, name, strings.Join(dirs, ", ")),
		Remedy: fmt.Sprintf("Put the executable in one of these directories, name its directory in %s, or give its path with --plugin %s=PATH.",
			envDirs, name),
	}
	if near != "" {
		d.Remedy = fmt.Sprintf("Did you mean %q? Otherwise p%s", near, d.Remedy[1:])
	}
	return d
}

func notFoundAt(name, path string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-not-found",
		Summary: fmt.Sprintf("The plugin %q was not found", name),
		Detail:  fmt.Sprintf("There is no file %s, the path that was given for it.", path),
		Remedy:  fmt.Sprintf("Correct the path in --plugin %s=PATH, or leave it out to look in the usual directories.", name),
	}
}

func notExecutableAt(name, path string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-not-executable",
		Summary: fmt.Sprintf("The plugin %q can't be executed", name),
		Detail:  fmt.Sprintf("%s is there, but it is not an executable file, or you have no right to execute it.", path),
		Remedy:  "Make it executable: chmod +x on that file. If it is a directory, remove or rename it.",
	}
}

func noSocketDir(name string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-socket",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("No place for the socket of the plugin %q", name),
		Detail:  "A directory could be made neither under /tmp nor under TMPDIR, or its path is too long for a socket.",
		Remedy:  "Make /tmp writable, or set TMPDIR to a writable directory with a short path.",
	}
}

// tooWide refuses to open what holds the engine's own files.
func tooWide(name, path, kept string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "sandbox-too-wide",
		Summary: fmt.Sprintf("The sandbox would be open too wide for the plugin %q", name),
		Detail:  fmt.Sprintf("For this setting it needs %s, and that holds %s, which no plugin may reach.", path, kept),
		Remedy:  "Name a file in a folder of its own, such as out/people.csv, or leave out --plugin-sandbox.",
	}
}

// exposes refuses to start a plugin that could read the engine's own files.
func exposes(name, path, kept string, named bool) diag.Diagnostic {
	remedy := "Move " + kept + " elsewhere, such as under /srv or /var/lib, or leave out --plugin-sandbox."
	if named {
		remedy = "Name less with --plugin-read, or ENGINE_PLUGIN_READ: the runtime's own folder alone."
	}
	return diag.Diagnostic{
		Code:    "sandbox-too-wide",
		Summary: fmt.Sprintf("The sandbox would be open too wide for the plugin %q", name),
		Detail:  fmt.Sprintf("In it plugins may read all of %s, and that holds %s, which no plugin may reach.", path, kept),
		Remedy:  remedy,
	}
}

func notReadable(name, path string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-not-executable",
		Summary: fmt.Sprintf("The plugin %q can't be started in the sandbox", name),
		Detail:  path + " may be executed but not read, and the sandbox opens the file that it starts.",
		Remedy:  "Make it readable: chmod u+r on that file.",
	}
}

// notFenced says why the launcher did not become the plugin.
func notFenced(p *Plugin, report string) diag.Diagnostic {
	if number, err := strconv.Atoi(report); err == nil {
		return notStarted(p, syscall.Errno(number))
	}
	return diag.Diagnostic{
		Code:    "no-sandbox",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("The sandbox for the plugin %q could not be made", p.name),
		Detail:  "It was not started. The system says: " + p.clean.text(report, longestSummary) + ".",
		Remedy:  "Leave out --plugin-sandbox, and contain the engine from outside (SECURITY.md).",
	}
}

func interrupted(name string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "interrupted",
		Class:   diag.Interrupted,
		Summary: fmt.Sprintf("Interrupted while the plugin %q was at work", name),
	}
}

func stopped(name string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-stopped",
		Class:   diag.Interrupted,
		Summary: fmt.Sprintf("The plugin %q was stopped, because the run is ending", name),
	}
}

func startTimeout(p *Plugin) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-start-timeout",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("The plugin %q did not start in time", p.name),
		Detail:  "It was started, but did not get as far as describing itself." + p.lastLines(),
		Remedy:  "Run again if this machine is very busy. Otherwise the executable is no plugin, or it waits for something it must not wait for.",
	}
}

func wrongName(p *Plugin, got string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-name-mismatch",
		Summary: fmt.Sprintf("The plugin found as %q says that it is another one", p.name),
		Detail:  fmt.Sprintf("%s describes itself as %q.", p.path, got),
		Remedy:  fmt.Sprintf("Install the plugin %q, or rename the executable to %s followed by its own name.", p.name, executablePrefix),
	}
}

// startFailure says why a plugin that exists did not come up. It goes by what
// the host itself saw, not by the words of go-plugin's errors, which change.
func (p *Plugin) startFailure(err error) diag.Diagnostic {
	if startErr := p.process.failedToStart(); startErr != nil {
		return notStarted(p, startErr)
	}
	said := p.process.said()
	if !said.valid && p.process.fence != nil {
		p.awaitEnd()
		if report := p.process.notLaunched(); report != "" {
			return notFenced(p, report)
		}
	}
	if !said.valid {
		p.awaitEnd()
		if d := beyond(p); d != nil {
			return *d
		}
	}
	switch {
	case !said.valid:
		return badHandshake(p, said)
	case said.core != 1 || said.version != protocol.Version || said.rpc != "grpc":
		return wrongProtocol(p, said)
	case said.network != "unix":
		return badHandshakeBecause(p, "It listens on a network address; a plugin listens on a unix socket.")
	case !said.cert:
		return badHandshakeBecause(p, "It offers no certificate in its first line; the connection to a plugin is always encrypted.")
	case status.Code(err) == codes.Unimplemented:
		return badHandshakeBecause(p, "It does not offer the service connector.v1.Connector.")
	}
	p.awaitEnd()
	if p.process.ended() != nil {
		return p.crash()
	}
	return badHandshakeBecause(p, "It printed a good first line, but no connection to its socket came about.")
}

// awaitEnd gives a process that may be dying the time to do so.
func (p *Plugin) awaitEnd() {
	waitFor(p.process.done, crashWait)
}

func notStarted(p *Plugin, err error) diag.Diagnostic {
	d := notExecutableAt(p.name, p.path)
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		d.Code = "plugin-architecture"
		d.Detail = fmt.Sprintf("%s was not built for %s on %s, or it is a script whose first line doesn't begin with #!.",
			p.path, runtime.GOOS, runtime.GOARCH)
		d.Remedy = "Install the plugin's build for this machine."
	case errors.Is(err, fs.ErrNotExist):
		d.Detail = fmt.Sprintf("%s is there, but the program that should run it isn't: an interpreter named in its first line, or a system library.", p.path)
		d.Remedy = "Install that program, or the plugin's build for this machine."
	case !errors.Is(err, fs.ErrPermission):
		d.Code, d.Class = "plugin-not-started", diag.Fault
		d.Detail = fmt.Sprintf("The system refused to start %s: %s.", p.path, p.clean.text(err.Error(), longestSummary))
		d.Remedy = "Free memory or processes on this machine, and run again."
	}
	return d
}

func badHandshake(p *Plugin, said hello) diag.Diagnostic {
	p.awaitEnd()
	if line := p.clean.text(said.line, 200); line != "" {
		return badHandshakeBecause(p, fmt.Sprintf("Its first line of output is not that of a plugin: %q.", line))
	}
	if state := p.process.ended(); state != nil {
		return badHandshakeBecause(p, "It ended "+ending(state)+" without having said anything."+p.tight())
	}
	return badHandshakeBecause(p, "It closed its output without having said anything.")
}

func badHandshakeBecause(p *Plugin, why string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-handshake",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("The plugin %q does not behave as a plugin", p.name),
		Detail:  fmt.Sprintf("%s was started. %s%s", p.path, why, p.lastLines()),
		Remedy:  "Check that this file is a plugin for engine, complete and for this machine. Started by hand it says what it is. If you wrote it: nothing may be printed before the first line (docs/protocol.md).",
	}
}

func wrongProtocol(p *Plugin, said hello) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-protocol",
		Summary: fmt.Sprintf("The plugin %q speaks another version of the protocol", p.name),
		Detail: fmt.Sprintf("%s offers version %d over %q; this engine speaks version %d over grpc.",
			p.path, said.version, p.clean.text(said.rpc, 20), protocol.Version),
		Remedy: "Install a version of the plugin made for this engine, or the engine that the plugin was made for.",
	}
}

// lastLines quotes the end of stderr. Only a plugin that never started is
// quoted: it has seen no record and no secret.
func (p *Plugin) lastLines() string {
	lines := p.process.trace.tail()
	if len(lines) == 0 {
		return ""
	}
	for i, line := range lines {
		lines[i] = p.clean.text(line, 200)
	}
	return " It last wrote on stderr: " + strings.Join(lines, " / ")
}

func crashed(p *Plugin) diag.Diagnostic {
	if d := beyond(p); d != nil {
		return *d
	}
	state := p.process.ended()
	stack := p.process.trace.stack()
	version := ""
	if v := p.clean.text(p.description.GetVersion(), 40); v != "" {
		version = " " + v
	}
	detail := fmt.Sprintf("%s%s ended %s in the middle of its work", p.name, version, ending(state))
	if message := fault(stack); message != "" {
		detail += ": " + message
	}
	detail += "."
	if found := frames(stack); len(found) > 0 {
		detail += " It was in " + strings.Join(found, ", called from ") + "."
	}
	remedy := reportPlugin + " Give its version and the places named here. Then run again: what was left open is settled first."
	if killed(state) && len(stack) == 0 {
		remedy = "Something on this machine killed it, most often because memory ran out. Give the machine more memory, then run again: what was left open is settled first."
	}
	return diag.Diagnostic{
		Code:    "plugin-crashed",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("The plugin %q crashed", p.name),
		Detail:  detail,
		Remedy:  remedy,
	}
}

func noAnswer(name, doing string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-no-answer",
		Class:   diag.Unavailable,
		Summary: fmt.Sprintf("The plugin %q did not answer in time", name),
		Detail:  "It was " + doing + ".",
		Remedy:  "Run again later. If it stays so, the other system is slow or the plugin hangs: report it to whoever publishes it.",
	}
}

func notSupported(name, doing string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "not-supported",
		Summary: fmt.Sprintf("The plugin %q does not support %s", name, doing),
		Remedy:  "Use another connector, or a newer version of this one.",
	}
}

func tooLarge(name, doing string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-message-too-large",
		Summary: fmt.Sprintf("A message to or from the plugin %q is too large", name),
		Detail:  fmt.Sprintf("While %s, a message exceeded %d MiB.", doing, protocol.MaxMessageBytes>>20),
		Remedy:  "Declare fewer fields, or leave out those that hold documents.",
	}
}

func brokenProtocol(name, doing, why string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-broke-protocol",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("The plugin %q broke the protocol", name),
		Detail:  fmt.Sprintf("While %s. %s", doing, why),
		Remedy:  reportPlugin,
	}
}

func brokenCall(name, doing, code string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-call-failed",
		Class:   diag.Fault,
		Summary: fmt.Sprintf("A call to the plugin %q failed", name),
		Detail:  fmt.Sprintf("While %s, the connection to it failed (%s), though it is still running.", doing, code),
		Remedy:  reportPlugin + " Then run again: what was left open is settled first.",
	}
}
