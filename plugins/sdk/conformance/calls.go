package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/status"

	"passerelle/plugins/protocol"
)

// connection is one configured connection of a process.
type connection struct {
	*process
	t      *trial
	handle string
	tenant string
}

// connect starts a process and opens the connection of the trial, with the
// gateway in between where there is one.
func (t *trial) open() (*connection, error) {
	if t.options.Trial.Connection == nil {
		return nil, skip("no settings of a connection were given")
	}
	p, err := t.start()
	if err != nil {
		return nil, err
	}
	settings, err := t.settings()
	if err != nil {
		return nil, err
	}
	return t.configure(p, settings)
}

// openBehind is open where the rule needs the gateway.
func (t *trial) openBehind() (*connection, error) {
	c, err := t.open()
	if err == nil && t.between == nil {
		return nil, skip("no setting holds the http address of an API to stand in front of")
	}
	return c, err
}

// settings are those of the trial, through a gateway of this trial's own.
func (t *trial) settings() (map[string]any, error) {
	settings := maps.Clone(t.options.Trial.Connection)
	through := t.options.Trial.Through
	if through == "" {
		through = "url"
	}
	address, ok := settings[through].(string)
	if !ok || !strings.HasPrefix(address, "http") {
		if t.options.Trial.Through != "" {
			return nil, fmt.Errorf("the setting %q of the trial holds no http address", through)
		}
		return settings, nil
	}
	if t.between == nil {
		g, behind, err := openGateway(address)
		if err != nil {
			return nil, err
		}
		t.between = g
		t.endings = append(t.endings, g.close)
		settings[through] = behind
		return settings, nil
	}
	settings[through] = t.between.server.URL + pathOf(address)
	return settings, nil
}

func pathOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return ""
}

func (t *trial) configure(p *process, settings map[string]any) (*connection, error) {
	answer, err := t.callConfigure(p, settings)
	if err != nil {
		return nil, err
	}
	if complaint := firstError(answer.GetDiagnostics()); complaint != nil {
		return nil, fmt.Errorf("it refused the settings of the trial: %s", said(complaint))
	}
	if answer.GetHandle() == "" || answer.GetTenant().GetId() == "" {
		return nil, errors.New("Configure gave no diagnostic, and no handle or no tenant id")
	}
	return &connection{p, t, answer.GetHandle(), answer.GetTenant().GetId()}, nil
}

func (t *trial) callConfigure(p *process, settings map[string]any) (*protocol.ConfigureResponse, error) {
	object, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	ctx, cancel := t.patience(callTime)
	defer cancel()
	answer, err := p.client.Configure(ctx, &protocol.ConfigureRequest{SettingsJson: object})
	if err != nil {
		return nil, transport("Configure", err)
	}
	t.overheard.answer(answer)
	return answer, nil
}

// readEnd is how a read ended.
type readEnd struct {
	records  []*protocol.Record
	batches  []*protocol.Batch
	done     *protocol.Done
	found    []*protocol.Diagnostic
	received int
}

// read reads to the end and holds the stream to its form: batches, then one
// done, then nothing.
func (c *connection) read(request *protocol.ReadRequest) (*readEnd, error) {
	ctx, cancel := c.t.patience(callTime)
	defer cancel()
	return c.readIn(ctx, request)
}

func (c *connection) readIn(ctx context.Context, request *protocol.ReadRequest) (*readEnd, error) {
	stream, err := c.client.Read(ctx, request)
	if err != nil {
		return nil, transport("Read", err)
	}
	end := &readEnd{}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, transport("Read", err)
		}
		for _, d := range event.GetDiagnostics() {
			c.t.overheard.answer(d)
		}
		end.found = append(end.found, event.GetDiagnostics()...)
		if end.done != nil && event.GetEvent() != nil {
			return nil, errors.New("the read went on after its done")
		}
		if batch := event.GetBatch(); batch != nil {
			end.batches = append(end.batches, batch)
			end.records = append(end.records, batch.GetRecords()...)
		}
		if done := event.GetDone(); done != nil {
			end.done = done
		}
	}
	if end.done == nil {
		return nil, errors.New("the read ended without a done")
	}
	if end.done.GetReceived() != int64(len(end.records)) {
		return nil, fmt.Errorf("done counts %d records, and %d came", end.done.GetReceived(), len(end.records))
	}
	if end.done.GetComplete() && firstError(end.found) != nil {
		return nil, fmt.Errorf("a read with an error says that it is complete: %s", said(firstError(end.found)))
	}
	return end, nil
}

// whole is the request for all of a resource, as the trial has it.
func (c *connection) whole(resource string) *protocol.ReadRequest {
	trial := c.t.options.Trial.Resources[resource]
	request := &protocol.ReadRequest{Handle: c.handle, Resource: resource, SettingsJson: object(trial.Read)}
	if d := c.t.resource(resource); d != nil {
		for _, f := range d.GetFields() {
			if !f.GetWriteOnly() {
				request.Projection = append(request.Projection, f.GetPath())
			}
		}
		for _, path := range d.GetIdentity() {
			if !slices.Contains(request.Projection, path) {
				request.Projection = append(request.Projection, path)
			}
		}
	}
	if w := trial.Window; w != nil {
		request.Window = &protocol.Window{Path: w.Path, From: w.From, To: w.To}
	}
	return request
}

