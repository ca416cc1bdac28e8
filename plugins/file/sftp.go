package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"passerelle/plugins/sdk"
)

const (
	posixRename = "posix-rename@openssh.com"
	remoteFsync = "fsync@openssh.com"

	defaultTimeout = 30 * time.Second
	// abandoned is the age at which a half-written file is nobody's any more. It
	// is generous, because the server's clock may be another.
	abandoned = 24 * time.Hour
)

// sftpPlace is a file on an SFTP server. Every use of it has a connection of its
// own.
type sftpPlace struct {
	address string // host:port
	path    string // absolute, or from the user's home
	user    string
	auth    []ssh.AuthMethod
	hostKey string // SHA256:…
	timeout time.Duration
}

func newSFTPPlace(s sdk.Settings) (*sftpPlace, *sdk.Error) {
	p := &sftpPlace{user: s.String("user"), timeout: s.Duration("timeout")}
	if p.timeout == 0 {
		p.timeout = defaultTimeout
	}
	for _, read := range []func(sdk.Settings) *sdk.Error{p.readURL, p.readHostKey, p.readAuth} {
		if complaint := read(s); complaint != nil {
			return nil, complaint
		}
	}
	return p, nil
}

func (p *sftpPlace) readURL(s sdk.Settings) *sdk.Error {
	const example = "Write sftp://host/folder/people.csv, or sftp://host:2222/~/people.csv from the user's home."
	u, err := url.Parse(s.String("url"))
	if err != nil || u.Scheme != "sftp" || u.Hostname() == "" || strings.HasSuffix(u.Path, "/") || u.Path == "" || u.RawQuery != "" || u.Fragment != "" {
		return badSetting("url", "The url is not the address of a file on an SFTP server", "It names a host and a file there, over sftp.", example)
	}
	if u.User != nil {
		return badSetting("url", "The url holds a user or a password", "Addresses are shown and logged.", "Give user and password as settings of their own.")
	}
	port := u.Port()
	if port == "" {
		port = "22"
	}
	p.address = net.JoinHostPort(strings.ToLower(u.Hostname()), port)
	p.path = path.Clean(u.Path)
	if rest, fromHome := strings.CutPrefix(p.path, "/~/"); fromHome {
		p.path = rest
	}
	return nil
}

func (p *sftpPlace) readHostKey(s sdk.Settings) *sdk.Error {
	p.hostKey = strings.TrimRight(s.String("host_key"), "=")
	if rest, ok := strings.CutPrefix(p.hostKey, "SHA256:"); !ok || len(rest) != 43 {
		return badSetting("host_key", "The host_key is missing or is no fingerprint",
			"Without it any machine could pass for the server, and would be given the password and the file.",
			"Ask the server's operator for it: SHA256: and 43 characters, as ssh-keygen -lf prints it.")
	}
	return nil
}

func (p *sftpPlace) readAuth(s sdk.Settings) *sdk.Error {
	if p.user == "" {
		return badSetting("user", "The user of the SFTP server is missing", "A server lets nobody in without.", "Set user.")
	}
	password, key := s.String("password"), s.String("private_key")
	if (password == "") == (key == "") {
		return badSetting("password", "One of password and private_key is needed, and one only", "The server must know who comes.",
			`Set private_key = file("id_ed25519"), or password = env("SFTP_PASSWORD").`)
	}
	if key == "" {
		p.auth = []ssh.AuthMethod{ssh.Password(password), ssh.KeyboardInteractive(answerWith(password))}
		return nil
	}
	signer, err := parseKey([]byte(key), s.String("passphrase"))
	if err != nil {
		return badSetting("private_key", "The private_key can't be read", "It is no private key in OpenSSH or PEM form, or its passphrase is missing or wrong.",
			"Give the private half of the key, and passphrase if it has one.")
	}
	p.auth = []ssh.AuthMethod{ssh.PublicKeys(signer)}
	return nil
}

func parseKey(pem []byte, passphrase string) (ssh.Signer, error) {
	if passphrase != "" {
		return ssh.ParsePrivateKeyWithPassphrase(pem, []byte(passphrase))
	}
	return ssh.ParsePrivateKey(pem)
}

