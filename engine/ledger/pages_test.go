package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"passerelle/engine/diag"
)

// mixed are results of which neighbours say different things, and many the same;
// each is about somebody else, but every tenth about who came seven before, on
// another page.
func mixed(n int) []Applied {
	var results []Applied
	for i := range n {
		a := Applied{
			Position: int64(n - i), SourceID: fmt.Sprint("s-", i), TargetID: fmt.Sprint("t-", i), ShownName: fmt.Sprint("Zoé ", i),
			Outcome: Succeeded, Operation: "update", Status: 200, Attempts: 1,
		}
		switch i % 5 {
		case 1:
			a.Outcome, a.Code, a.Field, a.Summary, a.Remedy, a.Retry = Failed, "email-taken", "email", "Taken", "Change it.", "never"
			a.TargetID, a.Place, a.Answer, a.Status = "", "a.hcl:3:5", "email is taken", 409
		case 2:
			a.Why, a.LeftOut = "announced", []LeftOut{{Field: "iban", Code: "refused", Summary: "No"}}
		case 3:
			a.Summary, a.ShownName = fmt.Sprint("like nobody's ", i), ""
		}
		if i%10 == 9 {
			a.SourceID = fmt.Sprint("s-", i-7)
		}
		results = append(results, a)
	}
	return results
}

func textsOf[R any](results []R, text func(R) string) (out []string) {
	for _, r := range results {
		out = append(out, text(r))
	}
	return out
}

// Results come back in the order in which they were settled, whatever page they
// are on and however many there are of one settling.
func TestResultsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	_, run, plan := started(t, l)
	var want []string
	for batch, n := range []int{1, 7, pageOfResults - 1, pageOfResults, pageOfResults + 1, 3*pageOfResults + 5} {
		results := mixed(n)
		require.NoError(t, l.Settle(t.Context(), run, plan, int64(batch), results))
		want = append(want, textsOf(results, func(a Applied) string { return a.SourceID + a.Outcome + a.Summary })...)
	}
	require.Equal(t, want, textsOf(resultsOf(t, l, run), func(r Result) string { return r.SourceID + r.Outcome + r.Summary }))
}

// What says the same is one row, and pages are bounded.
func TestPagesAreFewAndBounded(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	_, run, plan := started(t, l)
	var same []Applied
	for i := range 4 * pageOfResults {
		same = append(same, created(fmt.Sprint(i), 7))
	}
	require.NoError(t, l.SettleAll(t.Context(), run, plan, []int64{0, 1}, same))
	pages, err := number(l.conn, "SELECT count(*) FROM result_pages", nil)
	require.NoError(t, err)
	require.EqualValues(t, 4, pages)
	most, err := number(l.conn, "SELECT max(length(prints)) FROM result_pages", nil)
	require.NoError(t, err)
	require.EqualValues(t, 4*pageOfResults, most)
	require.Len(t, resultsOf(t, l, run), len(same))
}

func TestResultsOfAPersonLatestFirst(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	var runs []string
	for range 3 {
		_, run, plan := started(t, l)
		runs = append(runs, run)
		require.NoError(t, l.Settle(t.Context(), run, plan, 0, mixed(30)))
		require.NoError(t, l.Record(t.Context(), run, []Applied{{SourceID: "s-2", Outcome: Unchanged, Code: CodeByHand}, {SourceID: "s-22", Outcome: Held}}))
	}
	all, err := l.ResultsOf(t.Context(), "s-2", 1000)
	require.NoError(t, err)
	require.Len(t, all, 9)
	for i, r := range all {
		require.Equal(t, runs[2-i/3], r.RunID)
		require.Equal(t, "people", r.Mapping)
		require.Equal(t, "s-2", r.SourceID)
		require.Equal(t, []string{CodeByHand, "", ""}[i%3], r.Code)
	}
	require.Equal(t, []int64{0, 21, 28}, []int64{all[0].Position, all[1].Position, all[2].Position}, "latest first, whatever page they are on")
	for n := range all {
		some, err := l.ResultsOf(t.Context(), "s-2", n)
		require.NoError(t, err)
		require.Equal(t, slices.Clip(all[:n]), append([]PersonResult{}, some...))
	}
	nobody, err := l.ResultsOf(t.Context(), "s-", 1000)
	require.NoError(t, err)
	require.Empty(t, nobody)
}

