package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

const sftpPassword = "canary-password"

// sftpServer is a real SSH server on loopback that serves SFTP from the disk.
type sftpServer struct{ address, fingerprint, dir string }

func serveSFTP(t *testing.T) sftpServer {
	config := &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if c.User() != "payroll" || string(password) != sftpPassword {
			return nil, errors.New("wrong user or password")
		}
		return nil, nil
	}}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serveConnection(conn, config) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	return sftpServer{address: listener.Addr().String(), fingerprint: ssh.FingerprintSHA256(signer.PublicKey()), dir: t.TempDir()}
}

func serveConnection(conn net.Conn, config *ssh.ServerConfig) {
	defer conn.Close()
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, asked, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range asked {
				_ = request.Reply(request.Type == "subsystem", nil)
			}
		}()
		if files, err := sftp.NewServer(channel); err == nil {
			_ = files.Serve()
		}
		_ = channel.Close()
	}
}
