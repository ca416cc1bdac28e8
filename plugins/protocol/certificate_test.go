package protocol

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCertificateProvesOneSideToTheOther(t *testing.T) {
	engine, plugin, stranger := certificate(t), certificate(t), certificate(t)
	toPlugin := func(own tls.Certificate) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{own}, RootCAs: only(t, plugin), ServerName: "localhost"}
	}
	fromEngine := func(own tls.Certificate) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{own}, ClientCAs: only(t, engine), ClientAuth: tls.RequireAndVerifyClientCert}
	}
	require.NoError(t, shakeHands(t, toPlugin(engine), fromEngine(plugin)))
	require.ErrorContains(t, shakeHands(t, toPlugin(engine), fromEngine(stranger)), "unknown authority", "the engine speaks with the plugin it started alone")
	require.Error(t, shakeHands(t, toPlugin(stranger), fromEngine(plugin)), "a plugin lets its engine in alone")
}

// Each start pays for several operations with such a key on either side.
func TestCertificateHasAFastKey(t *testing.T) {
	require.Equal(t, elliptic.P256(), certificate(t).PrivateKey.(*ecdsa.PrivateKey).Curve)
}

func certificate(t *testing.T) tls.Certificate {
	made, err := NewCertificate()
	require.NoError(t, err)
	return made
}

func only(t *testing.T, c tls.Certificate) *x509.CertPool {
	parsed, err := x509.ParseCertificate(c.Certificate[0])
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return pool
}

// shakeHands gives why either side refused the other.
func shakeHands(t *testing.T, client, server *tls.Config) error {
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	refused := make(chan error, 1)
	go func() {
		err := tls.Server(far, server).Handshake()
		_ = far.Close()
		refused <- err
	}()
	err := tls.Client(near, client).Handshake()
	_ = near.Close()
	if serverErr := <-refused; err == nil {
		err = serverErr
	}
	return err
}
