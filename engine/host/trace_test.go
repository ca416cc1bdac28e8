package host

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

const goCrash = `panic: runtime error: index out of range [5] with length 3

goroutine 34 [running]:
panic({0x1234?, 0x5678?})
	/usr/lib/go/src/runtime/panic.go:787 +0x132
main.(*users).page(0xc000, {0xc0001, 0x5})
	/home/zoe/secret-project/read.go:42 +0x1d
passerelle/plugins/sdk.(*server).read.func1(...)
	/home/zoe/sdk/server_read.go:60
created by main.start in goroutine 1
	/home/zoe/main.go:9 +0x1

goroutine 1 [select]:
main.main()
	/home/zoe/main.go:3 +0x1`

const nodeCrash = `/home/zoe/plugin/read.js:12
    throw new Error("N'Guyen");
    ^

Error: N'Guyen
    at readPage (/home/zoe/plugin/read.js:12:11)
    at async Object.read [as Read] (file:///home/zoe/plugin/main.mjs:7:3)
    at /home/zoe/plugin/main.mjs:9:1`

const pythonCrash = `Traceback (most recent call last):
  File "/home/zoe/main.py", line 3, in <module>
    main("N'Guyen")
  File "/home/zoe/read.py", line 7, in read_page
    raise ValueError("N'Guyen")
ValueError: N'Guyen`

func TestCrashNamesFunctionsAndPlacesAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text, fault string
		frames      []string
	}{
		"go":         {goCrash, "runtime error: index out of range [5] with length 3", []string{"main.(*users).page (read.go:42)", "passerelle/plugins/sdk.(*server).read.func1 (server_read.go:60)"}},
		"go's own":   {strings.Replace(goCrash, "runtime error: index", "N'Guyen: index", 1), "", []string{"main.(*users).page (read.go:42)", "passerelle/plugins/sdk.(*server).read.func1 (server_read.go:60)"}},
		"go, fatal":  {"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select]:\nmain.main()\n\t/a/b.go:3 +0x1", "all goroutines are asleep - deadlock!", []string{"main.main (b.go:3)"}},
		"node":       {nodeCrash, "", []string{"readPage (read.js:12)", "Object.read (main.mjs:7)", "main.mjs:9"}},
		"python":     {pythonCrash, "", []string{"read_page (read.py:7)", "<module> (main.py:3)"}},
		"no stack":   {"it broke, N'Guyen", "", nil},
		"unfinished": {"panic: runtime error: x\n\nmain.f(0x1)", "runtime error: x", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stderr := newTrace(&cleaner{})
			for line := range strings.Lines(test.text) {
				stderr.line([]byte(strings.TrimSuffix(line, "\n")))
			}
			require.Equal(t, test.fault, fault(stderr.stack()))
			require.Equal(t, test.frames, frames(stderr.stack()))
		})
	}
}

func TestCrashTextNeverReachesTheLog(t *testing.T) {
	t.Parallel()
	stderr := newTrace(&cleaner{})
	_, logged := stderr.line([]byte("starting"))
	require.True(t, logged)
	for line := range strings.Lines("panic: N'Guyen\n\ngoroutine 1 [running]:\nmain.f({0x1, 0x2})\n") {
		_, logged = stderr.line([]byte(strings.TrimSuffix(line, "\n")))
		require.False(t, logged)
	}
	_, logged = stderr.line([]byte(`{"@level":"info","@message":"still here"}`))
	require.True(t, logged, "a log line is not part of a crash")
}

func TestLongLineIsCutAndTheNextOneWhole(t *testing.T) {
	t.Parallel()
	r := bufio.NewReaderSize(strings.NewReader(strings.Repeat("a", 100)+"\nnext\nlast"), 16)
	for _, want := range []string{strings.Repeat("a", 16), "next", "last"} {
		line, err := readLine(r)
		require.NoError(t, err)
		require.Equal(t, want, string(line))
	}
	_, err := readLine(r)
	require.Error(t, err)
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	c := &cleaner{}
	c.hide("s3cr3t-key")
	c.hide("ab") // too short to be one: it would eat words
	require.Equal(t, "key=[redacted], about", c.text("key=s3cr3t-key, about", 100))
	require.Equal(t, "ab…", c.text("abcd", 2))
	require.Equal(t, "a b c", c.text("a\tb\x1b\u202e\nc\r", 100))
}

// goPluginReads does what go-plugin 1.8 does with a line, where it would panic.
func goPluginReads(line []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil //nolint:nilerr // such a line is plain text to go-plugin
	}
	for _, name := range []string{"@message", "@level", "@timestamp"} {
		if value, ok := raw[name]; ok {
			if _, ok := value.(string); !ok {
				return fmt.Errorf("%s is no string", name)
			}
		}
	}
	return nil
}

func FuzzStderrLine(f *testing.F) {
	for _, seed := range []string{
		`{"@message":1,"@level":"info"}`, `{"@message":null}`, `{"@timestamp":{}}`, `{"@message":"a\u001b[2J","k":["s3cr3t-key"]}`,
		`null`, `{`, `{"a":1}{"@level":2}`, "panic: x", " {\"@level\":1}", `{"s3cr3t-key":1,"@level":"s3cr3t-key"}`, `{"@le\u001bvel":1}`, "\x1b{\"@level\":1}", `{"k":123456789}`,
		"s\x0f3cr3t-key",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if strings.ContainsAny(string(line), "\n") {
			t.Skip("lines only")
		}
		c := &cleaner{}
		c.hide("s3cr3t-key")
		c.hide("123456789")
		out, ok := newTrace(c).line(line)
		if !ok {
			return
		}
		require.NoError(t, goPluginReads(out))
		require.True(t, utf8.Valid(out))
		require.NotContains(t, string(out), "s3cr3t-key")
		require.NotContains(t, string(out), "123456789")
		require.False(t, strings.ContainsFunc(string(out), unicode.IsControl))
	})
}

func FuzzHello(f *testing.F) {
	f.Add("1|1|unix|/tmp/x|grpc|" + strings.Repeat("A", 100))
	f.Add("1|1")
	f.Add("|||")
	f.Fuzz(func(t *testing.T, line string) {
		h := parseHello(line)
		require.Equal(t, line, h.line)
		require.False(t, h.valid && strings.Count(line, "|") < 3)
		require.False(t, h.cert && !h.valid)
	})
}

func TestHelloIsBounded(t *testing.T) {
	t.Parallel()
	r := bufio.NewReaderSize(strings.NewReader(strings.Repeat("x", 1<<20)), longestHello)
	said, err := readHello(r)
	require.NoError(t, err)
	require.Len(t, said.line, longestHello)
	require.False(t, said.valid)
}

func TestStarterRunsEverythingOnOneThreadInTurn(t *testing.T) {
	t.Parallel()
	s := newStarter()
	defer s.close()
	order := make(chan int, 2)
	require.NoError(t, s.do(func() error { order <- 1; return nil }))
	require.ErrorIs(t, s.do(func() error { order <- 2; return errStartTimeout }), errStartTimeout)
	require.Equal(t, 1, <-order)
	require.Equal(t, 2, <-order)
}
