// The plugin that the host's tests run. What it does depends on the name it is
// started under, because it sees nothing of the host's environment.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func main() {
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "engine-plugin-")
	dir := filepath.Dir(os.Args[0])
	switch name {
	case "garbage":
		fmt.Fprintln(os.Stderr, "no \x1b]0;title\x07display")
		fmt.Println("Usage: \x1b[31mgarbage\x1b[0m [options]")
		time.Sleep(time.Minute)
	case "silent":
		fmt.Fprintln(os.Stderr, "missing library")
		os.Exit(3)
	case "endless":
		chunk := strings.Repeat("x", 1<<16)
		for {
			fmt.Print(chunk)
		}
	case "sleeper":
		time.Sleep(time.Minute)
	case "future":
		plugin.Serve(&plugin.ServeConfig{
			HandshakeConfig: plugin.HandshakeConfig{
				ProtocolVersion: 99, MagicCookieKey: protocol.CookieKey, MagicCookieValue: protocol.CookieValue,
			},
			Plugins:    plugin.PluginSet{protocol.Dispensed: empty{}},
			GRPCServer: plugin.DefaultGRPCServer,
		})
		return
	case "empty":
		plugin.Serve(&plugin.ServeConfig{
			HandshakeConfig: protocol.Handshake,
			Plugins:         plugin.PluginSet{protocol.Dispensed: empty{}},
			GRPCServer:      plugin.DefaultGRPCServer,
		})
		return
	case "unwatched", "fenced":
		if name == "unwatched" { // the other one may write nothing
			write(filepath.Join(dir, "unwatched.pid"), fmt.Sprint(os.Getpid()))
		}
		plugin.Serve(&plugin.ServeConfig{
			HandshakeConfig: protocol.Handshake,
			Plugins:         plugin.PluginSet{protocol.Dispensed: unwatched{name: name}},
			GRPCServer:      plugin.DefaultGRPCServer,
		})
		return
	case "plain":
		fmt.Println("1|1|unix|/nowhere|grpc")
		time.Sleep(time.Minute)
	case "hostile":
		fmt.Fprintln(os.Stderr, `{"@message":1,"@level":"info"}`)
		fmt.Fprintln(os.Stderr, `{"@message":null,"@level":["x"],"@timestamp":{}}`)
		fmt.Fprintln(os.Stderr, `{"@level":"error","@message":"\u001b[2Jwiped"}`)
		fmt.Fprintln(os.Stderr, "null")
		fmt.Fprintln(os.Stderr, strings.Repeat("e", 1<<20))
		defer fmt.Println("unreached")
	case "left", "right":
		meet(dir, name)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
	case "parent":
		child := exec.Command("/bin/sh", "-c", "sleep 300")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			panic(err)
		}
		write(filepath.Join(dir, "child"), fmt.Sprint(child.Process.Pid))
	}
	if name == "misnamed" {
		name = "another"
	}
	if name == "prowler" {
		sdk.Serve(connector{name: name, dir: dir}) // may write nothing in a sandbox
	}
	write(filepath.Join(dir, name+".sockets"), os.Getenv("PLUGIN_UNIX_SOCKET_DIR"))
	write(filepath.Join(dir, name+".pid"), fmt.Sprint(os.Getpid()))
	sdk.Serve(connector{name: name, dir: dir})
}

// meet returns once both plugins are here.
func meet(dir, name string) {
	write(filepath.Join(dir, "here-"+name), "")
	for {
		found, _ := filepath.Glob(filepath.Join(dir, "here-*"))
		if len(found) == 2 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func write(path, text string) {
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		panic(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		panic(err)
	}
}

type empty struct{ plugin.NetRPCUnsupportedPlugin }

func (empty) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }
func (empty) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

// unwatched is a plugin without the SDK: nothing in it looks after its parent.
type unwatched struct {
	empty
	name string
	protocol.UnimplementedConnectorServer
}

func (u unwatched) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	protocol.RegisterConnectorServer(s, u)
	return nil
}

func (u unwatched) Describe(context.Context, *protocol.DescribeRequest) (*protocol.DescribeResponse, error) {
	return &protocol.DescribeResponse{Description: &protocol.Description{Name: u.name}}, nil
}

type connector struct{ name, dir string }

