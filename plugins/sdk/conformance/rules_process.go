package conformance

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
)

var processRules = []Rule{
	{Name: "says-hello", Says: "It prints one line on stdout, listens, and answers Describe within ten seconds of its start.",
		Why: "The engine gives up on a plugin that is slower, or says something else first.", check: saysHello},
	{Name: "started-by-hand", Says: "Started by a person, without PASSERELLE_PLUGIN, it says what it is on stderr and exits with 1.", Should: true,
		Why: "Somebody who finds the file and starts it sees otherwise a program that does nothing.", check: startedByHand},
	{Name: "demands-the-certificate", Says: "It talks to nobody who lacks the certificate of this run.",
		Why: "Another process of this machine could otherwise ask it for people's data.", check: demandsTheCertificate},
	{Name: "takes-large-messages", Says: "It takes a message of 16 MiB.",
		Why: "Most gRPC servers stop at 4 MiB unless told otherwise, and a large record would end the run.", check: takesLargeMessages},
	{Name: "ignores-interrupt", Says: "It goes on after SIGINT.",
		Why: "Ctrl-C in a terminal would end it in the middle of a write that the engine is about to finish.", check: ignoresInterrupt},
	{Name: "ends-when-told", Says: "After Shutdown it exits, with 0.", Should: true,
		Why: "Otherwise each end of a run costs two seconds and a kill.", check: endsWhenTold},
	{Name: "ends-with-its-parent", Says: "It exits when the process that started it has gone.",
		Why: "A plugin that outlives a killed engine keeps people's data and credentials in memory, for ever.", check: endsWithItsParent},
	{Name: "logs-lines-of-json", Says: "Each line on stderr is one JSON object with the texts @timestamp, @level and @message.", Should: true,
		Why: "Other lines are taken as debug, and seldom seen.", check: logsLinesOfJSON},
}

func saysHello(t *trial) error {
	p, err := t.start()
	if err != nil {
		return err
	}
	ctx, cancel := t.patience(startTime)
	defer cancel()
	answer, err := p.client.Describe(ctx, &protocol.DescribeRequest{})
	if err != nil {
		return fmt.Errorf("it did not answer Describe: %w", transport("Describe", err))
	}
	if complaint := firstError(answer.GetDiagnostics()); complaint != nil {
		return fmt.Errorf("it can't describe itself: %s", said(complaint))
	}
	if answer.GetDescription() == nil {
		return errors.New("Describe gave neither a description nor a diagnostic")
	}
	return nil
}

func startedByHand(t *trial) error {
	ctx, cancel := t.patience(startTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, t.path)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return errors.New("it did not end")
	case !errors.As(err, &exit) || exit.ExitCode() != 1:
		return fmt.Errorf("it ended with %d", cmd.ProcessState.ExitCode())
	case strings.TrimSpace(stderr.String()) == "":
		return errors.New("it said nothing on stderr")
	}
	return nil
}

func demandsTheCertificate(t *trial) error {
	p, err := t.start()
	if err != nil {
		return err
	}
	stranger, err := newIdentity()
	if err != nil {
		return err
	}
	for name, mine := range map[string]*identity{"no certificate": {}, "a certificate of its own": stranger} {
		config, err := mine.trusting(p.plugin)
		if err != nil {
			return err
		}
		if len(mine.pem) == 0 {
			config.Certificates = nil
		}
		ctx, cancel := t.patience(callTime)
		heard := hears(ctx, p.socket, config)
		cancel()
		if heard {
			return fmt.Errorf("it talks to a client that has %s", name)
		}
	}
	return nil
}

// hears reports whether a server accepts a client: with TLS 1.3 only its first
// bytes after the handshake show that.
func hears(ctx context.Context, socket string, config *tls.Config) bool {
	raw, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return false
	}
	defer raw.Close()
	config.NextProtos = []string{"h2"}
	conn := tls.Client(raw, config)
	if conn.HandshakeContext(ctx) != nil {
		return false
	}
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err := conn.Write([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")); err != nil {
		return false
	}
	var first [1]byte
	n, _ := conn.Read(first[:])
	return n == 1
}

func takesLargeMessages(t *trial) error {
	p, err := t.start()
	if err != nil {
		return err
	}
	_, err = t.callConfigure(p, map[string]any{"conformance-padding": strings.Repeat("x", 16<<20)})
	return err
}

// dying is how long a plugin that ends after a signal may take about it, and still
// be noticed.
const dying = 300 * time.Millisecond

func ignoresInterrupt(t *trial) error {
	p, err := t.start()
	if err != nil {
		return err
	}
	if err := t.describe(p); err != nil {
		return err
	}
	for range 2 { // some runtimes let the first one pass
		if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
			return errors.New("it ended after SIGINT")
		}
		time.Sleep(dying) // it may still answer while it goes
		if err := t.describe(p); err != nil {
			return errors.New("it no longer answers after SIGINT")
		}
	}
	return nil
}

func (t *trial) describe(p *process) error {
	ctx, cancel := t.patience(callTime)
	defer cancel()
	if _, err := p.client.Describe(ctx, &protocol.DescribeRequest{}); err != nil {
		return transport("Describe", err)
	}
	return nil
}

func endsWhenTold(t *trial) error {
	p, err := t.start()
	if err != nil {
		return err
	}
	if err := t.describe(p); err != nil {
		return err
	}
	ctx, cancel := t.patience(startTime)
	defer cancel()
	// The two messages are empty, so that any empty message stands for them. The
	// process may end before it has answered.
	if err := p.conn.Invoke(ctx, "/plugin.GRPCController/Shutdown", &protocol.DescribeRequest{}, &protocol.DescribeRequest{}, grpc.WaitForReady(false)); err != nil &&
		strings.Contains(err.Error(), "nimplemented") {
		return errors.New("it has no service plugin.GRPCController")
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		return errors.New("it did not end after Shutdown")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("after Shutdown it ended with %d", code)
	}
	return nil
}

// endsWithItsParent starts the plugin under a shell and kills the shell.
func endsWithItsParent(t *trial) error {
	p, err := t.startAs(nil, "/bin/sh", "-c", `"$0" </dev/null & wait`, t.path)
	if err != nil {
		return err
	}
	if err := t.describe(p); err != nil {
		return err
	}
	if err := p.cmd.Process.Kill(); err != nil { // the shell alone, not its group
		return err
	}
	<-p.ended
	ctx, cancel := t.patience(startTime)
	defer cancel()
	select {
	case <-p.silent:
		return nil
	case <-ctx.Done():
		return errors.New("it lives on after its parent")
	}
}

func logsLinesOfJSON(t *trial) error {
	c, err := t.open()
	if err == nil {
		for _, name := range t.readable() {
			_, _ = c.read(c.whole(name)) // whether it succeeds is another rule's
		}
	}
	t.end()
	t.endings = nil
	t.overheard.mu.Lock()
	defer t.overheard.mu.Unlock()
	if t.overheard.badLog != "" {
		return errors.New(t.overheard.badLog)
	}
	return nil
}
