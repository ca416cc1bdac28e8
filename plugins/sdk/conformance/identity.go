package conformance

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"

	"passerelle/plugins/protocol"
)

// identity is a certificate for one run, made as the engine makes its own.
type identity struct {
	pair tls.Certificate
	pem  []byte
}

func newIdentity() (*identity, error) {
	pair, err := protocol.NewCertificate()
	if err != nil {
		return nil, err
	}
	return &identity{pair: pair, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})}, nil
}

// trusting is a client's configuration that trusts one certificate alone.
func (i *identity) trusting(der []byte) (*tls.Config, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.New("the sixth field of its first line holds no certificate")
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{i.pair}, RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}, nil
}
