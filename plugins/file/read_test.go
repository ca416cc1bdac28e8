package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

func TestAFileThatChangesWhileItIsReadIsNotWhole(t *testing.T) {
	t.Parallel()
	long := "a\n" + strings.Repeat("1\n", 3000)
	for name, change := range map[string]func(*testing.T, string){
		"grown": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString("2\n")
			require.NoError(t, errors.Join(err, f.Close()))
		},
		"rewritten with as much": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(long, "1", "2")), 0o600))
			require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
		},
		"broken": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("a\n1;2\n"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := put(t, "a.csv", long)
			c := connect(t, set{"path": path})
			f, complained := newForm("a.csv", sdk.Settings{})
			require.Nil(t, complained)
			changed := false
			err := c.readFile(t.Context(), f, []string{"a"}, func([]byte) error {
				if !changed {
					changed = true
					change(t, path)
				}
				return nil
			})
			require.Equal(t, "changed-while-read", complaint(t, err).Code)
		})
	}
}

func TestAReadThatIsCancelledEnds(t *testing.T) {
	t.Parallel()
	for _, file := range []struct{ name, text string }{
		{"a.csv", "a\n" + strings.Repeat("1\n", 5000)}, {"a.jsonl", strings.Repeat("{}\n", 5000)}, {"a.json", "[" + strings.Repeat("{},", 5000) + "{}]"},
	} {
		c := connect(t, set{"path": put(t, file.name, file.text)})
		ctx, cancel := context.WithCancel(t.Context())
		f, complained := newForm(file.name, sdk.Settings{})
		require.Nil(t, complained)
		rows := 0
		err := c.readFile(ctx, f, nil, func([]byte) error {
			rows++
			cancel()
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, rows, 2000)
	}
}
