package sdk

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"os"
	"strings"

	"passerelle/plugins/protocol"
)

// mutualTLS is how this process proves itself to the engine, and lets nobody else
// in. go-plugin would do the same with a certificate that takes 4 ms more of each
// start (protocol.NewCertificate); what it doesn't do for one that it is given is
// to say it in the first line, so announce does. Without an engine's certificate
// there is nobody to prove anything to: nil.
func mutualTLS() (func() (*tls.Config, error), error) {
	engine := os.Getenv(protocol.EnvEngineCertificate)
	if engine == "" {
		return nil, nil
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM([]byte(engine)) {
		return nil, errors.New(protocol.EnvEngineCertificate + " holds no certificate")
	}
	own, err := protocol.NewCertificate()
	if err != nil {
		return nil, err
	}
	if err := announce(own.Certificate[0]); err != nil {
		return nil, err
	}
	return func() (*tls.Config, error) {
		return &tls.Config{
			Certificates: []tls.Certificate{own}, ServerName: "localhost", MinVersion: tls.VersionTLS12,
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted, RootCAs: trusted,
		}, nil
	}, nil
}

// certificateField is the place of the certificate in the first line.
const certificateField = 5

// announce puts the certificate into the first line, on its way from go-plugin to
// the engine. go-plugin itself takes os.Stdout away for good after that line.
func announce(certificate []byte) error {
	toEngine := os.Stdout
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	os.Stdout = w
	go func() {
		defer r.Close()
		line, err := bufio.NewReader(r).ReadString('\n')
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		if err != nil || len(fields) <= certificateField {
			return // the engine gives up on a plugin that says nothing
		}
		fields[certificateField] = base64.RawStdEncoding.EncodeToString(certificate)
		_, _ = toEngine.WriteString(strings.Join(fields, "|") + "\n")
	}()
	return nil
}
