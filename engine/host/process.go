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
	path    string
	starter *starter
	log     hclog.Logger
	trace   *trace
	limits  Limits
	opened  *os.File // the verified executable, which is started itself; nil: the path is
	fence   *fence   // nil: no sandbox. Then opened isn't nil

	stdout, stderr       *io.PipeReader // what go-plugin reads
	toStdout, toStderr   *io.PipeWriter
	rawStdout, rawStderr *os.File

	done chan struct{} // closed when the process has ended and its output was read

	mu       sync.Mutex
	pid      int  // 0 until started
	unwanted bool // killed, perhaps before it was started
	startErr error
	report   string // of the launcher, which failed
	hello    hello
	reaped   bool
	state    *os.ProcessState
}

func newProcess(path string, s *starter, clean *cleaner, log hclog.Logger) *process {
	cmd := exec.Command(path)
	cmd.SysProcAttr = attributes()
	p := &process{cmd: cmd, path: path, starter: s, log: log, trace: newTrace(clean), done: make(chan struct{})}
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
	report, err := p.launch()
	_ = stdoutWriter.Close() // the child has its own copies
	_ = stderrWriter.Close()
	if err != nil {
		_, _ = stdout.Close(), stderr.Close()
		return err
	}
	p.rawStdout, p.rawStderr = stdout, stderr

	var output sync.WaitGroup
	output.Go(func() { p.readReport(report) })
	output.Go(p.readStdout)
	output.Go(p.readStderr)
	go p.reap(&output)
	return nil
}

// launch starts the process unless it was killed beforehand. With a fence it also
// gives what the launcher reports.
func (p *process) launch() (report *os.File, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opened != nil {
		defer p.opened.Close()
	}
	if p.unwanted {
		return nil, context.Canceled
	}
	switch {
	case p.fence != nil:
		var writer *os.File
		if report, writer, err = os.Pipe(); err != nil {
			return nil, err
		}
		defer writer.Close() // the child has its own copy
		err = executeFenced(p.cmd, p.opened, writer, *p.fence)
	case p.opened != nil:
		executeOpened(p.cmd, p.opened)
	}
	if err == nil {
		err = p.starter.do(p.cmd.Start)
	}
	if err != nil {
		return nil, errors.Join(err, closed(report))
	}
	p.pid = p.cmd.Process.Pid
	if err := p.limits.impose(p.pid); err != nil {
		// Without its limits it doesn't run. Nobody reads its output yet.
		_ = syscall.Kill(-p.pid, syscall.SIGKILL)
		_ = p.cmd.Wait()
		p.pid = 0
		return nil, errors.Join(err, closed(report))
	}
	return report, nil
}

// closed closes a file that may be none.
func closed(file *os.File) error {
	if file == nil {
		return nil
	}
	return file.Close()
}

// readReport reads why the launcher failed. Its end comes with the plugin's
// beginning, for which nobody waits: who starts that begins to speak.
func (p *process) readReport(from *os.File) {
	if from == nil {
		return
	}
	defer from.Close()
	text, _ := io.ReadAll(io.LimitReader(from, longestText))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.report = string(text)
}

// notLaunched gives why the launcher failed; "" where it didn't. Known once the
// process has ended.
func (p *process) notLaunched() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.report
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
func (p *process) Name() string          { return p.path }

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
