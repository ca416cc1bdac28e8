package host

import (
	"context"
	"encoding/json"

	"google.golang.org/protobuf/proto"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// Connection is one tenant that a plugin talks to. Its methods may be called
// concurrently. It lives until Close or until its Host is closed.
type Connection struct {
	plugin   *Plugin
	handle   string
	tenant   *protocol.Tenant
	profiles map[string]string // by resource
	requests requests
}

// Configure opens a connection with one JSON object of settings, secrets
// included. The secrets, as the description marks them, are hidden from then on
// in everything that the plugin logs or complains about. Without errors the
// complaints are warnings at most.
func (p *Plugin) Configure(ctx context.Context, settingsJSON []byte) (*Connection, Complaints) {
	p.hideSecrets(settingsJSON)
	const doing = "configuring a connection"
	if p.wasSilent() {
		return nil, complain(p.silent(doing))
	}
	ctx, cancel := p.bounded(ctx)
	defer cancel()
	response, err := p.rpc.Configure(ctx, &protocol.ConfigureRequest{SettingsJson: settingsJSON})
	if err != nil {
		return nil, complain(p.failure(ctx, err, doing))
	}
	complaints := p.complaints(response.GetDiagnostics())
	if complaints.HasErrors() {
		return nil, complaints
	}
	if response.GetHandle() == "" || response.GetTenant().GetId() == "" {
		return nil, append(complaints, complain(brokenProtocol(p.name, doing,
			"It gave no error, and yet no handle or no tenant."))...)
	}
	profiles, unfit := p.profilesOf(response.GetProfileUrls())
	return &Connection{plugin: p, handle: response.GetHandle(), tenant: response.GetTenant(), profiles: profiles}, append(complaints, unfit...)
}

// hideSecrets finds the secrets among the settings. A setting may be a string, a
// list or a map of them.
func (p *Plugin) hideSecrets(settingsJSON []byte) {
	var settings map[string]any
	if json.Unmarshal(settingsJSON, &settings) != nil {
		return // the plugin will say so
	}
	for _, setting := range p.description.GetSettings() {
		if setting.GetSecret() {
			p.hide(settings[setting.GetName()])
		}
	}
}

func (p *Plugin) hide(value any) {
	switch value := value.(type) {
	case string:
		p.clean.hide(value)
	case []any:
		for _, v := range value {
			p.hide(v)
		}
	case map[string]any:
		for _, v := range value {
			p.hide(v)
		}
	}
}

// Plugin is the plugin that serves the connection.
func (c *Connection) Plugin() *Plugin { return c.plugin }

// Tenant says whose data this is.
func (c *Connection) Tenant() *protocol.Tenant { return c.tenant }

// Check tries the credentials, the rights and each declared field. A finding's
// own diagnostic goes through Plugin.Complaint.
func (c *Connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, Complaints) {
	if c.plugin.wasSilent() {
		return nil, complain(c.plugin.silent("checking a connection"))
	}
	ctx, cancel := c.plugin.bounded(ctx)
	defer cancel()
	response, err := c.plugin.rpc.Check(ctx, &protocol.CheckRequest{Handle: c.handle, Resources: resources})
	if err != nil {
		return nil, complain(c.plugin.failure(ctx, err, "checking a connection"))
	}
	return response.GetFindings(), c.plugin.complaints(response.GetDiagnostics())
}

// Discover lists what only this tenant has.
func (c *Connection) Discover(ctx context.Context, resource string) ([]*protocol.CustomField, Complaints) {
	if c.plugin.wasSilent() {
		return nil, complain(c.plugin.silent("discovering custom fields"))
	}
	ctx, cancel := c.plugin.bounded(ctx)
	defer cancel()
	response, err := c.plugin.rpc.Discover(ctx, &protocol.DiscoverRequest{Handle: c.handle, Resource: resource})
	if err != nil {
		return nil, complain(c.plugin.failure(ctx, err, "discovering custom fields"))
	}
	return response.GetFields(), c.plugin.complaints(response.GetDiagnostics())
}

// Close stops the connection. Calls under way on it end.
func (c *Connection) Close(ctx context.Context) Complaints {
	ctx, cancel := c.plugin.bounded(ctx)
	defer cancel()
	response, err := c.plugin.rpc.Stop(ctx, &protocol.StopRequest{Handle: c.handle})
	if err != nil {
		return complain(c.plugin.failure(ctx, err, "closing a connection"))
	}
	return c.plugin.complaints(response.GetDiagnostics())
}

// Read begins to read. The request is copied; its handle is the connection's.
// The stream must be read to its end or closed.
func (c *Connection) Read(ctx context.Context, request *protocol.ReadRequest) (*ReadStream, diag.Diagnostics) {
	filled := proto.Clone(request).(*protocol.ReadRequest)
	filled.Handle = c.handle
	doing := "reading " + request.GetResource()
	if c.plugin.wasSilent() {
		return nil, diag.Diagnostics{c.plugin.silent(doing)}
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	cancel := func() { giveUp(nil) }
	stream, err := c.plugin.rpc.Read(ctx, filled)
	if err != nil {
		d := c.plugin.failure(ctx, err, doing)
		cancel()
		return nil, diag.Diagnostics{d}
	}
	return &ReadStream{
		plugin: c.plugin, requests: &c.requests, ctx: ctx, cancel: cancel, stream: stream, doing: doing, silence: newSilence(c.plugin.silence, giveUp),
	}, nil
}

// Write opens a write. The opening message is copied; its handle is the
// connection's. The stream must be received to its end or closed.
func (c *Connection) Write(ctx context.Context, open *protocol.WriteOpen) (*WriteStream, diag.Diagnostics) {
	filled := proto.Clone(open).(*protocol.WriteOpen)
	filled.Handle = c.handle
	doing := "writing " + open.GetResource()
	if c.plugin.wasSilent() {
		return nil, diag.Diagnostics{c.plugin.silent(doing)}
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	cancel := func() { giveUp(nil) }
	stream, err := c.plugin.rpc.Write(ctx)
	if err == nil {
		err = stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Open{Open: filled}})
	}
	w := &WriteStream{
		plugin: c.plugin, requests: &c.requests, ctx: ctx, cancel: cancel, stream: stream, doing: doing, silence: newSilence(c.plugin.silence, giveUp),
	}
	if err != nil {
		defer cancel()
		return nil, diag.Diagnostics{w.failed(err)}
	}
	return w, nil
}
