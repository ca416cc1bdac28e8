package conformance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"passerelle/plugins/protocol"
)

var connectionRules = []Rule{
	{Name: "gives-each-connection-a-handle", Says: "Two connections get two handles that can't be guessed, and for one tenant the same tenant id.",
		Why: "One process serves many connections; everything that is remembered hangs on the tenant.", check: givesHandles},
	{Name: "gives-addresses-to-follow", Says: "Where Configure says where people open a record, it is a whole http or https address with {id} after the host, of a resource that it has.",
		Why: "People follow it from a report; what is anything else is passed over, and there is no link.", check: givesAddresses},
	{Name: "knows-its-handles", Says: "A handle that it never gave is answered with the diagnostic unknown-connection, in every call.",
		Why: "A plugin that falls back on another connection reads one customer's people for another.", check: knowsItsHandles},
	{Name: "stops-twice", Says: "Stop ends one connection and no other; stopping again is no error.",
		Why: "The engine stops what may have been stopped already.", check: stopsTwice},
	{Name: "checks-or-says-not", Says: "Check and Discover answer where the capabilities name them, and with not-supported where they don't.",
		Why: "The engine asks what was declared, and says so where nothing can be said.", check: checksOrSaysNot},
	{Name: "serves-many-at-once", Says: "Reads on several connections at once give what one gives.",
		Why: "One process serves all connections of a run, concurrently.", check: servesManyAtOnce},
}

func givesHandles(t *trial) error {
	one, err := t.open()
	if err != nil {
		return err
	}
	other, err := t.again(one)
	if err != nil {
		return err
	}
	switch {
	case one.handle == other.handle:
		return errors.New("two connections got one handle")
	case len(one.handle) < 16:
		return fmt.Errorf("a handle has %d characters, which can be guessed: sixteen or more", len(one.handle))
	case one.tenant != other.tenant:
		return errors.New("the same settings gave two tenants")
	}
	return nil
}

func givesAddresses(t *trial) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	settings, err := t.settings()
	if err != nil {
		return err
	}
	answer, err := t.callConfigure(c.process, settings)
	if err != nil {
		return err
	}
	if len(answer.GetProfileUrls()) == 0 {
		return skip("it says of no resource where people open a record")
	}
	for _, resource := range slices.Sorted(maps.Keys(answer.GetProfileUrls())) {
		if t.resource(resource) == nil {
			return fmt.Errorf("it gives an address for the resource %q, which it does not have", resource)
		}
		if _, ok := protocol.ProfileURL(answer.GetProfileUrls()[resource], "1"); !ok {
			return fmt.Errorf("the address that it gives for %s can't be followed", resource)
		}
	}
	return nil
}

// again opens another connection in the same process.
func (t *trial) again(c *connection) (*connection, error) {
	settings, err := t.settings()
	if err != nil {
		return nil, err
	}
	return t.configure(c.process, settings)
}

func knowsItsHandles(t *trial) error {
	p, err := t.start()
	if err != nil {
		return err
	}
	return t.unknown(&connection{process: p, t: t, handle: "conformance-never-given"})
}

// unknown holds every call on a handle that isn't open to one diagnostic.
func (t *trial) unknown(c *connection) error {
	ctx, cancel := t.patience(callTime)
	defer cancel()
	check, err := c.client.Check(ctx, &protocol.CheckRequest{Handle: c.handle})
	if err != nil {
		return transport("Check", err)
	}
	discover, err := c.client.Discover(ctx, &protocol.DiscoverRequest{Handle: c.handle})
	if err != nil {
		return transport("Discover", err)
	}
	found := map[string]*protocol.Diagnostic{"Check": firstError(check.GetDiagnostics()), "Discover": firstError(discover.GetDiagnostics())}
	for _, r := range t.described.GetResources() {
		if r.GetReadable() {
			end, err := c.read(&protocol.ReadRequest{Handle: c.handle, Resource: r.GetName()})
			if err != nil {
				return err
			}
			found["Read"] = firstError(end.found)
		}
		if r.GetWritable() {
			_, complaint, err := c.write(&protocol.WriteOpen{Handle: c.handle, Resource: r.GetName(), Form: r.GetWriteForm()})
			if err != nil {
				return err
			}
			found["Write"] = complaint
		}
	}
	for call, complaint := range found {
		if complaint == nil {
			return fmt.Errorf("%s took a handle that is not open", call)
		}
		// A plugin that has neither Check nor Discover may say that first.
		if code := complaint.GetCode(); code != "unknown-connection" && !(code == "not-supported" && (call == "Check" || call == "Discover")) {
			return fmt.Errorf("%s on a handle that is not open gave the code %s in place of unknown-connection", call, code)
		}
	}
	return nil
}