// readWhole reads all of a resource, which must succeed.
func (c *connection) readWhole(resource string) (*readEnd, error) {
	end, err := c.read(c.whole(resource))
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

// write opens a stream, sends batches one after the other, and gives the results
// of each. An error of the stream as a whole comes back as a diagnostic.
func (c *connection) write(open *protocol.WriteOpen, batches ...[]*protocol.WriteRecord) ([][]*protocol.WriteResult, *protocol.Diagnostic, error) {
	ctx, cancel := c.t.patience(callTime)
	defer cancel()
	stream, err := c.client.Write(ctx)
	if err != nil {
		return nil, nil, transport("Write", err)
	}
	if err := stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Open{Open: open}}); err != nil {
		return nil, nil, transport("Write", err)
	}
	var all [][]*protocol.WriteResult
	for _, batch := range batches {
		sent := stream.Send(&protocol.WriteRequest{Event: &protocol.WriteRequest_Batch{Batch: &protocol.WriteBatch{Records: batch}}})
		if sent != nil && !errors.Is(sent, io.EOF) {
			return nil, nil, transport("Write", sent)
		}
		answer, err := c.answerOf(stream)
		if err != nil {
			return nil, nil, err
		}
		if complaint := firstError(answer.GetDiagnostics()); complaint != nil {
			return all, complaint, nil
		}
		all = append(all, answer.GetResults())
		if err := held(batch, answer.GetResults()); err != nil {
			return nil, nil, err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return nil, nil, transport("Write", err)
	}
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return all, nil, nil
		}
		if err != nil {
			return nil, nil, transport("Write", err)
		}
		c.t.overheard.answer(answer)
		if len(answer.GetResults()) > 0 {
			return nil, nil, errors.New("a batch was answered more than once")
		}
		if complaint := firstError(answer.GetDiagnostics()); complaint != nil {
			return all, complaint, nil
		}
	}
}

type receiving interface {
	Recv() (*protocol.WriteResponse, error)
}

func (c *connection) answerOf(stream receiving) (*protocol.WriteResponse, error) {
	answer, err := stream.Recv()
	for err == nil && answer.GetProgress() != nil { // it is still at work
		answer, err = stream.Recv()
	}
	if errors.Is(err, io.EOF) {
		return nil, errors.New("a write ended without an answer")
	}
	if err != nil {
		return nil, transport("Write", err)
	}
	c.t.overheard.answer(answer)
	return answer, nil
}

// held compares a batch with its results: one each, in order, each with an
// outcome, and with a reason unless applied.
func held(batch []*protocol.WriteRecord, results []*protocol.WriteResult) error {
	if len(batch) != len(results) {
		return fmt.Errorf("a batch of %d records got %d results", len(batch), len(results))
	}
	for i, r := range results {
		switch {
		case r.GetPosition() != batch[i].GetPosition():
			return fmt.Errorf("result %d has position %d, its record %d: results come in the records' order", i+1, r.GetPosition(), batch[i].GetPosition())
		case r.GetOutcome() == protocol.Outcome_OUTCOME_UNSPECIFIED:
			return fmt.Errorf("result %d has no outcome", i+1)
		case r.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED && r.GetDiagnostic().GetCode() == "":
			return fmt.Errorf("result %d is %s without a reason", i+1, outcome(r))
		case r.GetOutcome() != protocol.Outcome_OUTCOME_APPLIED:
			if err := wellFormed(r.GetDiagnostic()); err != nil {
				return err
			}
		}
	}
	return nil
}

func outcome(r *protocol.WriteResult) string {
	return strings.TrimPrefix(r.GetOutcome().String(), "OUTCOME_")
}

func firstError(found []*protocol.Diagnostic) *protocol.Diagnostic {
	for _, d := range found {
		if d.GetSeverity() != protocol.Severity_SEVERITY_WARNING {
			return d
		}
	}
	return nil
}

// said is a complaint as it is quoted: its detail names the field that a trial's
// author has to mend.
func said(d *protocol.Diagnostic) string {
	text := d.GetCode() + ": " + strings.TrimSuffix(d.GetSummary(), ".")
	if detail := strings.TrimSuffix(strings.TrimSpace(d.GetDetail()), "."); detail != "" {
		text += ". " + detail
	}
	return text
}

// transport says that a call ended with a status, which is for the transport
// alone.
func transport(call string, err error) error {
	return fmt.Errorf("%s ended with the gRPC status %s: what goes wrong in a connector is a diagnostic", call, status.Code(err))
}

func object(value map[string]any) []byte {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}

// resource is nil where the description has none of this name.
func (s *suite) resource(name string) *protocol.Resource {
	for _, r := range s.described.GetResources() {
		if r.GetName() == name {
			return r
		}
	}
	return nil
}

// resources are those to try for which want is true.
func (s *suite) resources(want func(*protocol.Resource, TrialResource) bool) []string {
	var names []string
	for _, r := range s.described.GetResources() {
		trial, named := s.options.Trial.Resources[r.GetName()]
		if (named || s.options.Trial.Resources == nil) && want(r, trial) {
			names = append(names, r.GetName())
		}
	}
	return names
}

func (s *suite) readable() []string {
	return s.resources(func(r *protocol.Resource, _ TrialResource) bool { return r.GetReadable() })
}

const noneReadable = "no resource to read"

// secrets are the values of the trial's secret settings.
func (s *suite) secrets() []string {
	var list []string
	for _, setting := range s.described.GetSettings() {
		if value, ok := s.options.Trial.Connection[setting.GetName()].(string); ok && setting.GetSecret() {
			list = append(list, value)
		}
	}
	return list
}
