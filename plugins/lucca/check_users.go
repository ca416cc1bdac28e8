package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// customFields takes out the declared custom fields that this tenant doesn't have,
// and says of each that it is to be created. Where the catalogue can't be read
// nothing is known, and nothing is taken out.
func (c *checking) customFields(paths []string) (others []string, findings []*protocol.Finding, complaint *sdk.Error) {
	if !slices.ContainsFunc(paths, func(path string) bool { return codeOf(path) != "" }) || c.res.about.GetName() != usersResource {
		return paths, nil, nil
	}
	r, complaint := c.reading(c.ctx, sdk.ReadRequest{Resource: usersResource}, nil)
	if complaint != nil {
		return nil, nil, complaint
	}
	fields, complaint := r.catalogue()
	if complaint != nil && complaint.Retry == protocol.Retry_RETRY_LATER {
		return nil, nil, complaint
	}
	if complaint != nil {
		return paths, nil, nil
	}
	for _, path := range paths {
		code := codeOf(path)
		if _, there := fields[strings.ToLower(code)]; code == "" || there {
			others = append(others, path)
			continue
		}
		finding := c.finding(path, protocol.Evidence_EVIDENCE_UNKNOWN_FIELD)
		finding.Diagnostic = warning("unknown-custom-field", "this Lucca has no custom field "+code,
			"create it in the employee file (dossier RH), in the section that the mapping names, and let the key's role consult that section; or correct its code"+nearest(code, fields))
		findings = append(findings, finding)
	}
	return others, findings, nil
}

// nearest names the codes that look alike: those that differ in case or in what
// joins their words.
func nearest(code string, fields map[string]custom) string {
	plain := func(s string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s)) }
	for _, other := range slices.Sorted(maps.Keys(fields)) {
		if plain(other) == plain(code) {
			return " (there is " + fields[other].code + ")"
		}
	}
	return ""
}

// codeOf is the custom field that a path names; "" for any other path.
func codeOf(text string) string {
	path, err := record.ParsePath(text)
	if err != nil || len(path) < 2 || path[0].Name != sectionPath || path[1].IsIndex {
		return ""
	}
	return path[1].Name
}

// populations counts the people beside current employees. None is no proof of a
// missing right, but it is what a missing right looks like. Some whom the mapping
// doesn't read mean a right that it doesn't need.
func (c *checking) populations(seen sample) ([]*protocol.Finding, *sdk.Error) {
	tomorrow := c.now().In(c.zone).AddDate(0, 0, 1).Format(time.DateOnly)
	future, complaint := c.countOf(c.ctx, url.Values{"dtContractStart": {"since," + tomorrow}})
	if complaint != nil {
		return nil, complaint
	}
	current, complaint := c.countOf(c.ctx, url.Values{})
	if complaint != nil {
		return nil, complaint
	}
	former := int64(0)
	if seen.count >= 0 {
		former = seen.count - current
	}
	include := c.settings.Strings("include")
	var findings []*protocol.Finding
	for _, p := range []struct {
		name string
		seen int64
	}{{rightFuture, future}, {rightFormer, former}} {
		wanted := slices.Contains(include, p.name)
		finding := c.finding(fmt.Sprintf("include %q", p.name), protocol.Evidence_EVIDENCE_READABLE)
		finding.Right = p.name
		switch {
		case wanted && p.seen <= 0:
			finding.Evidence = protocol.Evidence_EVIDENCE_NONE
			finding.Diagnostic = warning("population-not-visible", fmt.Sprintf("include names %q, and the key sees nobody of that kind", p.name),
				"if there should be some, give the key's role the right: "+rightName(p.name))
		case !wanted && p.seen > 0:
			finding.Diagnostic = tooMuch(fmt.Sprintf("the key sees %d people of that kind, and this mapping doesn't read them", p.seen),
				"unless another mapping needs it, take from the key's role the right: "+rightName(p.name))
		case !wanted:
			continue
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

// shownCodes is how many custom fields are named before the rest is counted.
const shownCodes = 5

// tooMuch names the custom fields that the key may read without need: rights are
// granted by section, and a section that nobody reads needs none.
func (c *checking) tooMuch(seen sample) []*protocol.Finding {
	if len(seen.others) == 0 {
		return nil
	}
	codes := slices.Sorted(maps.Keys(seen.others))
	named := strings.Join(codes[:min(len(codes), shownCodes)], ", ")
	if len(codes) > shownCodes {
		named += fmt.Sprintf(" and %d more", len(codes)-shownCodes)
	}
	finding := c.finding(sectionPath, protocol.Evidence_EVIDENCE_READABLE)
	finding.Diagnostic = tooMuch("the key also sees custom fields that this mapping doesn't read: "+named,
		"if a section holds none that is needed, take it from the scope of the right: "+rightName(rightFile))
	return []*protocol.Finding{finding}
}

func tooMuch(summary, remedy string) *protocol.Diagnostic {
	return warning("granted-too-much", summary, remedy)
}
