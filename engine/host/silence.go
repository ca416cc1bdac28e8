package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"passerelle/engine/diag"
)

// defaultSilence is how long a plugin may say nothing while it is asked for
// something. Connectors made with the SDK speak up at each request that they
// make; another one's batch of writes may take this long.
const defaultSilence = 10 * time.Minute

var errSilent = errors.New("silent")

// silence gives up a stream on which nothing comes or goes for too long while the
// engine waits: a run that cron began must end. What the engine itself takes
// between two messages doesn't count.
type silence struct {
	limit  time.Duration // 0: none
	giveUp context.CancelCauseFunc
	last   atomic.Int64 // when something came or went, in nanoseconds since start
	start  time.Time
}

func newSilence(limit time.Duration, giveUp context.CancelCauseFunc) *silence {
	return &silence{limit: limit, giveUp: giveUp, start: time.Now()}
}

// during waits for f, which ends once the stream is given up.
func (s *silence) during(f func() error) error {
	if s.limit <= 0 {
		return f()
	}
	s.moved()
	var timer *time.Timer
	var over atomic.Bool
	armed := make(chan struct{})
	timer = time.AfterFunc(s.limit, func() {
		<-armed
		// The other direction may have moved meanwhile.
		if rest := s.limit - (time.Since(s.start) - time.Duration(s.last.Load())); rest > 0 {
			timer.Reset(rest)
			if over.Load() {
				timer.Stop() // f ended as this one rang
			}
			return
		}
		s.giveUp(errSilent)
	})
	close(armed)
	err := f()
	over.Store(true)
	timer.Stop()
	s.moved()
	return err
}

// moved: something came or went.
func (s *silence) moved() { s.last.Store(int64(time.Since(s.start))) }

// bounded is the context of a call that has one answer.
func (p *Plugin) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if p.silence <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, p.silence, errSilent)
}

// silent notes that the plugin said nothing for too long. It is asked nothing
// more in this run: each further call would wait as long.
func (p *Plugin) silent(doing string) diag.Diagnostic {
	p.gaveUp.CompareAndSwap(nil, &doing)
	return silent(p, *p.gaveUp.Load())
}

func (p *Plugin) wasSilent() bool { return p.gaveUp.Load() != nil }

func silent(p *Plugin, doing string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "plugin-silent",
		Class:   diag.Unavailable,
		Summary: fmt.Sprintf("The plugin %q was silent for %s, and was given up", p.name, spell(p.silence)),
		Detail: "It was " + doing + ", and sent nothing, no record, no answer and no sign that it was at work. It is asked nothing more in this run; " +
			"what it was sent and did not answer may or may not have reached the other system.",
		Remedy: "Run again: what was left open is settled first. If the other system is only that slow, wait longer, with --plugin-silence or ENGINE_PLUGIN_SILENCE, such as 30m. " +
			"If it comes back, the plugin hangs: report it to whoever publishes it.",
	}
}

// spell writes a duration without its empty parts: 10m, not 10m0s.
func spell(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