// Whom results are about is nowhere in the files: neither name nor ids of who is
// neither linked nor held.
func TestWhomResultsAreAboutIsSealed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	_, run, _ := started(t, l)
	require.NoError(t, l.Record(t.Context(), run, []Applied{{SourceID: "canary-source", TargetID: "canary-target", ShownName: "Canary", Outcome: Gone}}))
	requireNowhere(t, dir, "canary", "Canary")
	require.NoError(t, l.Close())
	requireNowhere(t, dir, "canary", "Canary")
	require.Equal(t, "canary-target", resultsOf(t, open(t, dir), run)[0].TargetID)
}

// A page that was moved within its run, or to another, or whose people were put
// on another, can't be opened.
func TestPagesStayWhereTheyAre(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"to another run":    `DELETE FROM result_pages WHERE run = 2; UPDATE result_pages SET run = 2`,
		"within its run":    `UPDATE result_pages SET first = first + 1`,
		"its people":        `UPDATE result_pages SET people = (SELECT people FROM result_pages q WHERE q.run = 1)`,
		"a part of them":    `UPDATE result_pages SET people = substr(people, 1, length(people) - 1)`,
		"nothing is opened": `UPDATE result_pages SET people = x''`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			l := open(t, dir)
			var run, plan string
			for range 2 {
				_, run, plan = started(t, l)
				require.NoError(t, l.Settle(t.Context(), run, plan, 0, []Applied{created("1", 7), created("2", 7)}))
			}
			require.Len(t, resultsOf(t, l, run), 2)
			require.NoError(t, l.Close())
			withSQL(t, ledgerIn(dir), sql)
			l = open(t, dir)
			n := 0
			for _, err := range l.Results(t.Context(), run) {
				requireCode(t, err, "sealed-text-unreadable", diag.Fault)
				n++
			}
			require.Equal(t, 1, n)
		})
	}
}

// Of those whose results share a page, one alone is forgotten: under a word, and
// without what the target said of them.
func TestForgetOneOfAPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	_, run, plan := started(t, l)
	batch := mixed(60)
	batch[6].Summary = "The source has this person under another id, too: s-11"
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, batch))
	before := resultsOf(t, l, run)
	ways, err := l.Ways(t.Context())
	require.NoError(t, err)

	var gone []string
	for _, i := range []int{2, 11, 12, 13} { // 2 and 12 have two results; each is on another page
		gone = append(gone, fmt.Sprint("s-", i))
	}
	forgotten, err := l.Forget(t.Context(), []Forgetting{{ways[0], gone}})
	require.NoError(t, err)
	require.EqualValues(t, 6, forgotten.Results)
	after := resultsOf(t, l, run)
	require.Len(t, after, len(before))
	words := map[string]string{}
	for i, r := range after {
		was := before[i]
		if i == 6 {
			require.Equal(t, strings.TrimSuffix(was.Summary, "s-11")+after[11].SourceID, r.Summary)
			was.Summary = r.Summary
		}
		if slices.Contains(gone, was.SourceID) {
			require.True(t, strings.HasPrefix(r.SourceID, "forgotten-"))
			if word, known := words[was.SourceID]; known {
				require.Equal(t, word, r.SourceID)
			}
			words[was.SourceID] = r.SourceID
			was.SourceID, was.TargetID, was.ShownName, was.Answer, was.LeftOut = r.SourceID, "", "", "", nil
		}
		require.Equal(t, was, r)
	}
	for _, id := range gone {
		none, err := l.ResultsOf(t.Context(), id, 10)
		require.NoError(t, err)
		require.Empty(t, none)
		word, err := l.ResultsOf(t.Context(), words[id], 10)
		require.NoError(t, err)
		require.NotEmpty(t, word, "found under the word that stands for them")
	}
	left, err := l.SourceIDs(t.Context(), ways[0], func(string) bool { return true })
	require.NoError(t, err)
	require.Len(t, left, 54)
	for _, id := range gone {
		require.NotContains(t, left, id)
	}
	requireNowhere(t, dir, "another id, too: s-11", "Zoé")
}

