package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
)

// plugin is one that was started with --debug, so that the engine attaches to it:
// then there is no TLS between the two, and only then.
type plugin struct {
	cmd    *exec.Cmd
	attach string       // name=socket
	said   bytes.Buffer // on stderr: shown when it failed
}

const attachLine = "ENGINE_PLUGIN_ATTACH="

func startPlugin(path string) (*plugin, error) {
	cmd := exec.Command(path, "--debug")
	p := &plugin{cmd: cmd}
	cmd.Stderr = &p.said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for p.attach == "" && lines.Scan() {
		if _, attach, ok := strings.Cut(lines.Text(), attachLine); ok {
			p.attach = attach
		}
	}
	if p.attach == "" {
		_ = cmd.Process.Kill()
		return nil, fmt.Errorf("%s --debug did not say how to attach to it: %w\n%s", path, cmd.Wait(), p.said.String())
	}
	return p, nil
}

// end is for a run that failed: the plugin must not outlive it.
func (p *plugin) end() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// stop ends the plugin as its author would.
func (p *plugin) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", p.cmd.Path, err, p.said.String())
	}
	return nil
}
