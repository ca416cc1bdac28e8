package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"passerelle/plugins/sdk"
)

// goodbye is how long a connection may go on once its call was cancelled: enough
// to remove a half-written file.
const goodbye = 5 * time.Second

// hostKeyFamilies are tried one after the other until the server shows the key
// whose fingerprint is known: a server may have one of each, shows the one that
// is asked for, and a fingerprint doesn't tell which it is of. SHA-1 is left out.
var hostKeyFamilies = [][]string{
	{ssh.KeyAlgoED25519},
	{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
	{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256},
}

var errOtherHostKey = errors.New("the server shows another host key")

// sftpSession is one SFTP session over a connection of its own.
type sftpSession struct {
	*sftp.Client
	ssh    *ssh.Client
	unlink func() bool
	over   chan struct{}
}

// watch ends a connection whose server has stopped answering: it is asked for a
// sign of life after each interval, and has as long to give it.
func (s *sftpSession) watch(interval time.Duration) {
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for {
		select {
		case <-s.over:
			return
		case <-ticks.C:
		}
		limit := time.AfterFunc(interval, func() { _ = s.ssh.Close() })
		_, _, err := s.ssh.SendRequest("keepalive@openssh.com", true, nil) // refused is an answer too
		limit.Stop()
		if err != nil {
			return
		}
	}
}

// Close ends the connection first: to say goodbye within it would be to wait for
// a server that may never answer. Everything that matters has been answered.
func (s *sftpSession) Close() error {
	s.unlink()
	close(s.over)
	err := s.ssh.Close()
	_ = s.Client.Close() // its connection is gone
	return err
}

// connect opens a session that ends soon after ctx does. Nothing is said to the
// server, and no secret sent, before its host key is known to be the right one.
func (p *sftpPlace) connect(ctx context.Context) (*sftpSession, error) {
	shown := ""
	for _, family := range hostKeyFamilies {
		other := ""
		session, err := p.connectBy(ctx, family, &other)
		switch {
		case err == nil:
			return session, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case strings.Contains(err.Error(), "unable to authenticate"):
			return nil, p.refusedLogin()
		case other != "":
			shown = other
		case strings.Contains(err.Error(), "no common algorithm for host key"):
		default:
			return nil, p.unreachable(err)
		}
	}
	return nil, p.otherHostKey(shown)
}

// connectBy connects with host keys of one family. other becomes the fingerprint
// of a key that is not the one known.
func (p *sftpPlace) connectBy(ctx context.Context, family []string, other *string) (*sftpSession, error) {
	dialer := net.Dialer{Timeout: p.timeout}
	conn, err := dialer.DialContext(ctx, "tcp", p.address)
	if err != nil {
		return nil, err
	}
	unlink := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now().Add(goodbye)) })
	fail := func(err error) (*sftpSession, error) {
		unlink()
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(p.timeout))
	secured, channels, requests, err := ssh.NewClientConn(conn, p.address, &ssh.ClientConfig{
		User:              p.user,
		Auth:              p.auth,
		HostKeyAlgorithms: family,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if fingerprint := ssh.FingerprintSHA256(key); fingerprint != p.hostKey {
				*other = fingerprint
				return errOtherHostKey
			}
			return nil
		},
	})
	if err != nil {
		return fail(err)
	}
	client := ssh.NewClient(secured, channels, requests)
	files, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		_ = client.Close()
		return fail(err)
	}
	_ = conn.SetDeadline(time.Time{})
	if ctx.Err() != nil { // its deadline has just been taken away
		_ = conn.SetDeadline(time.Now().Add(goodbye))
	}
	session := &sftpSession{Client: files, ssh: client, unlink: unlink, over: make(chan struct{})}
	go session.watch(p.timeout)
	return session, nil
}

func (p *sftpPlace) refusedLogin() *sdk.Error {
	return placeFault("unauthorized", p.host()+": the SFTP server refused the login", "User, password or private_key is not what it accepts.",
		"Correct user and password or private_key, and make sure that the key is installed on the server.", credentials)
}

func (p *sftpPlace) otherHostKey(shown string) *sdk.Error {
	if shown == "" {
		return placeFault("host-key-not-offered", p.host()+": the SFTP server has no host key of a kind that is accepted",
			"ED25519, ECDSA, and RSA with SHA-2 are.", "Have the server's operator install such a key.", afterFix)
	}
	e := placeFault("host-key-mismatch", p.host()+": the SFTP server is not the one that is known",
		fmt.Sprintf("It shows a host key with the fingerprint %s, and host_key says another. No password was sent.", shown),
		"Ask the server's operator, by another way, which fingerprint is right. Change host_key only if it is the new one.", afterFix)
	e.Attribute = []string{"host_key"}
	return e
}

func (p *sftpPlace) unreachable(err error) *sdk.Error {
	why, dns, network := "The connection broke before the login.", (*net.DNSError)(nil), net.Error(nil)
	switch {
	case errors.As(err, &dns):
		why = "Its name is not known."
	case errors.As(err, &network) && network.Timeout():
		why = "It did not answer in time."
	case strings.Contains(err.Error(), "refused"):
		why = "Nothing listens at this address."
	case strings.Contains(err.Error(), "subsystem"):
		why = "It does not offer SFTP to this user."
	}
	e := placeFault("unreachable", p.host()+": the SFTP server can't be reached", why, "Check url and the network, then run again.", later)
	e.Attribute = []string{"url"}
	return e
}
