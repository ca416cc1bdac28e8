package trust

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-cleanhttp"
	"github.com/hashicorp/go-retryablehttp"
)

// mirror is a folder on a web server. A plain static server is enough.
type mirror struct {
	base   *url.URL
	client *http.Client
}

const maxRedirects = 5

// newMirror reads over https alone: hashes and signatures hold over http too, but
// what is asked for would be seen, and newer versions could be hidden by anybody
// on the way.
func newMirror(from, certificates string) (source, error) {
	base, err := url.Parse(from)
	if err != nil || base.Scheme != "https" || base.Host == "" {
		return nil, badMirror(from)
	}
	transport := cleanhttp.DefaultPooledTransport()
	transport.DisableCompression = true // the hash is of the bytes as they are stored
	transport.ResponseHeaderTimeout = 30 * time.Second
	if certificates != "" {
		text, err := os.ReadFile(certificates)
		if err != nil {
			return nil, cantRead(certificates, err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, notCertificates(certificates)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	retry := retryablehttp.NewClient()
	retry.Logger = nil
	retry.RetryMax, retry.RetryWaitMin, retry.RetryWaitMax = 2, 200*time.Millisecond, 5*time.Second
	retry.ErrorHandler = retryablehttp.PassthroughErrorHandler
	retry.HTTPClient = &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || len(via) > maxRedirects {
			return errRedirect
		}
		return nil
	}}
	return &mirror{base: base, client: retry.StandardClient()}, nil
}

var errRedirect = errors.New("redirected away from https, or too often")

// served are the content types of static servers for what a mirror holds. A page
// of a proxy or of a login is of another.
var served = []string{
	"", "application/json", "text/plain", "text/markdown", "application/octet-stream", "binary/octet-stream",
	"application/gzip", "application/x-gzip", "application/x-tar", "application/x-compressed-tar", "application/pgp-signature",
}

func (m *mirror) open(ctx context.Context, name string) (io.ReadCloser, error) {
	at := m.base.JoinPath(strings.Split(name, "/")...)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, badMirror(m.place())
	}
	response, err := m.client.Do(request)
	if err != nil {
		return nil, m.failure(ctx, at, err)
	}
	content, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")) // "" where it says nothing
	switch code := response.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		err = fs.ErrNotExist
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusProxyAuthRequired:
		err = mirrorForbids(at.Redacted(), code)
	case code != http.StatusOK:
		err = mirrorAnswers(at.Redacted(), code)
	case !slices.Contains(served, content):
		err = wrongContent(at.Redacted(), content)
	}
	if err != nil {
		_ = response.Body.Close()
		return nil, err
	}
	return response.Body, nil
}

func (m *mirror) failure(ctx context.Context, at *url.URL, err error) error {
	var certificate *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case errors.As(err, &certificate):
		return mirrorCertificate(at.Redacted(), certificate.Err)
	case errors.Is(err, errRedirect):
		return mirrorRedirects(at.Redacted())
	}
	var outer *url.Error
	for errors.As(err, &outer) {
		err = outer.Err // without the address, which the message has already
	}
	return mirrorUnavailable(at.Redacted(), fmt.Sprint(err))
}

func (m *mirror) place() string { return strings.TrimSuffix(m.base.Redacted(), "/") }
func (m *mirror) close()        { m.client.CloseIdleConnections() }
