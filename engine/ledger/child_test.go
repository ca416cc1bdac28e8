package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
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
		"die-new":   childDiesMigrating,
		"read-only": childCannotWrite,
		"look":      childLooks,
		"steps":     childSteps,
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

// childDiesMigrating is killed when it is about to drop, at the end of bringing an
// older ledger up to date, the table that was the last of the old form.
func childDiesMigrating(dir string) error {
	key, _ := ParseKey("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	l := &Ledger{path: ledgerIn(dir), clock: newClock().read}
	var err error
	if l.conn, err = sqlite.OpenConn(l.path, sqlite.OpenReadWrite); err != nil {
		return err
	}
	if err := l.identify(key); err != nil {
		return err
	}
	err = l.conn.SetAuthorizer(sqlite.AuthorizeFunc(func(a sqlite.Action) sqlite.AuthResult {
		if a.Type() == sqlite.OpDropTable && a.Table() == "results" {
			die()
		}
		return sqlite.AuthResultOK
	}))
	if err != nil {
		return err
	}
	return l.migrate()
}

// A ledger that was being brought up to date is what it was, and the next one to
// open it begins again.
func TestKilledWhileAnOlderLedgerIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	_, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, mixed(2500)))
	want := resultsOf(t, l, run)
	require.NoError(t, l.Close())
	asBeforePages(t, dir)
	for range 2 {
		requireKilled(t, child(t, "die-new", dir))
	}
	l = open(t, dir)
	require.Equal(t, want, resultsOf(t, l, run))
	require.NoError(t, l.CheckPages(t.Context()))
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

// childLooks gives up root, and reads a ledger in a folder that it can't write.
func childLooks(dir string) error {
	if os.Getuid() == 0 {
		if err := syscall.Setuid(65534); err != nil {
			return err
		}
	}
	key, _ := ParseKey("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	l, err := OpenReader(context.Background(), Options{Path: ledgerIn(dir), Key: key})
	if err != nil {
		return err
	}
	defer l.Close()
	scopes, err := l.Scopes(context.Background())
	if err != nil || len(scopes) != 1 || scopes[0].Active != 1 {
		return fmt.Errorf("scopes are %v: %v", scopes, err)
	}
	return l.Verify(context.Background())
}

// stepEnv is after how many steps childSteps is killed.
const stepEnv = "PASSERELLE_LEDGER_TEST_STEP"

// childSteps does everything that a run, and people after it, write, and is killed
// on the way.
func childSteps(dir string) error {
	ctx, done := context.Background(), 0
	last, err := strconv.Atoi(os.Getenv(stepEnv))
	if err != nil {
		return err
	}
	var failed error
	step := func(err error) {
		if failed = errors.Join(failed, err); failed == nil && done == last {
			die()
		}
		done++
	}
	l, err := childOpen(dir)
	step(err)
	scope, err := l.Scope(ctx, people)
	step(err)
	_, err = l.FieldIDs(ctx, scope, []string{"nom", "email"})
	step(err)
	r, err := l.BeginRun(ctx, "people", time.UTC)
	step(err)
	step(l.SavePlan(ctx, Plan{ID: "p", RunID: r.ID, Scope: scope, SpoolPath: "spool/p", Batches: 2}))
	step(l.Record(ctx, r.ID, []Applied{heldBack("9", "value-not-accepted")}))
	step(l.Intend(ctx, "p", 0))
	step(l.Settle(ctx, r.ID, "p", 0, []Applied{created("1", 11), created("2", 22)}))
	step(l.Intend(ctx, "p", 1))
	moved := created("7", 11)
	moved.TargetID, moved.MovedFrom = "t-1", "1"
	step(l.Settle(ctx, r.ID, "p", 1, []Applied{moved, created("3", 33)}))
	step(l.SetPlanState(ctx, "p", PlanDone))
	step(l.SaveStory(ctx, r.ID, []byte("story")))
	step(l.Prune(ctx, Keep{Runs: newClock().now.Add(-time.Hour), Held: newClock().now.Add(-time.Hour)}))
	r.Status = RunSucceeded
	step(l.EndRun(ctx, r))
	_, err = l.MoveLinks(ctx, Rename{From: "oppus.example", To: "new.example"}, "zoe")
	step(err)
	step(l.ConfirmMoves(ctx, scope))
	ways, err := l.Ways(ctx)
	step(err)
	_, err = l.Forget(ctx, forgetting("2", ways))
	step(err)
	step(l.Close())
	fmt.Println(done)
	return failed
}

// Killed after any of them, the ledger is whole, and of each step either all of
// what it did is there or nothing.
func TestAKillAfterAnyStep(t *testing.T) {
	t.Parallel()
	const steps = 19
	for n := range steps + 1 {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := child(t, "steps", dir)
			cmd.Env = append(cmd.Env, stepEnv+"="+strconv.Itoa(n))
			if n < steps {
				requireKilled(t, cmd)
			} else {
				said, err := cmd.Output()
				require.NoError(t, err, "%s", said)
				require.Equal(t, "19\n", string(said), "a step was added: say so here")
			}
			l := open(t, dir)
			require.NoError(t, l.Verify(t.Context()))
			require.NoError(t, l.CheckPages(t.Context()))
			scopes, err := l.Scopes(t.Context())
			require.NoError(t, err)
			if n == 0 {
				require.Empty(t, scopes)
				return
			}
			tenant := "oppus.example"
			if n >= 14 {
				tenant = "new.example"
			}
			require.Equal(t, tenant, scopes[0].TargetTenant)
			var links []string
			require.NoError(t, l.EachLink(t.Context(), func(p PersonLink) error {
				links = append(links, p.SourceID+" "+p.TargetID)
				return nil
			}))
			want := []string(nil)
			switch {
			case n >= 17:
				want = []string{"7 t-1", "3 t-3"}
			case n >= 9:
				want = []string{"7 t-1", "2 t-2", "3 t-3"}
			case n >= 7:
				want = []string{"1 t-1", "2 t-2"}
			}
			require.Equal(t, want, links)
			unanswered, err := l.Unanswered(t.Context(), scopes[0].ID)
			require.NoError(t, err)
			require.Equal(t, n == 6 || n == 8, len(unanswered) == 1)
			runs, err := l.LastRuns(t.Context(), "", 9)
			require.NoError(t, err)
			if n >= 3 {
				status := RunFailed
				if n >= 13 {
					status = RunSucceeded
				}
				require.Equal(t, status, runs[0].Status)
			}
		})
	}
}