// What was approved is taken off where others on the same page were not.
func TestWhatWasApprovedOfAPage(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	scope, run, plan := started(t, l)
	var batch []Applied
	for i := range 10 {
		batch = append(batch, Applied{SourceID: fmt.Sprint(i), Outcome: Succeeded, Operation: "deactivate", Why: []string{"", "gone"}[i%2]})
	}
	batch = append(batch, Applied{SourceID: "0", Outcome: Succeeded, Operation: "deactivate"})
	approve := func(ids ...string) {
		var approvals []Approval
		for _, id := range ids {
			approvals = append(approvals, Approval{SourceID: id, Operation: "deactivate", RunID: run, Who: "anne"})
		}
		require.NoError(t, l.Approve(t.Context(), "people", approvals))
	}
	counts := func() map[string]int64 {
		counts, err := l.CountSince(t.Context(), scope, clock.now.AddDate(0, 0, -7), "deactivate")
		require.NoError(t, err)
		return counts
	}
	approve("0", "1", "2", "unheard-of")
	require.NoError(t, l.Approve(t.Context(), "others", []Approval{{SourceID: "3", Operation: "deactivate", RunID: run, Who: "anne"}}))
	clock.now = clock.now.Add(time.Hour)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, batch))
	clock.now = clock.now.Add(time.Hour)
	approve("3") // too late for what was done
	require.Equal(t, map[string]int64{"": 3, "gone": 4}, counts())
	require.NoError(t, l.Settle(t.Context(), run, plan, 1, []Applied{{SourceID: "1", Outcome: Succeeded, Operation: "deactivate", Why: "scope"}}))
	require.Equal(t, map[string]int64{"": 3, "gone": 4}, counts(), "all of a why were approved: it is not counted as none")
}

// The last name counts, of each mapping, and a name that nobody has any more fits
// nobody.
func TestNamesAreTheLastOnes(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openAt(t, t.TempDir(), clock)
	_, run, plan := started(t, l)
	for batch, name := range []string{"Léa Morel", "", "Léa Petit"} {
		require.NoError(t, l.Settle(t.Context(), run, plan, int64(batch), []Applied{
			{SourceID: "1", Outcome: Succeeded, ShownName: name}, {SourceID: "2", Outcome: Held, ShownName: "Léa Morel"},
		}))
		clock.now = clock.now.Add(time.Hour)
	}
	named := func(name string) []Name {
		names, err := l.Named(t.Context(), func(shown string) bool { return shown == name })
		require.NoError(t, err)
		return names
	}
	require.Equal(t, []Name{{"people", "2", "Léa Morel"}}, named("Léa Morel"))
	require.Equal(t, []Name{{"people", "1", "Léa Petit"}}, named("Léa Petit"))
	require.Empty(t, named(""))
	names, err := l.NamesOf(t.Context(), "1", "2", "3")
	require.NoError(t, err)
	require.Equal(t, []Name{{"people", "1", "Léa Petit"}, {"people", "2", "Léa Morel"}}, names)
}

