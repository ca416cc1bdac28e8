package host

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
)

// drainTime is how long the output of a process that ended is still read, should
// a child of its own have left the group and kept the pipes open.
const drainTime = time.Second

// process is one plugin's process and go-plugin's runner.Runner. It differs from
// go-plugin's own in what a plugin can do to the host: stdin is empty, stdout is
// read for one line and then thrown away, stderr is cleaned line by line (a line
// such as {"@message":1} would otherwise panic in a goroutine that nobody can
// recover), and a kill reaches the whole process group.
type process struct {
	cmd     *exec.Cmd
	starter *starter
	log     hclog.Logger
	trace   *trace
	limits  Limits
	opened  *os.File // the verified executable, which is started itself; nil: the path is

	stdout, stderr       *io.PipeReader // what go-plugin reads
	toStdout, toStderr   *io.PipeWriter
	rawStdout, rawStderr *os.File

	done chan struct{} // closed when the process has ended and its output was read

	mu       sync.Mutex
	pid      int  // 0 until started
	unwanted bool // killed, perhaps before it was started
	startErr error
	hello    hello
	reaped   bool
	state    *os.ProcessState
}

func newProcess(path string, s *starter, clean *cleaner, log hclog.Logger) *process {
	cmd := exec.Command(path)
	cmd.SysProcAttr = attributes()
	p := &process{cmd: cmd, starter: s, log: log, trace: newTrace(clean), done: make(chan struct{})}
	p.stdout, p.toStdout = io.Pipe()
	p.stderr, p.toStderr = io.Pipe()
	return p
}

// Start starts the process. ctx isn't needed: starting a process doesn't wait.
func (p *process) Start(context.Context) error {
	err := p.start()
	if err != nil {
		p.mu.Lock()
		p.startErr = err
		p.mu.Unlock()
		close(p.done)
	}
	return err
}

func (p *process) start() error {
	stdout, stdoutWriter, err := os.Pipe()
	if err != nil {
		return err
	}
	stderr, stderrWriter, err := os.Pipe()
	if err != nil {
		return errors.Join(err, stdout.Close(), stdoutWriter.Close())
	}
	p.cmd.Stdout, p.cmd.Stderr = stdoutWriter, stderrWriter // stdin stays nil: the null device
	err = p.launch()
	_ = stdoutWriter.Close() // the child has its own copies
	_ = stderrWriter.Close()
	if err != nil {
		_, _ = stdout.Close(), stderr.Close()
		return err
	}
	p.rawStdout, p.rawStderr = stdout, stderr

	var output sync.WaitGroup
	output.Go(p.readStdout)
	output.Go(p.readStderr)
	go p.reap(&output)
	return nil
}

// launch starts the process unless it was killed beforehand.
func (p *process) launch() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unwanted {
		return context.Canceled
	}
	if p.opened != nil {
		executeOpened(p.cmd, p.opened)
		defer p.opened.Close()
	}
	if err := p.starter.do(p.cmd.Start); err != nil {
		return err
	}
	p.pid = p.cmd.Process.Pid
	if err := p.limits.impose(p.pid); err != nil {
		// Without its limits it doesn't run. Nobody reads its output yet.
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		_ = p.cmd.Wait()
		p.pid = 0
		return err
	}
	return nil
}

// reap waits for the process, ends what it left behind, and reads the rest of
// its output for a bounded time.
func (p *process) reap(output *sync.WaitGroup) {
	_ = p.cmd.Wait() // how it ended is in ProcessState
	p.mu.Lock()
	p.reaped = true
	p.state = p.cmd.ProcessState
	// The number can't have been given to another group yet: the kernel hands out
	// numbers in turn, and this one was free for an instant.
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	p.mu.Unlock()

	deadline := time.Now().Add(drainTime)
	_ = p.rawStdout.SetReadDeadline(deadline)
	_ = p.rawStderr.SetReadDeadline(deadline)
	output.Wait()
	_, _ = p.rawStdout.Close(), p.rawStderr.Close()
	close(p.done)
}

func (p *process) readStdout() {
	defer p.toStdout.Close()
	r := bufio.NewReaderSize(p.rawStdout, longestHello)
	said, err := readHello(r)
	p.mu.Lock()
	p.hello = said
	p.mu.Unlock()
	if err != nil || said.line == "" {
		return
	}
	if _, err := io.WriteString(p.toStdout, said.line+"\n"); err != nil {
		return
	}
	_, _ = io.Copy(&unexpected{log: p.log}, r) // a full pipe would stop the plugin
}

func (p *process) readStderr() {
	defer p.toStderr.Close()
	r := bufio.NewReaderSize(p.rawStderr, longestLogLine)
	for {
		line, err := readLine(r)
		if out, ok := p.trace.line(line); ok {
			if _, err := p.toStderr.Write(append(out, '\n')); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// kill ends the process and its children at once. It may be called at any time.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unwanted = true
	if p.pid != 0 && !p.reaped {
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
	}
}

// ended says how the process ended; nil while it runs.
func (p *process) ended() *os.ProcessState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

func (p *process) said() hello {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hello
}

func (p *process) failedToStart() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.startErr
}

// The rest is what go-plugin asks of a runner.

func (p *process) Wait(context.Context) error {
	<-p.done
	return nil // the host says itself how a plugin ended
}

func (p *process) Kill(context.Context) error {
	p.kill()
	return nil
}

func (p *process) Stdout() io.ReadCloser { return p.stdout }
func (p *process) Stderr() io.ReadCloser { return p.stderr }
func (p *process) Name() string          { return p.cmd.Args[0] }

func (p *process) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid == 0 {
		return ""
	}
	return strconv.Itoa(p.pid)
}

// Diagnose gives the last lines of stderr.
func (p *process) Diagnose(context.Context) string {
	return strings.Join(p.trace.tail(), "\n")
}

func (p *process) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// unexpected is where output goes that nobody asked for. It is counted, not
// shown: it may hold anything.
type unexpected struct {
	log  hclog.Logger
	once sync.Once
}

func (u *unexpected) Write(b []byte) (int, error) {
	u.once.Do(func() {
		u.log.Warn("the plugin prints on its standard output, which is thrown away: it should log instead")
	})
	return len(b), nil
}
