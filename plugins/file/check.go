package main

import (
	"context"
	"errors"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// checkedRows is how many rows the evidence for a column comes from.
const checkedRows = 1000

var errEnough = errors.New("enough rows were seen")

// Check implements sdk.Checker. Of a source it opens the file, finds every
// declared column and looks whether it is filled in the first rows; of a target
// it looks whether the file could be replaced, and changes nothing.
func (c *connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error) {
	var findings []*protocol.Finding
	for _, r := range resources {
		if r.GetResource() != rowsResource {
			continue
		}
		if r.GetWrite() {
			err := c.place.writable(ctx)
			findings = append(findings, finding("", err))
			continue
		}
		found, err := c.checkColumns(ctx, r)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

func (c *connection) checkColumns(ctx context.Context, r *protocol.CheckResource) ([]*protocol.Finding, error) {
	settings, complaint := sdk.NewSettings(r.GetSettingsJson(), append(commonSettings(), readSettings()...))
	if complaint != nil {
		return nil, complaint
	}
	f, complaint := newForm(c.place.name(), settings)
	if complaint != nil {
		return nil, complaint
	}
	slots := make([]record.Slot, len(r.GetProjection()))
	for i, text := range r.GetProjection() {
		path, err := record.ParsePath(text)
		if err != nil {
			return nil, badSetting("columns", "A path can't be read", err.Error()+".", "Correct it.")
		}
		slots[i] = record.Slot{Path: path}
	}
	filled, err := c.filled(ctx, f, r.GetProjection(), slots)
	if err != nil && !isComplaint(err) {
		return nil, err
	}
	findings := []*protocol.Finding{finding("", err)}
	if err != nil {
		return findings, nil
	}
	for i, path := range r.GetProjection() {
		one := &protocol.Finding{Resource: rowsResource, Path: path, Evidence: protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE}
		if filled[i] {
			one.Evidence = protocol.Evidence_EVIDENCE_READABLE
		}
		findings = append(findings, one)
	}
	return findings, nil
}

// filled says which slots hold anything in the first rows.
func (c *connection) filled(ctx context.Context, f *form, projection []string, slots []record.Slot) ([]bool, error) {
	filled := make([]bool, len(slots))
	scanner, err := record.NewScanner(slots)
	if err != nil {
		return nil, badSetting("columns", "A path can't be read", err.Error()+".", "Correct it.")
	}
	row, seen := make([]record.Value, len(slots)), 0
	err = c.readFile(ctx, f, projection, func(data []byte) error {
		if _, err := scanner.Scan(data, row); err == nil {
			for i, v := range row {
				filled[i] = filled[i] || !v.IsEmpty()
			}
		}
		if seen++; seen == checkedRows {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return filled, err
}

// finding is about the file as a whole.
func finding(path string, err error) *protocol.Finding {
	f := &protocol.Finding{Resource: rowsResource, Path: path, Evidence: protocol.Evidence_EVIDENCE_READABLE}
	complaint := (*sdk.Error)(nil)
	if !errors.As(err, &complaint) {
		return f
	}
	f.Evidence = protocol.Evidence_EVIDENCE_NONE
	switch complaint.Code {
	case "file-not-permitted", "unauthorized":
		f.Evidence = protocol.Evidence_EVIDENCE_NOT_PERMITTED
	case "missing-column":
		f.Evidence = protocol.Evidence_EVIDENCE_UNKNOWN_FIELD
	}
	f.Diagnostic = &protocol.Diagnostic{Severity: protocol.Severity_SEVERITY_ERROR, Code: complaint.Code, Summary: complaint.Summary,
		Detail: complaint.Detail, Remedy: complaint.Remedy, Attribute: complaint.Attribute, Retry: complaint.Retry}
	return f
}