// asBeforePages makes of a ledger what the version before pages would have
// written: a row a result.
func asBeforePages(t *testing.T, dir string) {
	t.Helper()
	scratch, err := sqlite.OpenConn(":memory:")
	require.NoError(t, err)
	scripts, err := migrations()
	require.NoError(t, err)
	require.Contains(t, scripts[pagesSince-1], "CREATE TABLE result_pages")
	for _, script := range scripts[:pagesSince-1] {
		require.NoError(t, sqlitex.ExecuteScript(scratch, script, nil))
	}
	l := open(t, dir)
	require.NoError(t, each(scratch, "SELECT sql FROM sqlite_schema WHERE tbl_name = 'results' AND sql <> '' ORDER BY type DESC", nil, func(s *sqlite.Stmt) error {
		return sqlitex.ExecuteTransient(l.conn, s.ColumnText(0), nil)
	}))
	require.NoError(t, scratch.Close())
	require.NoError(t, run(l.conn, "BEGIN"))
	require.NoError(t, l.eachPage("", nil, func(k *keptPage) error {
		for _, a := range k.people {
			err := sqlitex.Execute(l.conn, `INSERT INTO results (run, number, plan, position, source, target, outcome, operation, code, field, summary, remedy,
					retry, status, attempts, at, name, place, answer, why, left_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				&sqlitex.ExecOptions{Args: []any{
					k.run, a.number, k.plan, a.position, a.source, a.target, k.outcome, k.operation, k.code, k.field, k.summary, k.remedy,
					k.retry, k.status, k.attempts, k.at, l.keys.sealName(a.name, a.source), k.place, k.answer, k.why, k.leftOut,
				}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, sqlitex.ExecuteScript(l.conn, fmt.Sprintf("DROP TABLE result_pages; PRAGMA user_version = %d; COMMIT", pagesSince-1), nil))
	require.NoError(t, l.Close())
}

// What a ledger kept a row a person is the same by the page, also for one who
// only looks.
func TestOldResultsArePaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := newClock()
	l := openAt(t, dir, clock)
	var runs []string
	var scope ScopeID
	for i := range 3 {
		var run, plan string
		scope, run, plan = started(t, l)
		runs = append(runs, run)
		require.NoError(t, l.Settle(t.Context(), run, plan, 0, mixed(2500)))
		clock.now = clock.now.Add(time.Minute)
		require.NoError(t, l.Settle(t.Context(), run, plan, 1, mixed(20*(i+1))))
		require.NoError(t, l.Record(t.Context(), run, []Applied{heldBack("s-2", "x"), {SourceID: "nobody", Outcome: Gone}}))
	}
	type everything struct {
		results [][]Result
		of      []PersonResult
		names   []Name
		counts  map[string]int64
	}
	all := func(l *Ledger) (e everything) {
		for _, run := range runs {
			e.results = append(e.results, resultsOf(t, l, run))
		}
		var err error
		e.of, err = l.ResultsOf(t.Context(), "s-2", 1000)
		require.NoError(t, err)
		e.names, err = l.NamesOf(t.Context(), "s-2", "s-17", "nobody")
		require.NoError(t, err)
		e.counts, err = l.CountSince(t.Context(), scope, newClock().now, "update")
		require.NoError(t, err)
		return e
	}
	want := all(l)
	require.Len(t, want.results[2], 2562)
	require.Len(t, want.of, 15)
	require.NoError(t, l.Close())
	asBeforePages(t, dir)

	reader, err := OpenReader(t.Context(), Options{Path: ledgerIn(dir), Key: testKey(t)})
	require.NoError(t, err)
	require.Equal(t, want, all(reader))
	left, err := number(reader.conn, "SELECT count(*) FROM sqlite_schema WHERE tbl_name = 'results'", nil)
	require.NoError(t, err)
	require.Zero(t, left)
	require.NoError(t, reader.CheckPages(t.Context()))
	require.NoError(t, reader.Close())

	l = open(t, dir)
	_, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, mixed(10)))
	require.Len(t, resultsOf(t, l, run), 10)
	require.NoError(t, l.Verify(t.Context()))
}

// One name that can't be opened any more keeps nobody from the rest of an older
// ledger.
func TestOldResultsArePagedWithoutADamagedName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, dir)
	_, run, plan := started(t, l)
	require.NoError(t, l.Settle(t.Context(), run, plan, 0, mixed(20)))
	want := resultsOf(t, l, run)
	require.NotEmpty(t, want[4].ShownName)
	require.NoError(t, l.Close())
	asBeforePages(t, dir)
	withSQL(t, ledgerIn(dir), "UPDATE results SET name = CAST(substr(name, 2) AS BLOB) WHERE number = 5")
	want[4].ShownName = ""
	require.Equal(t, want, resultsOf(t, open(t, dir), run))
}

// A search for a person goes by what is not sealed. Where that was damaged it
// would pass them over: verify says so, and as well where a page can't be opened.
func TestVerifyFindsADamagedPage(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]struct {
		sql, code string
		class     diag.Class
	}{
		"a result's print": {"UPDATE result_pages SET prints = CAST(x'00000000' || substr(prints, 5) AS BLOB)", "ledger-unreadable", diag.Refused},
		"a print too few":  {"UPDATE result_pages SET prints = substr(prints, 5)", "ledger-unreadable", diag.Refused},
		"a page's people":  {"UPDATE result_pages SET people = substr(people, 2)", "sealed-text-unreadable", diag.Fault},
		"a line's print":   {"UPDATE line_pages SET prints = CAST(x'00000000' || substr(prints, 5) AS BLOB)", "ledger-unreadable", diag.Refused},
		"a print too many": {"UPDATE line_pages SET prints = CAST(prints || x'00000000' AS BLOB)", "ledger-unreadable", diag.Refused},
		"a page's lines":   {"UPDATE line_pages SET lines = substr(lines, 2)", "sealed-text-unreadable", diag.Fault},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			scope, run, plan := started(t, l)
			require.NoError(t, l.Settle(t.Context(), run, plan, 0, mixed(50)))
			keep(t, l, scope, aFile(50)...)
			require.NoError(t, l.CheckPages(t.Context()))
			require.NoError(t, sqlitex.ExecuteScript(l.conn, damage.sql, nil))
			requireCode(t, l.CheckPages(t.Context()), damage.code, damage.class)
		})
	}
}
