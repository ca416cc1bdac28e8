package resttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// EnvRecord makes Replay record: RESTTEST_RECORD=1 go test.
const EnvRecord = "RESTTEST_RECORD"

// Rules say what of a real account may be written into a tape. Everything else is
// replaced: texts by texts of the same kind, numbers by numbers, the same by the
// same, so that ids still lead from one answer to the next.
type Rules struct {
	// Keep names the members of JSON bodies, and the parameters of queries, whose
	// values are no one's: "page", "total", "isActive". It must name something.
	Keep []string
	// Address is of the real API. A tape names none.
	Address string
}

// exchange is one request and its answer, as a tape keeps them.
type exchange struct {
	Method string          `json:"method"`
	Path   string          `json:"path"` // with the query
	Body   json.RawMessage `json:"body,omitempty"`
	Status int             `json:"status"`
	Answer json.RawMessage `json:"answer,omitempty"`
}

// Tape is an http.RoundTripper for rest.Config.Transport. It may be used
// concurrently.
type Tape struct {
	t     testing.TB
	file  string
	rules Rules
	live  http.RoundTripper // nil: it replays

	mu        sync.Mutex
	exchanges []exchange
	used      []bool
	redactor  *redactor
}

// Replay answers requests from a file. Where the environment says RESTTEST_RECORD
// it makes them for real through live, and writes what it may of them into the
// file when the test has passed.
func Replay(t testing.TB, file string, rules Rules, live http.RoundTripper) *Tape {
	t.Helper()
	tape := &Tape{t: t, file: file, rules: rules, redactor: newRedactor(rules.Keep)}
	if os.Getenv(EnvRecord) == "" {
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &tape.exchanges)
		}
		if err != nil {
			t.Fatalf("reading the tape (record it with %s=1): %v", EnvRecord, err)
		}
		tape.used = make([]bool, len(tape.exchanges))
		return tape
	}
	if len(rules.Keep) == 0 {
		t.Fatalf("nothing is recorded without a rule: say in Rules.Keep which members of the answers may be written down")
	}
	tape.live = live
	if live == nil {
		tape.live = http.DefaultTransport
	}
	t.Cleanup(tape.save)
	return tape
}

// RoundTrip implements http.RoundTripper.
func (p *Tape) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	if p.live != nil {
		return p.record(r, body)
	}
	return p.replay(r, body)
}

func (p *Tape) record(r *http.Request, body []byte) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response, err := p.live.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(answer))
	p.mu.Lock()
	defer p.mu.Unlock()
	// The answer first: what it taught the redactor is replaced in paths, too.
	kept := exchange{Method: r.Method, Status: response.StatusCode, Answer: p.redactor.json(answer), Body: p.redactor.json(body)}
	kept.Path = p.redactor.address(p.relative(r.URL))
	p.exchanges = append(p.exchanges, kept)
	return response, nil
}

func (p *Tape) replay(r *http.Request, body []byte) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := p.relative(r.URL)
	i := p.find(func(x exchange) bool {
		return order(x.Path) == order(path) && bytes.Equal(canonical(x.Body), canonical(body))
	}, r.Method)
	if i < 0 { // what the test itself asked for was replaced on the tape
		i = p.find(func(x exchange) bool { return p.alike(x, path, body) }, r.Method)
	}
	if i < 0 {
		p.t.Errorf("%s %s is not on the tape, or not once more", r.Method, path)
		return nil, fmt.Errorf("not on the tape")
	}
	p.used[i] = true
	x := p.exchanges[i]
	return &http.Response{
		Status: http.StatusText(x.Status), StatusCode: x.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(x.Answer)),
		ContentLength: int64(len(x.Answer)), Request: r,
	}, nil
}

// find gives the first exchange of a method that fits and was not used; -1
// without one.
func (p *Tape) find(fits func(exchange) bool, method string) int {
	for i, x := range p.exchanges {
		if !p.used[i] && x.Method == method && fits(x) {
			return i
		}
	}
	return -1
}

// alike compares a request with a kept one, but for the values that a tape
// doesn't keep: path, names of parameters and members, and what is kept.
func (p *Tape) alike(x exchange, path string, body []byte) bool {
	here, hereQuery, _ := strings.Cut(path, "?")
	there, thereQuery, _ := strings.Cut(x.Path, "?")
	one, oneErr := url.ParseQuery(hereQuery)
	two, twoErr := url.ParseQuery(thereQuery)
	if here != there || oneErr != nil || twoErr != nil || len(one) != len(two) {
		return false
	}
	for name, values := range one {
		other, ok := two[name]
		if !ok || slices.Contains(p.rules.Keep, name) && !slices.Equal(values, other) {
			return false
		}
	}
	return bytes.Equal(p.bones(x.Body), p.bones(body))
}

// bones are a body without the values that a tape doesn't keep.
func (p *Tape) bones(body []byte) []byte {
	bare := newRedactor(p.rules.Keep)
	bare.same = "-"
	return canonical(bare.json(body))
}

// relative is what an address says below that of the API.
func (p *Tape) relative(u *url.URL) string {
	base, err := url.Parse(p.rules.Address)
	if err != nil {
		return u.RequestURI()
	}
	return strings.TrimPrefix(u.RequestURI(), strings.TrimSuffix(base.Path, "/"))
}

// save writes the tape of a test that passed.
func (p *Tape) save() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.t.Failed() {
		return
	}
	text, err := json.MarshalIndent(p.exchanges, "", "  ")
	if err == nil {
		err = os.WriteFile(p.file, append(text, '\n'), 0o600)
	}
	if err != nil {
		p.t.Errorf("writing the tape: %v", err)
	}
}

// order puts the parameters of a query into one order.
func order(path string) string {
	before, query, asked := strings.Cut(path, "?")
	if values, err := url.ParseQuery(query); asked && err == nil {
		return before + "?" + values.Encode()
	}
	return path
}

// canonical writes JSON in one way; what is none stays as it is.
func canonical(text []byte) []byte {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return bytes.TrimSpace(text)
	}
	out, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return out
}
