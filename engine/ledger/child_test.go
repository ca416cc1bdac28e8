package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	osexec "os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Some promises are about another process: the test binary runs itself again,
// with childEnv naming what the child does and dirEnv the ledger's directory.
const (
	childEnv = "PASSERELLE_LEDGER_TEST_CHILD"
	dirEnv   = "PASSERELLE_LEDGER_TEST_DIR"
)

func TestMain(m *testing.M) {
	act, ok := map[string]func(dir string) error{
		"hold":      childHolds,
		"die":       childDies,
		"die-mid":   childDiesMidway,
		"read-only": childCannotWrite,
	}[os.Getenv(childEnv)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := act(os.Getenv(dirEnv)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// child is a command that plays the part in dir.
func child(t *testing.T, part, dir string) *osexec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := osexec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+part, dirEnv+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// requireKilled runs a child that kills itself.
func requireKilled(t *testing.T, cmd *osexec.Cmd) {
	t.Helper()
	out, _ := cmd.Output()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, status.Signaled() && status.Signal() == syscall.SIGKILL, "child said: %s", out)
}

func die() {
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func childOpen(dir string) (*Ledger, error) {
	key, _ := ParseKey("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	return Open(context.Background(), Options{Path: ledgerIn(dir), Key: key, Command: "engine run people", Clock: newClock().read})
}

// childHolds keeps the ledger open until its input ends.
func childHolds(dir string) error {
	if _, err := childOpen(dir); err != nil {
		return err
	}
	fmt.Println("held")
	_, err := os.Stdin.Read(make([]byte, 1))
	return err
}

// childStarts makes a plan and settles its batch 0.
func childStarts(dir string) (*Ledger, string, error) {
	ctx := context.Background()
	l, err := childOpen(dir)
	if err != nil {
		return nil, "", err
	}
	scope, err := l.Scope(ctx, people)
	if err != nil {
		return nil, "", err
	}
	run, err := l.BeginRun(ctx, "people", time.UTC)
	if err != nil {
		return nil, "", err
	}
	if err := l.SavePlan(ctx, Plan{ID: "p", RunID: run.ID, Scope: scope, SpoolPath: "spool/p", Batches: 3}); err != nil {
		return nil, "", err
	}
	if err := l.Intend(ctx, "p", 0); err != nil {
		return nil, "", err
	}
	return l, run.ID, l.Settle(ctx, run.ID, "p", 0, []Applied{created("1", 11)})
}

// childDies is killed after batch 1 was sent and before its answer is recorded.
func childDies(dir string) error {
	l, _, err := childStarts(dir)
	if err != nil {
		return err
	}
	if err := l.Intend(context.Background(), "p", 1); err != nil {
		return err
	}
	die()
	return nil
}

// childDiesMidway is killed when everything of batch 1's answer is written but
// for the commit.
func childDiesMidway(dir string) error {
	l, run, err := childStarts(dir)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if err := l.Intend(ctx, "p", 1); err != nil {
		return err
	}
	batch := []Applied{created("2", 22), heldBack("3", "value-not-accepted")}
	return l.write(ctx, "settling", func() error {
		if err := l.answer("p", 1); err != nil {
			return err
		}
		if err := l.settleLinks(1, batch); err != nil {
			return err
		}
		if err := l.settleResults(run, "p", batch); err != nil {
			return err
		}
		die()
		return nil
	})
}

// childCannotWrite gives up root, whom no directory refuses, and opens.
func childCannotWrite(dir string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	_, err := childOpen(dir)
	if code := codeOf(err); code != "ledger-not-writable" {
		return fmt.Errorf("got %q: %v", code, err)
	}
	return nil
}

func TestASecondProcessIsToldWhoHasTheLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := child(t, "hold", dir)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)

	_, err = Open(t.Context(), Options{Path: ledgerIn(dir), Key: testKey(t)})
	requireLockedBy(t, err, fmt.Sprintf("process %d", cmd.Process.Pid), `"engine run people"`, "2026-09-01T00:00:00Z")

	// Killed, it leaves its lock file behind, and that stops nobody.
	require.NoError(t, cmd.Process.Kill())
	cmd.Wait()
	in.Close()
	text, err := os.ReadFile(ledgerIn(dir) + ".lock")
	require.NoError(t, err)
	require.NotEmpty(t, strings.TrimSpace(string(text)))
	open(t, dir)
}

func TestAKillBetweenIntendAndSettleLeavesExactlyThatBatch(t *testing.T) {
	t.Parallel()
	for part, about := range map[string]string{"die": "before the answer", "die-mid": "before the commit of the answer"} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			requireKilled(t, child(t, part, dir))

			l := open(t, dir)
			scope, err := l.Scope(t.Context(), people)
			require.NoError(t, err)
			open, err := l.Unanswered(t.Context(), scope)
			require.NoError(t, err)
			require.Equal(t, []Batch{{PlanID: "p", RunID: "2026-09-01-0000", Batch: 1, SpoolPath: "spool/p"}}, open)

			require.Equal(t, "t-1", link(t, l, scope, "1").TargetID, "batch 0 is whole")
			require.Zero(t, link(t, l, scope, "2").Row, "nothing of batch 1 is there")
			held, err := l.HeldNow(t.Context(), "people")
			require.NoError(t, err)
			require.Empty(t, held)
			require.Len(t, resultsOf(t, l, "2026-09-01-0000"), 1)
			runs, err := l.LastRuns(t.Context(), "people", 9)
			require.NoError(t, err)
			require.Equal(t, RunFailed, runs[0].Status, "the killed run was ended")
			require.NoError(t, l.Verify(t.Context()))

			// The next run settles it, and drops the rest of the plan.
			run, err := l.BeginRun(t.Context(), "people", time.UTC)
			require.NoError(t, err)
			require.NoError(t, l.Settle(t.Context(), run.ID, "p", 1, []Applied{created("2", 22)}))
			require.NoError(t, l.SetPlanState(t.Context(), "p", PlanDropped))
			open, err = l.Unanswered(t.Context(), scope)
			require.NoError(t, err)
			require.Empty(t, open)
		})
	}
}

func TestADirectoryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	out, err := child(t, "read-only", dir).Output()
	require.NoError(t, err, "%s", out)
}
