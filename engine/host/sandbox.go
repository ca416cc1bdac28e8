package host

import (
	"cmp"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// Sandbox says what each plugin's process is kept to. The zero Sandbox keeps it
// to nothing.
type Sandbox struct {
	On   bool
	Read []string // files and folders that plugins may read, and run programs of, besides what every program needs
	Keep []string // files and folders that none is given, whatever its connections name
	Run  []string // files that none may write to, though it may read them
}

// Need is a connection that a plugin is going to serve.
type Need struct {
	Settings []byte                     // one JSON object, as Configure gets it
	Writes   bool                       // something is written through it
	Place    func([]string) *diag.Range // of a setting, in the file; nil: not known
}

// fence is what one process may reach. It crosses to the launcher as JSON.
type fence struct {
	Name  string   `json:"name"` // the process's own argument zero
	Run   string   `json:"run"`
	Read  []string `json:"read,omitempty"`  // and run programs of
	Write []string `json:"write,omitempty"` // folders; and read, but run nothing of
	Ports []uint16 `json:"ports,omitempty"` // of any host, to connect to
}

// httpsPort is open to each plugin that has a connection: where an address has
// none of its own, as with an API's second host for tokens, it is this one.
const httpsPort = 443

// dnsPort is for names whose answer is too long for a datagram.
const dnsPort = 53

// around is what any process may reach: what the engine gave it itself, and what
// the environment, which is passed on, points to.
func (s Sandbox) around(lookup func(string) string) fence {
	f := fence{Read: slices.Clone(s.Read)}
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		f.Read = append(f.Read, filepath.SplitList(lookup(name))...)
	}
	return f
}

// opened adds what connections need, as the plugin's description and their
// settings have it. Only what the mapping file says counts, never a default of
// the plugin's, which would let it choose itself.
func (s Sandbox) opened(f fence, name string, d *protocol.Description, needs []Need) (fence, diag.Diagnostics) {
	if len(needs) == 0 {
		return f, nil
	}
	f.Ports = append(f.Ports, httpsPort, dnsPort)
	for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		f.Ports = append(f.Ports, portsIn(os.Getenv(variable))...)
	}
	var found diag.Diagnostics
	for _, need := range needs {
		var settings map[string]any
		if json.Unmarshal(need.Settings, &settings) != nil {
			continue // the plugin will say so
		}
		f.Ports = append(f.Ports, portsIn(settings)...)
		for _, setting := range d.GetSettings() {
			for _, path := range pathsIn(settings[setting.GetName()], setting.GetOpens()) {
				folder, kept := "", ""
				if path, folder = reach(path, setting.GetOpens(), need.Writes); folder != "" {
					f.Write = append(f.Write, folder)
				} else {
					f.Read = append(f.Read, path)
				}
				if kept = within(cmp.Or(folder, path), s.Keep); kept == "" && folder != "" {
					kept = within(folder, s.Run)
				}
				if kept != "" {
					d := tooWide(name, cmp.Or(folder, path), kept)
					if need.Place != nil {
						d.Subject = need.Place([]string{setting.GetName()})
					}
					found = append(found, d)
				}
			}
		}
	}
	slices.Sort(f.Ports)
	f.Ports = slices.Compact(f.Ports)
	return f, found
}

// reach says what is to be opened for a path: a file that is read, or the folder
// in which one is written, for its successor is made beside it.
func reach(path, opens string, writes bool) (read, write string) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	switch {
	case !writes:
		return path, ""
	case opens == opensFolder:
		return "", path
	}
	folder := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	return "", folder
}

// What Setting.opens may say.
const (
	opensFile   = "file"
	opensFolder = "folder"
)

// pathsIn are the paths that a setting names, absolute.
func pathsIn(value any, opens string) []string {
	if opens != opensFile && opens != opensFolder {
		return nil
	}
	var out []string
	for _, text := range texts(value) {
		if text != "" {
			out = append(out, absolute(text))
		}
	}
	return out
}

// texts are all texts in a JSON value.
func texts(value any) []string {
	var out []string
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, v := range value {
			out = append(out, texts(v)...)
		}
	case map[string]any:
		for _, v := range value {
			out = append(out, texts(v)...)
		}
	}
	return out
}

// usualPorts are those that an address means when it names none.
var usualPorts = map[string]uint16{"http": 80, "https": httpsPort, "sftp": 22, "ssh": 22, "ftp": 21, "ftps": 990, "ldap": 389, "ldaps": 636, "socks5": 1080}

// portsIn are the ports of all addresses in a JSON value: texts that begin with a
// scheme and name a host. Whoever wrote them wants them reached.
func portsIn(value any) []uint16 {
	var out []uint16
	for _, text := range texts(value) {
		address, err := url.Parse(strings.TrimSpace(text))
		if err != nil || address.Hostname() == "" {
			continue
		}
		if port, err := strconv.ParseUint(address.Port(), 10, 16); err == nil && port > 0 {
			out = append(out, uint16(port))
		} else if port := usualPorts[strings.ToLower(address.Scheme)]; port > 0 && address.Port() == "" {
			out = append(out, port)
		}
	}
	return out
}

// exposed is what would be open, of what any process may read, and what it holds
// that none is given; "" where nothing is.
func (s Sandbox) exposed(f fence) (path, kept string) {
	for _, open := range slices.Concat(everywhere, f.Read) {
		real, err := filepath.EvalSymlinks(open)
		if err != nil {
			continue // it isn't there, and opens nothing
		}
		if kept := within(absolute(real), s.Keep); kept != "" && mayBe(kept) {
			return open, kept
		}
	}
	return "", ""
}

// mayBe: it is there, or can be made. Somebody whose home is /usr/sbin has no
// configuration there.
func mayBe(path string) bool {
	_, err := os.Lstat(path)
	if err != nil {
		_, err = os.Lstat(filepath.Dir(path))
	}
	return err == nil
}

// within gives the first of what is to be kept that opening a path would open.
func within(path string, keep []string) string {
	for _, kept := range keep {
		kept = absolute(kept)
		if real, err := filepath.EvalSymlinks(kept); err == nil {
			kept = real
		}
		if rest, err := filepath.Rel(path, kept); err == nil && rest != ".." && !strings.HasPrefix(rest, "../") {
			return kept
		}
	}
	return ""
}