func stopsTwice(t *trial) error {
	one, err := t.open()
	if err != nil {
		return err
	}
	other, err := t.again(one)
	if err != nil {
		return err
	}
	for range 2 {
		if err := t.stop(one.process, one.handle); err != nil {
			return err
		}
	}
	if err := t.unknown(one); err != nil {
		return fmt.Errorf("after Stop: %w", err)
	}
	for _, name := range t.readable() {
		if _, err := other.readWhole(name); err != nil {
			return fmt.Errorf("the connection that was not stopped: %w", err)
		}
		break // one will do
	}
	for range 2 {
		if err := t.stop(one.process, ""); err != nil {
			return err
		}
	}
	return t.unknown(other)
}

func (t *trial) stop(p *process, handle string) error {
	ctx, cancel := t.patience(callTime)
	defer cancel()
	answer, err := p.client.Stop(ctx, &protocol.StopRequest{Handle: handle})
	if err != nil {
		return transport("Stop", err)
	}
	if complaint := firstError(answer.GetDiagnostics()); complaint != nil {
		return fmt.Errorf("Stop complains: %s", said(complaint))
	}
	return nil
}

func checksOrSaysNot(t *trial) error {
	c, err := t.open()
	if err != nil {
		return err
	}
	capabilities := strings.Join(t.described.GetCapabilities(), " ")
	request := &protocol.CheckRequest{Handle: c.handle}
	for _, name := range t.readable() {
		whole := c.whole(name)
		request.Resources = append(request.Resources, &protocol.CheckResource{Resource: name, Projection: whole.GetProjection(), SettingsJson: whole.GetSettingsJson()})
	}
	ctx, cancel := t.patience(callTime)
	defer cancel()
	check, err := c.client.Check(ctx, request)
	if err != nil {
		return transport("Check", err)
	}
	t.overheard.answer(check)
	if err := asDeclared("check", capabilities, check.GetDiagnostics()); err != nil {
		return err
	}
	for _, name := range t.readable() {
		discover, err := c.client.Discover(ctx, &protocol.DiscoverRequest{Handle: c.handle, Resource: name})
		if err != nil {
			return transport("Discover", err)
		}
		if err := asDeclared("discover", capabilities, discover.GetDiagnostics()); err != nil {
			return err
		}
	}
	return nil
}

func asDeclared(name, capabilities string, found []*protocol.Diagnostic) error {
	declared := strings.Contains(" "+capabilities+" ", " "+name+" ")
	complaint := firstError(found)
	switch {
	case declared && complaint != nil && complaint.GetCode() != "not-supported":
		return fmt.Errorf("%s failed: %s", name, said(complaint))
	case declared && complaint != nil && name == "check":
		return errors.New("it declares check, and says that it is not supported")
	case !declared && complaint == nil:
		return fmt.Errorf("%s answers, and the capabilities don't name it", name)
	case !declared && complaint.GetCode() != "not-supported":
		return fmt.Errorf("%s is not among the capabilities, and gave %s in place of not-supported", name, complaint.GetCode())
	}
	return nil
}

func servesManyAtOnce(t *trial) error {
	return inEach(t.readable(), noneReadable, func(name string) error {
		first, err := t.open()
		if err != nil {
			return err
		}
		alone, err := first.readWhole(name)
		if err != nil {
			return err
		}
		failures := make([]error, 4)
		var reading sync.WaitGroup
		for i := range failures {
			reading.Go(func() {
				c, err := t.again(first)
				if err != nil {
					failures[i] = err
					return
				}
				end, err := c.readWhole(name)
				if err == nil && len(end.records) != len(alone.records) {
					err = fmt.Errorf("alone a read gave %d records, and beside others %d", len(alone.records), len(end.records))
				}
				failures[i] = err
			})
		}
		reading.Wait()
		return errors.Join(failures...)
	})
}
