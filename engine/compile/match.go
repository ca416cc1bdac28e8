package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// Match says how somebody who is at the target already is recognised.
type Match struct {
	By      []int // indexes of Fields by which the target is asked
	Confirm []int // and those that must be the same, too
}

// FindBy are the fields by which a record is looked up at the target: those of
// match, or else the key.
func (t *Target) FindBy() []int {
	if t.Match != nil {
		return t.Match.By
	}
	return t.Key
}

// matchWords are all fields that a match names.
func matchWords(decl *lang.Target) []lang.Word {
	if decl.Match == nil {
		return nil
	}
	return slices.Concat(decl.Match.By, decl.Match.Confirm)
}

// matchOf compiles the match block against what map sends.
func (m *mapLines) matchOf(decl *lang.Target) {
	if decl.Match == nil {
		return
	}
	place := decl.Match.Block
	switch {
	case m.out.Snapshot != nil:
		m.reportMatch(diag.Diagnostic{
			Code: "no-match", Subject: &place,
			Summary: "match means nothing for a target that is written as a whole",
			Detail:  "Its lines are replaced each time; nobody is looked up there.",
			Remedy:  "Remove the block, and name the key.",
		})
		return
	case !m.out.Abilities.FindByKey && !m.out.Resource.GetReadable():
		m.reportMatch(diag.Diagnostic{
			Code: "no-match", Subject: &place,
			Summary: "Nobody can be looked up in " + quote(m.out.Resource.GetName()),
			Detail:  "The connector " + quote(m.out.Connection.Plugin) + " can neither find a record by its fields there nor read the whole.",
			Remedy:  `Declare an endpoint "find", where the connector takes one; else remove the block and name the key.`,
		})
		return
	}
	m.out.Match = &Match{By: m.matching(decl.Match.By, "by"), Confirm: m.matching(decl.Match.Confirm, "confirm")}
}

func (m *mapLines) reportMatch(d diag.Diagnostic) {
	m.compiler.report(d, m.block, "match")
}

// matching finds the fields of one of match's lists.
func (m *mapLines) matching(words []lang.Word, list string) []int {
	var out []int
	for _, word := range words {
		name := nameOf(stepsOf(word.Name))
		at := fieldAt(m.out, name)
		switch {
		case at >= 0 && m.out.Fields[at].value.linked != "":
			m.reportMatch(diag.Diagnostic{
				Code: "match-refers", Subject: &word.Range,
				Summary: "The field " + quote(word.Name) + " refers to another record, and can't recognise this one",
				Detail:  "Its value is known only once the other record is linked.",
				Remedy:  "Name a field that holds a value of the person's own.",
			})
		case at >= 0:
			out = append(out, at)
		case !m.sends(name):
			m.reportMatch(diag.Diagnostic{
				Code: "unknown-target-field", Subject: &word.Range,
				Summary: list + " names " + quote(word.Name) + ", which is not in map",
				Detail:  "What the source says of it is what the target is compared with.",
				Remedy:  suggestionOr(word.Name, m.names(), "Add a line to map for it."),
			})
		}
	}
	return out
}
