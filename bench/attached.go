package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// plugin is one that was started with --debug, so that the engine attaches to it:
// then there is no TLS between the two, and only then.
type plugin struct {
	cmd    *exec.Cmd
	attach string // name=socket
}

const attachLine = "ENGINE_PLUGIN_ATTACH="

func startPlugin(path string) (*plugin, error) {
	cmd := exec.Command(path, "--debug")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &plugin{cmd: cmd}
	lines := bufio.NewScanner(out)
	for p.attach == "" && lines.Scan() {
		if _, attach, ok := strings.Cut(lines.Text(), attachLine); ok {
			p.attach = attach
		}
	}
	if p.attach == "" {
		_ = cmd.Process.Kill()
		return nil, fmt.Errorf("%s --debug did not say how to attach to it: %v", path, cmd.Wait())
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

// stop ends the plugin as its author would and says what CPU it used.
func (p *plugin) stop() (time.Duration, error) {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	if err := p.cmd.Wait(); err != nil {
		return 0, fmt.Errorf("%s: %w", p.cmd.Path, err)
	}
	return used(p.cmd.ProcessState), nil
}
