package host

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// Complaint is what a plugin said was wrong. Attribute is the path of the setting
// it is about, empty when it is about none: {"url"} is the attribute url of the
// block that the settings came from. The texts are already clean to show.
type Complaint struct {
	diag.Diagnostic
	Attribute []string
	Retry     protocol.Retry
}

// Complaints are in the order in which the plugin gave them.
type Complaints []Complaint

// HasErrors reports whether any of them is more than a warning.
func (cs Complaints) HasErrors() bool {
	return slices.ContainsFunc(cs, func(c Complaint) bool { return c.Severity == diag.Error })
}

// Diagnostics are the complaints without a place in a file.
func (cs Complaints) Diagnostics() diag.Diagnostics {
	return cs.Located(func([]string) *diag.Range { return nil })
}

// Located are the complaints at their places: find gives the range of the
// setting at a path, or the nearest thing that encloses it, or nil.
func (cs Complaints) Located(find func(attribute []string) *diag.Range) diag.Diagnostics {
	var out diag.Diagnostics
	for _, c := range cs {
		if d := c.Diagnostic; d.Subject == nil {
			d.Subject = find(c.Attribute)
			out = append(out, d)
		} else {
			out = append(out, c.Diagnostic)
		}
	}
	return Unique(out)
}

// complain makes complaints of what isn't the plugin's own word.
func complain(ds ...diag.Diagnostic) Complaints {
	var cs Complaints
	for _, d := range ds {
		cs = append(cs, Complaint{Diagnostic: d})
	}
	return cs
}

// Unique leaves out what was said before: a plugin that crashes fails every call
// under way with the same diagnostic.
func Unique(ds diag.Diagnostics) diag.Diagnostics {
	type said struct {
		code, summary, detail string
		place                 diag.Range
	}
	seen := map[said]bool{}
	var out diag.Diagnostics
	for _, d := range ds {
		key := said{code: d.Code, summary: d.Summary, detail: d.Detail}
		if d.Subject != nil {
			key.place = *d.Subject
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, d)
		}
	}
	return out
}

// How long a plugin's texts may be, in characters.
const (
	longestSummary = 300
	longestDetail  = 2000
)

var stableCode = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// complaints turns what a plugin said into complaints.
func (p *Plugin) complaints(ds []*protocol.Diagnostic) Complaints {
	var out Complaints
	for _, d := range ds {
		out = append(out, p.Complaint(d))
	}
	return out
}

// Complaint turns one diagnostic of this plugin into a complaint: findings and
// results of single records hold theirs themselves.
func (p *Plugin) Complaint(d *protocol.Diagnostic) Complaint {
	c := Complaint{Attribute: d.GetAttribute(), Retry: d.GetRetry()}
	c.Code = d.GetCode()
	if !stableCode.MatchString(c.Code) || len(c.Code) > 64 {
		c.Code = codeConnector
	}
	if d.GetSeverity() == protocol.Severity_SEVERITY_WARNING {
		c.Severity = diag.Warning
	}
	c.Summary = p.clean.text(d.GetSummary(), longestSummary)
	if c.Summary == "" {
		c.Summary = "The plugin " + p.name + " complains without saying of what"
	}
	c.Detail = sentence(p.clean.text(d.GetDetail(), longestDetail))
	c.Remedy = sentence(p.clean.text(d.GetRemedy(), longestDetail))
	c.Class = class(c.Code, c.Retry)
	return c
}

// sentence begins with a capital and ends with a full stop, as all that the
// engine says does: connectors write fragments as Go errors are written.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.ContainsAny(text[len(text)-1:], ".!?:") {
		return text
	}
	return text + "."
}

// Codes that the SDK gives to faults of the plugin itself; docs/protocol.md has
// them.
const (
	codeConnector  = "connector-error"
	codePanic      = "plugin-panic"
	codeBadRequest = "bad-protocol-request"
)

func class(code string, retry protocol.Retry) diag.Class {
	switch code {
	case codeConnector, codePanic, codeBadRequest:
		return diag.Fault
	}
	switch retry {
	case protocol.Retry_RETRY_CREDENTIALS:
		return diag.Credentials
	case protocol.Retry_RETRY_LATER:
		return diag.Unavailable
	}
	return diag.Refused
}
