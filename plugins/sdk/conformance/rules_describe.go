package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
	"google.golang.org/protobuf/proto"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

var describeRules = []Rule{
	{Name: "describes-itself", Says: "Describe gives the NAME of the file, a semantic version, and resources.",
		Why: "Mapping files and locks name plugins by these.", check: describesItself},
	{Name: "describes-the-same", Says: "Describe gives the same answer each time, in each process.",
		Why: "The engine remembers it by the file's hash: a mapping that was right yesterday would be wrong today.", check: describesTheSame},
	{Name: "describes-offline", Says: "Describe and Configure reach for no network.",
		Why: "Mapping files are checked in CI, where there is neither network nor credentials.", check: describesOffline},
	{Name: "describes-settings", Says: "Each setting has a name, a known type and, where it has one, a default that its own rules allow; no secret has a default. What opens a path is a text of a connection.",
		Why: "The engine checks mapping files, completes and documents from this declaration.", check: describesSettings},
	{Name: "describes-fields", Says: "Each field has a type of the language, and its right, its reference and the identity are themselves declared.",
		Why: "A right that is not declared can't be named when it is missing; a wrong identity ties records to the wrong people.", check: describesFields},
	{Name: "describes-endpoints", Says: "A writable resource says which operations it has, how each write is settled whose answer was lost, and names no right or setting that it doesn't have.",
		Why: "After a crash the engine would not know whether to look, to send again, or to ask.", check: describesEndpoints},
}

// described is what the rules about the description look at.
func (t *trial) descriptionOf() (*protocol.Description, error) {
	if t.described == nil {
		return nil, skip("it gave no description")
	}
	return t.described, nil
}

func describesItself(t *trial) error {
	d, err := t.descriptionOf()
	if err != nil {
		return err
	}
	if d.GetName() != t.name {
		return fmt.Errorf("its name is %q, and its file is engine-plugin-%s", d.GetName(), t.name)
	}
	if _, err := version.NewSemver(d.GetVersion()); err != nil {
		return fmt.Errorf("its version %q is no semantic version", d.GetVersion())
	}
	if len(d.GetResources()) == 0 {
		return errors.New("it has no resources")
	}
	seen := map[string]bool{}
	for _, r := range d.GetResources() {
		if r.GetName() == "" || seen[r.GetName()] {
			return fmt.Errorf("a resource has no name, or two are called %q", r.GetName())
		}
		seen[r.GetName()] = true
		if !r.GetReadable() && !r.GetWritable() {
			return fmt.Errorf("the resource %s can be neither read nor written", r.GetName())
		}
	}
	return nil
}

func describesTheSame(t *trial) error {
	var first *protocol.DescribeResponse
	for range 2 {
		p, err := t.start()
		if err != nil {
			return err
		}
		for range 2 {
			ctx, cancel := t.patience(callTime)
			answer, err := p.client.Describe(ctx, &protocol.DescribeRequest{})
			cancel()
			if err != nil {
				return transport("Describe", err)
			}
			if first == nil {
				first = answer
			}
			if !proto.Equal(first, answer) {
				return errors.New("two answers of Describe differ")
			}
		}
	}
	return nil
}

func describesOffline(t *trial) error {
	proxy, sprung, closing, err := trap(t.ctx)
	if err != nil {
		return err
	}
	defer closing()
	p, err := t.startAs([]string{"HTTP_PROXY=" + proxy, "HTTPS_PROXY=" + proxy, "http_proxy=" + proxy, "https_proxy=" + proxy}, t.path)
	if err != nil {
		return err
	}
	if err := t.describe(p); err != nil {
		return err
	}
	if t.options.Trial.Connection != nil {
		settings, err := t.settings()
		if err != nil {
			return err
		}
		if _, err := t.callConfigure(p, settings); err != nil {
			return err
		}
	}
	if sprung.Load() > 0 || t.between != nil && t.between.calls.Load() > 0 {
		return errors.New("it made a request before anything was asked of it")
	}
	return nil
}

var settingTypes = []string{"string", "int", "bool", "duration", "rate", "list(string)", "map(string)"}

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func describesSettings(t *trial) error {
	d, err := t.descriptionOf()
	if err != nil {
		return err
	}
	groups := [][]*protocol.Setting{d.GetSettings()}
	for _, r := range d.GetResources() {
		groups = append(groups, r.GetReadSettings(), r.GetWriteSettings())
	}
	for i, group := range groups {
		seen := map[string]bool{}
		for _, s := range group {
			if err := soundSetting(s); err != nil {
				return err
			}
			if err := soundOpening(s, i == 0); err != nil {
				return err
			}
			if seen[s.GetName()] {
				return fmt.Errorf("the setting %q is declared twice", s.GetName())
			}
			seen[s.GetName()] = true
		}
	}
	return nil
}

func soundSetting(s *protocol.Setting) error {
	switch {
	case !plainName.MatchString(s.GetName()):
		return fmt.Errorf("a setting is called %q: lower-case letters, digits and _ alone", s.GetName())
	case !slices.Contains(settingTypes, s.GetType()):
		return fmt.Errorf("the setting %q has the unknown type %q", s.GetName(), s.GetType())
	case s.GetDefaultJson() == "":
		return nil
	case s.GetSecret():
		return fmt.Errorf("the secret setting %q has a default", s.GetName())
	}
	alone := fmt.Appendf(nil, `{%q:%s}`, s.GetName(), s.GetDefaultJson())
	if !json.Valid(alone) {
		return fmt.Errorf("the default of the setting %q is no JSON", s.GetName())
	}
	if _, complaint := sdk.NewSettings(alone, []*protocol.Setting{s}); complaint != nil {
		return fmt.Errorf("the default of the setting %q breaks its own rules", s.GetName())
	}
	return nil
}

