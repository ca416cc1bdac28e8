# make demo: the main job, on a sandbox of its own. make test: all tests.
# Both need Go, git and make, and nothing else.

BIN     := bin
PLUGINS := lucca oppus emasphere personio rest file
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# Without symbols for a debugger a plugin is a third smaller, and each run reads
# and hashes it. The stack of a crash names its functions all the same.
STRIP   := -s -w
LDFLAGS := $(STRIP) -X main.version=$(VERSION)

.PHONY: build demo test kills race fuzz bench bench-go lint generate clean

build:
	@mkdir -p $(BIN)
	@$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/engine ./cmd/engine
	@$(GO) build -trimpath -o $(BIN)/sandbox ./cmd/sandbox
	@for name in $(PLUGINS); do $(GO) build -trimpath -ldflags '$(STRIP)' -o $(BIN)/engine-plugin-$$name ./plugins/$$name || exit 1; done

demo: build
	@./examples/demo.sh

test:
	$(GO) vet ./...
	$(GO) test -timeout 10m ./...

# Runs killed at random instants; KILLS_SEED=N repeats one choice of them.
KILLS      ?= 200
KILLS_SEED ?= $(shell date +%s)
kills:
	KILLS=$(KILLS) KILLS_SEED=$(KILLS_SEED) $(GO) test -count=1 -timeout 10m -v -run '^TestKilled' ./cmd/engine

race:
	$(GO) test -race -timeout 20m ./...

# Every fuzz target of the tree, FUZZTIME each.
FUZZTIME ?= 10s
fuzz:
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

# What the engine costs beside two loops written by hand, in one run; docs/speed.md
# says how to read it. BENCH=--help lists what it takes, BENCH=--quick tries it.
BENCH ?=
bench: build
	@$(GO) build -trimpath -o $(BIN)/bench ./bench
	@$(GO) build -trimpath -o $(BIN)/engine-plugin-bench ./bench/plugin
	@$(BIN)/bench --bin $(BIN) $(BENCH)

# Every Go benchmark of the tree.
bench-go:
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint:
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo 'run gofmt -w on these'; exit 1; }
	$(GO) vet ./...

generate:
	$(GO) generate ./...

clean:
	rm -rf $(BIN)
