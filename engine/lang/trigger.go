package lang

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"github.com/zclconf/go-cty/cty"
)

// shortestEvery keeps a schedule from hammering the other systems.
const shortestEvery = time.Minute

// trigger reads when a mapping is due. Exactly one word says it.
func (c *content) trigger() Trigger {
	t := Trigger{Kind: "manual", Range: c.header}
	given := 0
	for _, kind := range triggerWords.attrs {
		a := c.attrs[kind]
		if a == nil {
			continue
		}
		if given++; given > 1 {
			c.refuse(place{rangeOf(a.NameRange), c.in}, "wrong-trigger", "A trigger has one word", "Two would not say which of them counts.", "Keep one of the two.")
			continue
		}
		t.Kind, t.Range = kind, rangeOf(a.Range)
		t.Value = c.when(kind)
	}
	if given == 0 && c.clean {
		c.refuse(place{c.header, c.in}, "wrong-trigger", "The trigger is empty", "Nothing in it says when the mapping is due.",
			`Write manual = true, daily = "02:00", every = "15m", monthly = 25 or cron = "0 2 * * *".`)
	}
	return t
}

func (c *content) when(kind string) string {
	a := c.attrs[kind]
	at := place{c.file.inner(a.Expr.Range()), c.in}
	wrong := func(detail, remedy string) string {
		c.refuse(at, "wrong-trigger", fmt.Sprintf("This is no value of %q", kind), detail, remedy)
		return ""
	}
	switch kind {
	case "manual":
		if yes, _ := c.boolean(kind); yes {
			return "true"
		}
		return wrong("A mapping that isn't manual says when it is due.", "Write manual = true, or another word.")
	case "monthly":
		v, ok := c.literal(a.Expr, "the day of the month")
		if !ok {
			return ""
		}
		if v.IsNull() || v.Type() != cty.Number {
			return wrong("It is the day of the month, a number without quotes.", "Write for example monthly = 25.")
		}
		day, _ := v.AsBigFloat().Int64()
		if !v.AsBigFloat().IsInt() || day < 1 || day > 31 {
			return wrong("The days of a month go from 1 to 31; a shorter month takes its last day.", "Write for example monthly = 25.")
		}
		return fmt.Sprint(day)
	}
	before := len(c.found)
	s, _ := c.text(kind)
	if len(c.found) > before {
		return ""
	}
	switch kind {
	case "daily":
		if _, err := time.Parse("15:04", s); err != nil || len(s) != 5 {
			return wrong("It is the time of day, hours and minutes, in the integration's time zone.", `Write for example daily = "02:00".`)
		}
	case "every":
		if d, err := time.ParseDuration(s); err != nil || d < shortestEvery {
			return wrong("It is a length of time of at least one minute: a number and h or m.", `Write for example every = "15m".`)
		}
	case "cron":
		if detail := badCron(s); detail != "" {
			return wrong(detail, `Write for example cron = "0 2 * * *".`)
		}
	}
	return s
}

// badCron says why a text is no schedule; "" when it is one. The parser would take
// a zone of its own in front, and ends the program on half of one.
func badCron(s string) string {
	if strings.Contains(s, "=") {
		return "It has no time zone of its own: the integration's counts."
	}
	fields := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := fields.Parse(s)
	switch {
	case err != nil:
		return "It has five columns: minute, hour, day of the month, month, day of the week."
	case schedule.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero():
		return "No month has such a day, so that it would never be due."
	}
	return ""
}
