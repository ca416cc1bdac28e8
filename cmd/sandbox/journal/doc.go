// Package journal remembers the requests that reached one of the sandbox's
// APIs, so that a test or a person can ask what was sent. Credentials are not
// kept.
package journal
