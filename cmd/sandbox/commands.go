package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"passerelle/cmd/sandbox/box"
	"passerelle/cmd/sandbox/child"
	"passerelle/cmd/sandbox/people"
)

// flags that both commands have.
type flags struct {
	addr        string
	employees   int
	seed        int64
	flaws       int
	today       string
	noRateLimit bool
}

func (f *flags) add(c *cobra.Command, addr string) {
	c.Flags().StringVar(&f.addr, "addr", addr, "loopback `address` to listen on; port 0 takes a free one")
	c.Flags().IntVar(&f.employees, "employees", 340, "how many people are on file, leavers and people to come included")
	c.Flags().Int64Var(&f.seed, "seed", 1, "which people: the same seed, the same people")
	c.Flags().IntVar(&f.flaws, "flaws", 3, "how many present people have a fault that a mapping must hold back")
	c.Flags().StringVar(&f.today, "today", "", "the `date` on which people have left or are still to come, as 2026-12-31 (default: today)")
	c.Flags().BoolVar(&f.noRateLimit, "no-rate-limit", false, "lift Lucca's 50 requests a minute, and Personio's limits")
}

// open makes the box and puts it on its address.
func (f *flags) open(c *cobra.Command) (*box.Box, *box.Server, error) {
	today := time.Now()
	if f.today != "" {
		var err error
		if today, err = time.Parse("2006-01-02", f.today); err != nil {
			return nil, nil, fmt.Errorf("--today: %q is not a date: write it as 2026-12-31", f.today)
		}
	}
	b, err := box.New(box.Options{
		People:      people.Options{Employees: f.employees, Seed: f.seed, Flaws: f.flaws, Today: today},
		NoRateLimit: f.noRateLimit,
	})
	if err != nil {
		return nil, nil, err
	}
	server, err := box.Listen(c.Context(), f.addr, b)
	return b, server, err
}

func newRoot(stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "sandbox",
		Short:         "Lucca, Oppus, Emasphère and Personio on your own machine, for demos and tests",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.AddCommand(newServe(), newRun(), newAsk())
	return root
}

func newServe() *cobra.Command {
	var f flags
	var lifetime time.Duration
	var asJSON bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve until interrupted, after saying how to get in",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			signals := make(chan os.Signal, 1)
			signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
			defer signal.Stop(signals)

			b, server, err := f.open(c)
			if err != nil {
				return err
			}
			if err := announce(c.OutOrStdout(), b.Access(server.URL()), asJSON); err != nil {
				return err
			}
			var elapsed <-chan time.Time
			if lifetime > 0 {
				elapsed = time.After(lifetime)
			}
			select {
			case <-signals:
			case <-elapsed:
			case <-c.Context().Done():
			case err := <-server.Failed():
				return err
			}
			return server.Close()
		},
	}
	f.add(c, "127.0.0.1:8090")
	c.Flags().DurationVar(&lifetime, "for", 0, "stop by itself after this `duration`, such as 10m")
	c.Flags().BoolVar(&asJSON, "json", false, "say how to get in as one line of JSON")
	return c
}

// announce writes one line of JSON, or lines to paste into a shell.
func announce(w io.Writer, access box.Access, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(access)
	}
	_, err := fmt.Fprintf(w, "# %d people on %s; what there is: %s/\n", access.People, access.Today, access.Sandbox)
	for _, variable := range access.Environment() {
		if err == nil {
			_, err = fmt.Fprintf(w, "export %s\n", variable)
		}
	}
	return err
}

func newRun() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGUMENT…]",
		Short: "Serve while a command runs, which finds the way in its environment; end with its code",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			signals := make(chan os.Signal, 4)
			signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2)
			defer signal.Stop(signals)
			interrupts := signals
			if isTerminal(c.InOrStdin()) {
				// A terminal sends its interrupt to the whole group, the command
				// included: here it is only caught, lest it arrive there twice.
				interrupts = make(chan os.Signal, 1)
				defer signal.Stop(interrupts)
			}
			signal.Notify(interrupts, syscall.SIGINT)

			b, server, err := f.open(c)
			if err != nil {
				return err
			}
			code, err := child.Run(child.Command{
				Args:  args,
				Env:   append(os.Environ(), b.Access(server.URL()).Environment()...),
				Stdin: c.InOrStdin(), Stdout: c.OutOrStdout(), Stderr: c.ErrOrStderr(),
			}, signals)
			closed := server.Close()
			switch {
			case err != nil:
				fmt.Fprintln(c.ErrOrStderr(), "sandbox:", err)
				return exitCode(code)
			case code != 0:
				return exitCode(code)
			}
			return closed
		},
	}
	c.Flags().SetInterspersed(false)
	f.add(c, "127.0.0.1:0")
	return c
}

func isTerminal(stdin io.Reader) bool {
	file, ok := stdin.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
