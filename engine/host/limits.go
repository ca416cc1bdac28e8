package host

import (
	"fmt"
	"time"
)

// Limits are what each plugin's process may use. Zero is no limit. Whatever they
// say, a plugin never leaves a core dump, which would hold secrets and records,
// where the system lets the engine forbid it.
type Limits struct {
	Memory int64         // bytes of data
	CPU    time.Duration // of processors, in all
}

// env tells Go plugins of the limit, so that they collect before they meet it.
// It is the one form of it that any system has.
func (l Limits) env(env []string) []string {
	if l.Memory <= 0 {
		return env
	}
	return append(env, fmt.Sprintf("GOMEMLIMIT=%d", l.Memory/10*8))
}
