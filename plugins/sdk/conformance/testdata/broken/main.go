// The plugins that break one rule each: an honest one, with one thing gone wrong.
// Which one stands in the file "mode" beside the executable, because a plugin
// sees nothing of its tester's environment; "honest" is none.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk/conformance/testdata/honest"
)

func main() {
	exe, err := os.Executable()
	if err != nil {
		os.Exit(7)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(exe), "mode"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "There is no file mode beside this plugin of tests.")
		os.Exit(7)
	}
	mode := strings.TrimSpace(string(text))
	if os.Getenv(protocol.CookieKey) == "" {
		if mode == "by-hand" {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, "A plugin for tests.")
		os.Exit(1)
	}
	serve(mode)
}

func serve(mode string) {
	switch mode {
	case "no-hello":
		os.Exit(3)
	case "chatty":
		fmt.Println("Welcome!")
	case "slow-start":
		time.Sleep(time.Hour)
	}
	signal.Ignore(syscall.SIGINT)
	if mode == "mortal" {
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, syscall.SIGINT)
		go func() { <-interrupted; os.Exit(130) }()
	}
	if mode != "orphan" {
		go func() {
			for parent := os.Getppid(); os.Getppid() == parent; time.Sleep(100 * time.Millisecond) {
			}
			os.Exit(1)
		}()
	}
	if mode == "raw-logs" {
		fmt.Fprintln(os.Stderr, "Exception in thread main")
	}
	limit := protocol.MaxMessageBytes
	if mode == "small-messages" {
		limit = 4 << 20
	}
	// go-plugin replaces os.Stderr.
	log := hclog.New(&hclog.LoggerOptions{Output: os.Stderr, JSONFormat: true, Level: hclog.Trace})
	server := &broken{Server: &honest.Server{Name: "broken"}, mode: mode, log: log}
	if mode == "open-door" {
		_ = honest.Serve(server, true)
		return
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: protocol.Handshake,
		Plugins:         plugin.PluginSet{protocol.Dispensed: served{server: server}},
		Logger:          log,
		GRPCServer: func(options []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(options, grpc.MaxRecvMsgSize(limit), grpc.MaxSendMsgSize(limit))...)
		},
	})
	if mode == "bad-exit" {
		os.Exit(5)
	}
}

type served struct {
	plugin.NetRPCUnsupportedPlugin
	server *broken
}

func (s served) GRPCServer(_ *plugin.GRPCBroker, g *grpc.Server) error {
	protocol.RegisterConnectorServer(g, s.server)
	return nil
}

func (served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

// broken is the honest service, seen through what goes wrong.
type broken struct {
	*honest.Server
	mode  string
	log   hclog.Logger
	calls atomic.Int64
}

func (b *broken) Describe(ctx context.Context, request *protocol.DescribeRequest) (*protocol.DescribeResponse, error) {
	answer, err := b.Server.Describe(ctx, request)
	d := answer.GetDescription()
	people := d.GetResources()[0]
	switch b.mode {
	case "hang":
		<-ctx.Done()
		return nil, ctx.Err()
	case "other-name":
		d.Name = "other"
	case "moody":
		d.About = fmt.Sprint(rand.Int64())
	case "nosy":
		d.About = "For tests."
		if proxy := os.Getenv("HTTP_PROXY"); proxy != "" {
			if response, err := http.Get(proxy); err == nil {
				_ = response.Body.Close()
			}
		}
	case "bad-default":
		d.Settings = append([]*protocol.Setting{}, d.GetSettings()...)
		d.Settings = append(d.Settings, &protocol.Setting{Name: "depth", Type: "string", OneOf: []string{"deep"}, DefaultJson: `"shallow"`})
	case "bad-opening":
		d.Settings = append([]*protocol.Setting{}, d.GetSettings()...)
		d.Settings = append(d.Settings, &protocol.Setting{Name: "depth", Type: "int", Opens: "file"})
	case "late-opening":
		people.WriteSettings = append(people.WriteSettings, &protocol.Setting{Name: "depth", Type: "string", Opens: "file"})
	case "bad-right":
		people.Fields[1].Right = "nobody-knows"
	case "unsettled":
		people.Endpoints[1].Reconcile = protocol.Reconcile_RECONCILE_UNSPECIFIED
	case "bad-write-right":
		people.Fields[1].WriteRights = []string{"nobody-knows"}
	case "unknown-endpoint-right":
		people.Endpoints[0].RightRefs = []string{"nobody-knows"}
	case "unknown-word":
		people.Endpoints[0].NeedsSetting = "nobody-knows"
	case "half-snapshot":
		d.Resources = append(d.Resources, &protocol.Resource{Name: "roll", Writable: true, Open: true, WriteForm: protocol.WriteForm_WRITE_FORM_SNAPSHOT})
	case "pretender":
		d.Capabilities = []string{"check"}
	}
	return answer, err
}

func (b *broken) Configure(ctx context.Context, request *protocol.ConfigureRequest) (*protocol.ConfigureResponse, error) {
	switch b.mode {
	case "status":
		if strings.Contains(string(request.GetSettingsJson()), "conformance_unknown") {
			return nil, fmt.Errorf("no such setting")
		}
	case "leaky":
		b.log.Debug("configured", "settings", string(request.GetSettingsJson()))
	}
	answer, err := b.Server.Configure(ctx, request)
	if b.mode == "bad-address" && answer.GetHandle() != "" {
		answer.ProfileUrls = map[string]string{"people": "javascript:alert({id})"}
	}
	if b.mode == "guessable" && answer.GetHandle() != "" {
		answer.Handle = answer.GetHandle()[:4]
	}
	if len(answer.GetDiagnostics()) > 0 {
		d := answer.GetDiagnostics()[0]
		code := map[string]string{"careless-unknown": "unknown-setting", "careless-missing": "missing-setting",
			"careless-type": "bad-setting-type", "careless-list": "setting-not-allowed"}[b.mode]
		if code == d.GetCode() {
			d.Attribute = nil
		}
	}
	return answer, err
}

func (b *broken) Stop(ctx context.Context, request *protocol.StopRequest) (*protocol.StopResponse, error) {
	if b.mode == "stop-all" {
		request.Handle = ""
	}
	return b.Server.Stop(ctx, request)
}