// A copy of the file without its log is an older ledger, never a new one; with
// its log it is the same.
func TestACopyOfAKilledLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	requireKilled(t, child(t, "die", dir))
	copied := func(names ...string) *Ledger {
		to := t.TempDir()
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(to, name), text, 0o600))
		}
		return open(t, to)
	}
	alone := copied("ledger.db")
	both := copied("ledger.db", "ledger.db-wal", "ledger.db.lock")
	here := open(t, dir)
	require.Equal(t, here.ID(), alone.ID())
	require.NoError(t, alone.Verify(t.Context()))
	require.Equal(t, here.ID(), both.ID())
	require.NoError(t, both.Verify(t.Context()))
	scope, err := both.Scope(t.Context(), people)
	require.NoError(t, err)
	require.Equal(t, "t-1", link(t, both, scope, "1").TargetID)
	unanswered, err := both.Unanswered(t.Context(), scope)
	require.NoError(t, err)
	require.Len(t, unanswered, 1)
}

// A copy on a disk that can't be written, or of another user, can be read.
func TestALedgerIsReadWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b#?%")
	require.NoError(t, os.Mkdir(dir, 0o755))
	l := open(t, dir)
	_, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 11)}))
	require.NoError(t, l.Close())
	for parent := dir; parent != os.TempDir() && len(parent) > len(os.TempDir()); parent = filepath.Dir(parent) {
		require.NoError(t, os.Chmod(parent, 0o755))
	}
	require.NoError(t, os.Chmod(ledgerIn(dir), 0o644))
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { os.Chmod(dir, 0o755) })
	out, err := child(t, "look", dir).Output()
	require.NoError(t, err, "%s", out)

	// With a log beside it, it is not the whole of it: that is said.
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.WriteFile(ledgerIn(dir)+"-wal", []byte("x"), 0o644))
	require.NoError(t, os.Chmod(dir, 0o555))
	out, err = child(t, "look", dir).Output()
	require.Error(t, err)
	require.Contains(t, string(out), "has a log beside it")
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
