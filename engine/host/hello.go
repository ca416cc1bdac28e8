package host

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

// hello is the one line that a plugin prints on stdout, as docs/protocol.md has
// it: CORE|VERSION|NETWORK|ADDRESS|PROTOCOL|CERTIFICATE.
type hello struct {
	line    string
	valid   bool // it has the form, whatever it says
	core    int
	version int
	network string
	rpc     string
	cert    bool
}

// longestHello holds a certificate with room to spare; go-plugin's own limit is
// 64 KiB.
const longestHello = 32 << 10

// readHello reads the first line and no more than that. A longer one is cut.
func readHello(r *bufio.Reader) (hello, error) {
	line, err := r.ReadSlice('\n')
	if len(line) == 0 {
		return hello{}, err
	}
	if errors.Is(err, bufio.ErrBufferFull) || errors.Is(err, io.EOF) {
		err = nil
	}
	return parseHello(strings.TrimSpace(string(line))), err
}

func parseHello(line string) hello {
	h := hello{line: line}
	parts := strings.Split(line, "|")
	if len(parts) < 4 {
		return h
	}
	core, coreErr := strconv.Atoi(parts[0])
	version, versionErr := strconv.Atoi(parts[1])
	if coreErr != nil || versionErr != nil {
		return h
	}
	h.valid, h.core, h.version, h.network = true, core, version, parts[2]
	if len(parts) > 4 {
		h.rpc = parts[4]
	}
	h.cert = len(parts) > 5 && len(parts[5]) > 50 // go-plugin's own test for a certificate
	return h
}