// answerWith gives the password to a server that asks for it as a question: one,
// whose answer is hidden. To any other it says nothing.
func answerWith(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, echos []bool) ([]string, error) {
		switch {
		case len(questions) == 0:
			return nil, nil
		case len(questions) == 1 && !echos[0]:
			return []string{password}, nil
		}
		return nil, errors.New("the server asks for more than a password")
	}
}

func (p *sftpPlace) name() string { return path.Base(p.path) }

func (p *sftpPlace) host() string { return p.address }

func (p *sftpPlace) id() string {
	where := p.path
	if !path.IsAbs(where) {
		where = "/~/" + where
	}
	return (&url.URL{Scheme: "sftp", User: url.User(p.user), Host: p.address, Path: where}).String()
}

// remoteFile closes its session with it.
type remoteFile struct {
	*sftp.File
	session *sftpSession
}

func (f *remoteFile) Close() error { return errors.Join(f.File.Close(), f.session.Close()) }

func (p *sftpPlace) open(ctx context.Context) (openedFile, error) {
	session, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (openedFile, error) {
		_ = session.Close()
		return nil, err
	}
	info, err := session.Stat(p.path)
	if err != nil {
		return fail(cannotOpen(p.name(), err))
	}
	if !info.Mode().IsRegular() {
		return fail(notAFile(p.name()))
	}
	file, err := session.Open(p.path)
	if err != nil {
		return fail(cannotOpen(p.name(), err))
	}
	return &remoteFile{file, session}, nil
}

// writable reports what can be known without writing: the folder is there, and
// the file can be replaced at once.
func (p *sftpPlace) writable(ctx context.Context) error {
	session, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }()
	if info, err := session.Stat(path.Dir(p.path)); err != nil {
		return cannotWrite(p.name(), err)
	} else if !info.IsDir() {
		return notAFile(path.Base(path.Dir(p.path)))
	}
	_, err = p.target(session)
	return err
}

// remoteTarget is the file as it is before it is replaced.
type remoteTarget struct {
	path   string
	before fs.FileInfo // nil: none is there
}

func (p *sftpPlace) target(session *sftpSession) (remoteTarget, error) {
	info, err := session.Stat(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return remoteTarget{path: p.path}, nil
	}
	if err != nil {
		return remoteTarget{}, cannotWrite(p.name(), err)
	}
	if !info.Mode().IsRegular() {
		return remoteTarget{}, notAFile(p.name())
	}
	if _, atomic := session.HasExtension(posixRename); !atomic {
		return remoteTarget{}, placeFault("no-atomic-replace", p.host()+": the SFTP server can't replace a file at once",
			"It lacks "+posixRename+". Its reader could find no file, or half of one.",
			"Ask its operator for it, or let the reader take the file away before each run.", afterFix)
	}
	real, err := session.RealPath(p.path) // of a link, so that it stays one
	if err != nil {
		return remoteTarget{}, cannotWrite(p.name(), err)
	}
	return remoteTarget{path: real, before: info}, nil
}

// replace uploads beside the file, under a name of its own. A server has no
// lock: that nobody else replaced the file meanwhile is seen at the commit.
func (p *sftpPlace) replace(ctx context.Context) (pendingFile, error) {
	session, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (pendingFile, error) {
		_ = session.Close()
		return nil, err
	}
	target, err := p.target(session)
	if err != nil {
		return fail(err)
	}
	w := &remotePending{session: session, name: p.name(), target: target}
	w.prefix = "." + path.Base(target.path) + "."
	w.removeAbandoned()
	w.part = path.Join(path.Dir(target.path), w.prefix+rand.Text()+".part")
	if w.file, err = session.OpenFile(w.part, os.O_WRONLY|os.O_CREATE|os.O_EXCL); err != nil {
		return fail(cannotWrite(p.name(), err))
	}
	if err := w.file.Chmod(0o600); err != nil {
		w.abort()
		return nil, cannotWrite(p.name(), err)
	}
	return w, nil
}
