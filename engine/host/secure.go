package host

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"

	"passerelle/plugins/protocol"
)

// mutualTLS is how the host proves itself to one process, and what that process
// is told to trust, as PEM. It trusts nobody yet: go-plugin adds the certificate
// that the process says in its first line, and with none there is no connection.
// AutoMTLS would do the same with a slower certificate (protocol.NewCertificate).
func mutualTLS() (config *tls.Config, certificate string, err error) {
	own, err := protocol.NewCertificate()
	if err != nil {
		return nil, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]})
	return &tls.Config{
		Certificates: []tls.Certificate{own}, RootCAs: x509.NewCertPool(),
		ServerName: "localhost", MinVersion: tls.VersionTLS12,
	}, string(text), nil
}
