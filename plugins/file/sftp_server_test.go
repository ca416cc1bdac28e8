package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

const (
	rightUser     = "passerelle"
	rightPassword = "canary-password"
)

// server is a real SSH server on loopback that serves SFTP from the disk of the
// test.
type server struct {
	address string
	dir     string
	keys    []ssh.Signer
	config  *ssh.ServerConfig

	mu       sync.Mutex
	attempts int // to log in
	conns    []net.Conn
}

// serve starts a server with a host key of each kind that is named.
func serve(t *testing.T, kinds ...string) *server {
	t.Helper()
	s := &server{dir: t.TempDir()}
	s.config = &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		return s.attempt(c.User() == rightUser && string(password) == rightPassword)
	}}
	for _, kind := range kinds {
		key := newKey(t, kind)
		s.keys = append(s.keys, key)
		s.config.AddHostKey(key)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.address = listener.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, conn)
			s.mu.Unlock()
			serving.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.cut()
		serving.Wait()
	})
	return s
}

func newKey(t *testing.T, kind string) ssh.Signer {
	t.Helper()
	var key any
	var err error
	switch kind {
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "ecdsa":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	return signer
}

func (s *server) attempt(right bool) (*ssh.Permissions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts++
	if right {
		return nil, nil
	}
	return nil, errors.New("refused")
}

func (s *server) attempted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts
}

// cut ends all connections.
func (s *server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		_ = conn.Close()
	}
}

func (s *server) talk(conn net.Conn) {
	defer conn.Close()
	s.mu.Lock()
	config := *s.config
	s.mu.Unlock()
	_, channels, requests, err := ssh.NewServerConn(conn, &config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		if offered.ChannelType() != "session" {
			_ = offered.Reject(ssh.UnknownChannelType, "")
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		for request := range requests {
			isSFTP := request.Type == "subsystem" && len(request.Payload) > 4 && string(request.Payload[4:]) == "sftp"
			_ = request.Reply(isSFTP, nil)
			if !isSFTP {
				continue
			}
			go ssh.DiscardRequests(requests)
			files, err := sftp.NewServer(channel, sftp.WithServerWorkingDirectory(s.dir))
			if err != nil {
				return
			}
			if err := files.Serve(); err != nil && !errors.Is(err, io.EOF) {
				_ = channel.Close()
			}
			break
		}
	}
}

// settings are those of a connection to a file of the server's folder.
func (s *server) settings(name string, more set) set {
	all := set{"url": "sftp://" + s.address + filepath.Join(s.dir, name), "user": rightUser, "password": rightPassword,
		"host_key": ssh.FingerprintSHA256(s.keys[0].PublicKey())}
	for k, v := range more {
		if v == nil {
			delete(all, k)
			continue
		}
		all[k] = v
	}
	return all
}

// privateKey makes a key that the server lets in, as PEM.
func (s *server) privateKey(t *testing.T, passphrase string) string {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	known, err := ssh.NewPublicKey(public)
	require.NoError(t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		return s.attempt(string(key.Marshal()) == string(known.Marshal()))
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	require.NoError(t, err)
	return string(pem.EncodeToMemory(block))
}

// frozen lets everything through to a server until it is told to stop: its
// connections then stay open and say nothing.
type frozen struct {
	address string
	through sync.RWMutex
}

func freezable(t *testing.T, s *server) *frozen {
	t.Helper()
	f := &frozen{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.address = listener.Addr().String()
	var copying sync.WaitGroup
	copying.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", s.address)
			if err != nil {
				_ = near.Close()
				return
			}
			for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
				copying.Go(func() { f.copy(pair[0], pair[1]) })
			}
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		copying.Wait()
	})
	return f
}

func (f *frozen) copy(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		f.through.RLock()
		_, writeErr := to.Write(buffer[:n])
		f.through.RUnlock()
		if err != nil || writeErr != nil {
			return
		}
	}
}
