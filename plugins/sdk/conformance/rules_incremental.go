package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
)

// Rules for resources that say that they are read by what changed alone.

var cursorRules = []Rule{
	{Name: "goes-on-from-a-cursor", Says: "A whole read, and one from its cursor, end with a cursor; with `also` the named records come too, each once, and nobody for an id that nobody has.",
		Why: "The engine goes on from there, and asks again for whom the target does not have as it should.", check: goesOnFromACursor},
	{Name: "refuses-unknown-cursors", Says: "A cursor that it did not give is refused with bad-cursor.",
		Why: "The engine then reads everything; a plugin that guesses gives too little, in silence.", check: refusesUnknownCursors},
}

var incrementalRules = []Rule{
	{Name: "gives-what-changed", Says: "What was created after a read comes in a read from that one's cursor.",
		Why: "What it leaves out stays unknown until the next whole read.", check: givesWhatChanged},
}

const noneIncremental = "no resource is read by what changed alone"

// incremental are the resources that are tried and go on from a cursor.
func (t *trial) incremental() []string {
	return slices.DeleteFunc(t.readable(), func(name string) bool { return t.resource(name).GetIncremental() == nil })
}

// from asks for what changed since, and for some records besides.
func (c *connection) from(resource, cursor string, also ...string) *protocol.ReadRequest {
	request := c.whole(resource)
	request.Window, request.Cursor, request.Also = nil, cursor, also
	return request
}

// beginsAnew reads all of a resource, and gives the cursor with which it ends.
func (c *connection) beginsAnew(resource string) (*readEnd, error) {
	request := c.whole(resource)
	request.Window = nil
	end, err := c.complete(request)
	if err == nil && end.done.GetCursor() == "" {
		err = errors.New("the whole read gives no cursor")
	}
	return end, err
}

// complete makes a read that must be complete.
func (c *connection) complete(request *protocol.ReadRequest) (*readEnd, error) {
	end, err := c.read(request)
	if err != nil {
		return nil, err
	}
	if complaint := firstError(end.found); complaint != nil {
		return nil, fmt.Errorf("the read failed: %s", said(complaint))
	}
	if !end.done.GetComplete() {
		return nil, fmt.Errorf("the read is not complete: %s", end.done.GetIncompleteReason())
	}
	return end, nil
}

func goesOnFromACursor(t *trial) error {
	if len(t.incremental()) == 0 {
		return skip(noneIncremental)
	}
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(t.incremental(), noneIncremental, func(name string) error {
		whole, err := c.beginsAnew(name)
		if err != nil {
			return err
		}
		if len(whole.records) == 0 {
			return skip("there is no record to ask for")
		}
		identity := t.resource(name).GetIdentity()
		middle := idIn(whole.records[len(whole.records)/2], identity)
		end, err := c.complete(c.from(name, whole.done.GetCursor(), middle, absent(middle)))
		if err != nil {
			return err
		}
		if end.done.GetCursor() == "" {
			return errors.New("a read from a cursor ends without one")
		}
		times := map[string]int{}
		for _, r := range end.records {
			times[idIn(r, identity)]++
		}
		for _, n := range times {
			if n > 1 {
				return errors.New("a record comes twice in a read from a cursor")
			}
		}
		if times[middle] == 0 {
			return errors.New("a record named in also does not come")
		}
		if times[absent(middle)] > 0 {
			return errors.New("it gave a record that is not there")
		}
		return nil
	})
}

// idIn is a record's single identity, as `also` has it.
func idIn(r *protocol.Record, identity []string) string {
	return strings.Trim(strings.TrimSuffix(identify(r.GetData(), identity), "\x00"), `"`)
}

func refusesUnknownCursors(t *trial) error {
	if len(t.incremental()) == 0 {
		return skip(noneIncremental)
	}
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(t.incremental(), noneIncremental, func(name string) error {
		end, err := c.read(c.from(name, "conformance-nowhere"))
		if err != nil {
			return err
		}
		complaint := firstError(end.found)
		switch {
		case complaint == nil:
			return errors.New("it took a cursor that it did not give")
		case complaint.GetCode() != "bad-cursor":
			return fmt.Errorf("it refused a cursor with %s in place of bad-cursor", complaint.GetCode())
		}
		return wellFormed(complaint)
	})
}

func givesWhatChanged(t *trial) error {
	names := slices.DeleteFunc(t.incremental(), func(name string) bool { return !slices.Contains(t.writable(), name) })
	if len(names) == 0 {
		return skip("no resource is read by what changed alone and written to in this trial")
	}
	c, err := t.open()
	if err != nil {
		return err
	}
	return inEach(names, noneIncremental, func(name string) error {
		whole, err := c.beginsAnew(name)
		if err != nil {
			return err
		}
		made, err := c.writeOne(name, t.creating(name, 0))
		if err != nil {
			return err
		}
		if made.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED || made.GetId() == "" {
			return skip("the record of the trial was not created, or has no id")
		}
		end, err := c.complete(c.from(name, whole.done.GetCursor()))
		if err != nil {
			return err
		}
		identity := t.resource(name).GetIdentity()
		if !slices.ContainsFunc(end.records, func(r *protocol.Record) bool { return idIn(r, identity) == made.GetId() }) {
			return errors.New("what was created since the cursor does not come")
		}
		return nil
	})
}