// soundOpening holds what a setting opens in a sandbox to what the engine knows. A
// source's or a target's comes too late: the process has begun.
func soundOpening(s *protocol.Setting, ofConnection bool) error {
	switch {
	case s.GetOpens() == "":
		return nil
	case !ofConnection:
		return fmt.Errorf("the setting %q opens a %s, which a connection's setting alone can", s.GetName(), s.GetOpens())
	case s.GetOpens() != "file" && s.GetOpens() != "folder":
		return fmt.Errorf("the setting %q opens %q: a sandbox knows file and folder", s.GetName(), s.GetOpens())
	case s.GetType() != "string" && s.GetType() != "list(string)":
		return fmt.Errorf("the setting %q opens a %s, and is no text", s.GetName(), s.GetOpens())
	case s.GetSecret():
		return fmt.Errorf("the setting %q opens a %s, and is a secret", s.GetName(), s.GetOpens())
	}
	return nil
}

func describesFields(t *trial) error {
	d, err := t.descriptionOf()
	if err != nil {
		return err
	}
	for _, r := range d.GetResources() {
		if err := soundFields(d, r); err != nil {
			return fmt.Errorf("%s: %w", r.GetName(), err)
		}
	}
	return nil
}

func soundFields(d *protocol.Description, r *protocol.Resource) error {
	seen := map[string]bool{}
	for _, f := range r.GetFields() {
		if f.GetPath() == "" || seen[f.GetPath()] {
			return fmt.Errorf("a field has no path, or two have the path %q", f.GetPath())
		}
		seen[f.GetPath()] = true
		if _, err := record.ParseType(f.GetType()); err != nil {
			return fmt.Errorf("the field %s has the unknown type %q", f.GetPath(), f.GetType())
		}
		for _, id := range append([]string{f.GetRight()}, f.GetWriteRights()...) {
			if id != "" && !slices.ContainsFunc(r.GetRights(), func(right *protocol.Right) bool { return right.GetId() == id }) {
				return fmt.Errorf("the field %s needs the right %q, which is not among the resource's", f.GetPath(), id)
			}
		}
		if f.GetReference() != "" && !slices.ContainsFunc(d.GetResources(), func(other *protocol.Resource) bool { return other.GetName() == f.GetReference() }) {
			return fmt.Errorf("the field %s refers to the resource %q, which there is not", f.GetPath(), f.GetReference())
		}
	}
	for _, path := range append(slices.Clone(r.GetIdentity()), r.GetWindow()...) {
		if !seen[path] && !r.GetOpen() {
			return fmt.Errorf("the identity or the window names the path %s, which is no field", path)
		}
	}
	if r.GetIncremental() != nil && (!r.GetReadable() || len(r.GetIdentity()) != 1) {
		return errors.New("it is read by what changed alone, and is not readable or not identified by one path")
	}
	for _, id := range append(slices.Clone(r.GetRightRefs()), r.GetIncremental().GetRightRefs()...) {
		if !slices.ContainsFunc(r.GetRights(), func(right *protocol.Right) bool { return right.GetId() == id }) {
			return fmt.Errorf("a read needs the right %q, which is not among the resource's", id)
		}
	}
	if len(r.GetIdentity()) == 0 && !r.GetOpen() && r.GetReadable() {
		return errors.New("nothing identifies a record: identity is empty, and the resource is closed")
	}
	return nil
}

func describesEndpoints(t *trial) error {
	d, err := t.descriptionOf()
	if err != nil {
		return err
	}
	for _, r := range d.GetResources() {
		if !r.GetWritable() || r.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT {
			continue
		}
		writes := 0
		for _, e := range r.GetEndpoints() {
			switch e.GetOperation() {
			case protocol.Operation_OPERATION_UNSPECIFIED:
				return fmt.Errorf("%s: an endpoint has no operation", r.GetName())
			case protocol.Operation_OPERATION_FIND:
				continue
			}
			writes++
			if e.GetReconcile() == protocol.Reconcile_RECONCILE_UNSPECIFIED && !e.GetDeclarable() {
				return fmt.Errorf("%s: %s does not say how a lost answer is settled", r.GetName(), operation(e))
			}
			if err := describesNeeds(r, e); err != nil {
				return err
			}
			if e.GetReconcile() == protocol.Reconcile_RECONCILE_LOOK_UP && len(r.GetLookUp()) == 0 {
				return fmt.Errorf("%s: %s is settled by looking up, and the resource looks nothing up", r.GetName(), operation(e))
			}
		}
		if writes == 0 && !r.GetOpen() {
			return fmt.Errorf("%s is writable and has no endpoint to write with", r.GetName())
		}
	}
	return nil
}

// describesNeeds: rights and settings that an endpoint names are the resource's.
func describesNeeds(r *protocol.Resource, e *protocol.Endpoint) error {
	for _, id := range e.GetRightRefs() {
		if !slices.ContainsFunc(r.GetRights(), func(right *protocol.Right) bool { return right.GetId() == id }) {
			return fmt.Errorf("%s: %s needs the right %q, which is not among the resource's", r.GetName(), operation(e), id)
		}
	}
	if e.GetNeedsSetting() == "" {
		return nil
	}
	for _, s := range r.GetWriteSettings() {
		if s.GetName() == e.GetNeedsSetting() && s.GetType() == "bool" {
			return nil
		}
	}
	return fmt.Errorf("%s: %s needs the setting %q, which is no bool of the resource's write settings", r.GetName(), operation(e), e.GetNeedsSetting())
}

func operation(e *protocol.Endpoint) string {
	return strings.ToLower(strings.TrimPrefix(e.GetOperation().String(), "OPERATION_"))
}
