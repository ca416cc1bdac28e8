package main

import (
	"encoding/json"
	"strings"
	"time"
)

// wallClock is how v2 writes times of absences and attendances: local, without
// offset.
const wallClock = "2006-01-02T15:04:05"

// offset adds the offset that a wall-clock time has in a zone. In the hour that
// comes twice in autumn Personio doesn't say which one is meant: it is the first.
func withOffset(raw json.RawMessage, zone *time.Location) json.RawMessage {
	s := text(raw)
	if s == "" {
		return null
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return quote(t.Format(time.RFC3339))
	}
	t, err := time.ParseInLocation(wallClock, s, zone)
	if err != nil {
		return raw
	}
	return quote(t.Format(time.RFC3339))
}

// local turns a moment into the wall-clock time that v2 wants: a Z is refused.
func local(raw json.RawMessage, zone *time.Location) (string, bool) {
	s := text(raw)
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.In(zone).Format(wallClock), true
	}
	if t, err := time.Parse(wallClock, strings.TrimSuffix(s, ".000")); err == nil {
		return t.Format(wallClock), true
	}
	return "", false
}

// zoneOf is the zone that a record names, or else the connection's.
func (c *connection) zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	return c.zone
}
