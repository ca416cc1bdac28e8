package host

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// shortestSecret keeps the redaction from eating ordinary words: a shorter
// secret is none.
const shortestSecret = 6

// cleaner makes texts of a plugin fit to show: no control characters, none of
// the secrets that the plugin was given. It may be used concurrently.
type cleaner struct {
	mu      sync.RWMutex
	secrets []string
}

// hide adds a secret.
func (c *cleaner) hide(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets = append(c.secrets, strings.Map(printable, secret))
}

// text cleans one line of text and cuts it to at most limit characters. Secrets
// are looked for in what will be shown: a control character inside one would
// hide it from the search and then be dropped.
func (c *cleaner) text(s string, limit int) string {
	s = strings.Map(printable, strings.ToValidUTF8(s, "�"))
	c.mu.RLock()
	for _, secret := range c.secrets {
		s = strings.ReplaceAll(s, secret, redacted)
	}
	c.mu.RUnlock()
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit]) + "…"
	}
	return s
}

// textIndented is text that keeps a leading tab or blanks, by which the lines of
// a stack are told apart.
func (c *cleaner) textIndented(s string) string {
	rest := strings.TrimLeft(s, " \t")
	return s[:min(len(s)-len(rest), 8)] + c.text(rest, longestText)
}

// printable drops what moves a cursor, colours a terminal or turns a text
// around, and makes white space a space.
func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
		return -1
	}
	return r
}
