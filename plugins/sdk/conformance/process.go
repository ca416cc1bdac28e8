package conformance

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"passerelle/plugins/protocol"
)

// longestLine is the longest first line that the engine reads.
const longestLine = 32 << 10

// process is one run of the plugin, started as section 1 of docs/protocol.md
// says.
type process struct {
	cmd    *exec.Cmd
	conn   *grpc.ClientConn
	client protocol.ConnectorClient
	socket string
	plugin []byte        // its certificate, DER
	ours   *identity     // the certificate it was told to trust
	ended  chan struct{} // closed when it has ended
	silent chan struct{} // closed when its stdout is closed
}

// start starts the plugin and connects to it.
func (t *trial) start() (*process, error) { return t.startAs(nil, t.path) }

// startAs runs a command that becomes, or starts, the plugin.
func (t *trial) startAs(more []string, command string, args ...string) (*process, error) {
	ours, err := newIdentity()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "plugin-test-")
	if err != nil {
		return nil, err
	}
	t.endings = append(t.endings, func() { _ = os.RemoveAll(dir) })
	p := &process{ours: ours, ended: make(chan struct{}), silent: make(chan struct{})}
	p.cmd = exec.Command(command, args...)
	p.cmd.Env = append(t.environment(dir, ours), more...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	first, err := t.launch(p)
	if err != nil {
		return nil, err
	}
	ctx, cancel := t.patience(startTime)
	defer cancel()
	var line string
	select {
	case line = <-first:
	case <-ctx.Done():
		return nil, errors.New("it printed no first line in time")
	}
	if err := p.greet(line); err != nil {
		return nil, err
	}
	return p, p.connect(t)
}

// launch starts the process and listens to it; first gets the first line.
func (t *trial) launch(p *process) (first chan string, err error) {
	stdout, outWriter, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	stderr, errWriter, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stdout.Close(), outWriter.Close())
	}
	p.cmd.Stdout, p.cmd.Stderr = outWriter, errWriter
	err = p.cmd.Start()
	_, _ = outWriter.Close(), errWriter.Close() // the child has its own
	if err != nil {
		_, _ = stdout.Close(), stderr.Close()
		return nil, fmt.Errorf("it can't be started: %w", err)
	}
	first = make(chan string, 1)
	go func() {
		defer stdout.Close()
		defer close(p.silent)
		r := bufio.NewReaderSize(stdout, longestLine)
		line, _ := r.ReadSlice('\n') // cut where it is longer, empty where it ended
		first <- strings.TrimRight(string(line), "\r\n")
		_, _ = io.Copy(io.Discard, r)
	}()
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		defer stderr.Close()
		t.listen(stderr)
	}()
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.ended)
	}()
	t.endings = append(t.endings, func() {
		if p.conn != nil {
			_ = p.conn.Close()
		}
		p.kill()
		<-p.ended
		<-heard
	})
	return first, nil
}

// environment is what the plugin sees: section 1, and nothing else.
func (t *trial) environment(dir string, ours *identity) []string {
	env := []string{
		protocol.CookieKey + "=" + protocol.CookieValue,
		"PLUGIN_PROTOCOL_VERSIONS=1",
		"PLUGIN_UNIX_SOCKET_DIR=" + dir,
		"PLUGIN_CLIENT_CERT=" + string(ours.pem),
		"PLUGIN_MIN_PORT=0", "PLUGIN_MAX_PORT=0",
		"ENGINE_PLUGIN_LOG=trace", // all of it: what leaks at trace leaks one day
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// listen reads the logs to their end.
func (t *trial) listen(stderr io.Reader) {
	lines := bufio.NewReaderSize(stderr, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		if text := strings.TrimSpace(string(line)); text != "" {
			t.overheard.log([]byte(text))
			if why := badLogLine(text); why != "" {
				t.overheard.noteBadLog(why)
			}
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func badLogLine(line string) string {
	var entry map[string]any
	if json.Unmarshal([]byte(line), &entry) != nil {
		return "a line on stderr is no JSON object"
	}
	for _, name := range []string{"@timestamp", "@level", "@message"} {
		if _, ok := entry[name].(string); !ok {
			return "a line on stderr has no text " + name
		}
	}
	return ""
}

// greet reads the first line.
func (p *process) greet(line string) error {
	if line == "" {
		return errors.New("it ended, or closed its stdout, without a first line")
	}
	parts := strings.Split(line, "|")
	switch {
	case len(parts) < 6:
		return fmt.Errorf("its first line has %d fields in place of 6", len(parts))
	case parts[0] != "1" || parts[1] != "1":
		return fmt.Errorf("its first line begins with %q|%q in place of 1|1", short(parts[0]), short(parts[1]))
	case parts[2] != "unix" || parts[4] != "grpc":
		return errors.New("its first line names another network or protocol than unix and grpc")
	case !filepath.IsAbs(parts[3]) || len(parts[3]) > 103:
		return errors.New("the path of its socket is not absolute, or longer than 103 bytes")
	}
	der, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return errors.New("the sixth field of its first line is no base64 without padding")
	}
	p.socket, p.plugin = parts[3], der
	return nil
}

func (p *process) connect(t *trial) error {
	config, err := p.ours.trusting(p.plugin)
	if err != nil {
		return err
	}
	p.conn, err = grpc.NewClient("passthrough:///localhost",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", p.socket)
		}),
		grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(protocol.MaxMessageBytes), grpc.MaxCallSendMsgSize(protocol.MaxMessageBytes)),
	)
	if err != nil {
		return err
	}
	p.client = protocol.NewConnectorClient(p.conn)
	return nil
}

// kill ends the process and its children at once.
func (p *process) kill() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// short keeps what a plugin printed from filling the screen.
func short(text string) string {
	if len(text) > 20 {
		return text[:20] + "…"
	}
	return text
}