func (c connector) Describe() *sdk.Description {
	resources := []*sdk.Resource{}
	for _, name := range []string{"things", "crash", "panic", "hang", "large", "huge", "env", "stdin", "meet", "chatty", "slow", "deaf", "spin", "eat"} {
		resources = append(resources, &sdk.Resource{
			Name: name, Readable: true, Writable: true, Identity: []string{"id"}, LookUp: []string{"ids"},
		})
	}
	return &sdk.Description{
		Name: c.name, Version: "1.2.3", Resources: resources,
		Settings: []*sdk.Setting{
			{Name: "url", Type: "string", Required: true},
			{Name: "api_key", Type: "string", Secret: true},
			{Name: "file", Type: "string", Opens: "file"},
			{Name: "folders", Type: "list(string)", Opens: "folder"},
		},
	}
}

func (c connector) Configure(_ context.Context, s sdk.Settings) (sdk.Connection, error) {
	if s.String("url") == "ftp://x" {
		return nil, &sdk.Error{
			Code: "bad-url", Summary: "The URL can't be used with " + s.String("api_key"),
			Remedy: "Use https.", Attribute: []string{"url"}, Retry: protocol.Retry_RETRY_AFTER_FIX,
		}
	}
	hclog.Default().Error("configured", "with", s.String("api_key"))
	return connection{c, s.String("url")}, nil
}

type connection struct {
	connector
	url string
}

func (c connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.url} }

func (c connection) Close() error {
	if c.name == "stubborn" {
		select {}
	}
	return nil
}

func (c connection) Read(ctx context.Context, r sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	if c.name == "prowler" {
		for _, deed := range r.IDs {
			if err := out.Answer(deed, []byte(fmt.Sprintf(`{"id":%q}`, attempt(deed)))); err != nil {
				return sdk.End{}, err
			}
		}
		return sdk.End{Complete: true, Expected: -1}, nil
	}
	if err := out.Record([]byte(`{"id":1}`)); err != nil {
		return sdk.End{}, err
	}
	if err := out.PageEnd(); err != nil {
		return sdk.End{}, err
	}
	switch r.Resource {
	case "crash":
		for !exists(filepath.Join(c.dir, "crash-now")) {
			time.Sleep(time.Millisecond)
		}
		go explode(nil)
		select {}
	case "panic":
		explode(nil)
	case "hang":
		<-ctx.Done()
		write(filepath.Join(c.dir, "cancelled"), "")
		return sdk.End{}, ctx.Err()
	case "slow": // at work for three times as long as it may be silent
		for range 30 {
			time.Sleep(50 * time.Millisecond)
			out.Progress(-1, 1)
		}
	case "deaf":
		select {}
	case "large":
		return sdk.End{Complete: true, Expected: -1}, out.Record([]byte(`{"id":"` + strings.Repeat("x", 10<<20) + `"}`))
	case "huge":
		_ = out.Record([]byte(`{"id":"` + strings.Repeat("x", 65<<20) + `"}`))
		return sdk.End{Complete: true, Expected: -1}, nil
	case "env":
		for _, pair := range os.Environ() {
			name, _, _ := strings.Cut(pair, "=")
			if err := out.Record([]byte(`{"id":"` + name + `"}`)); err != nil {
				return sdk.End{}, err
			}
		}
	case "stdin":
		input, err := io.ReadAll(os.Stdin)
		return sdk.End{Complete: len(input) == 0 && err == nil, Expected: -1, Calls: int64(len(input))}, nil
	case "spin":
		for {
		}
	case "eat":
		for eaten := [][]byte{}; ; {
			eaten = append(eaten, []byte(strings.Repeat("x", 64<<20)))
		}
	case "meet":
		meet(c.dir, c.url)
	case "chatty":
		for range 64 {
			fmt.Println(strings.Repeat("o", 1<<16))
			fmt.Fprintln(os.Stderr, strings.Repeat("e", 1<<16))
		}
	}
	return sdk.End{Complete: true, Expected: 1, Calls: 1}, nil
}

//go:noinline
func explode(people map[string]int) { people["Zoé N'Guyen"]++ }

func (c connection) Write(ctx context.Context, session sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	switch session.Resource {
	case "crash":
		go explode(nil)
		select {}
	case "panic":
		explode(nil)
	case "hang":
		<-ctx.Done()
		write(filepath.Join(c.dir, "cancelled"), "")
		return nil, ctx.Err()
	}
	results := make([]sdk.WriteResult, len(records))
	for i := range records {
		results[i] = sdk.WriteResult{Outcome: protocol.Outcome_OUTCOME_APPLIED, ID: fmt.Sprint("t-", i)}
	}
	return results, nil
}
