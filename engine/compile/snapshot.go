package compile

import (
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// Snapshot says how a target is written that is replaced as a whole: who is not
// in it has left, for its reader.
type Snapshot struct {
	Block  bool  // somebody held blocks it; else he keeps his last line
	Always bool  // written also when nothing changed
	SortBy []int // target fields; none: the source's order
}

// isSnapshot: the resource is replaced as a whole, whether the mapping has the
// block or not.
func isSnapshot(r *protocol.Resource) bool {
	return r.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT
}

// snapshotAbilities: a line comes, changes or goes as the whole is written. To
// send a whole again is always safe.
func snapshotAbilities() Abilities {
	return Abilities{
		Create: true, Update: true, Delete: true,
		CreateReconciled: protocol.Reconcile_RECONCILE_UPSERT, UpdateReconciled: protocol.Reconcile_RECONCILE_UPSERT,
	}
}

// snapshotOf fills out what the block says, and refuses the block where there is
// nothing to replace.
func (c *compiler) snapshotOf(out *Target, decl *lang.Target, block string) {
	if !isSnapshot(out.Resource) {
		if decl.Snapshot != nil {
			c.report(diag.Diagnostic{
				Code: "no-snapshot", Subject: &decl.Snapshot.Range,
				Summary: "The resource " + quote(out.Resource.GetName()) + " is not written as a whole",
				Detail:  "The connector " + quote(out.Connection.Plugin) + " writes it record by record, so that nobody leaves it by being left out.",
				Remedy:  "Remove the block.",
			}, block)
		}
		return
	}
	out.Snapshot = &Snapshot{}
	if s := decl.Snapshot; s != nil {
		out.Snapshot.Block, out.Snapshot.Always = s.Held == "block", s.Always
	}
	for _, words := range []struct {
		word, why string
		list      []lang.Word
	}{
		{"once", "A whole that is replaced holds every field of every record each time, so that nothing is sent only once.", decl.Once},
		{"never_clear", "A whole that is replaced holds what the source says now: there is nothing in it that could be left as it is.", decl.NeverClear},
	} {
		if len(words.list) > 0 {
			at := words.list[0].Range
			c.report(snapshotHasNone(words.word, words.why, at), block)
		}
	}
}

// snapshotFields finds the fields to sort by, and lets every field be emptied:
// what the source says now is what the whole holds.
func (c *compiler) snapshotFields(out *Target, decl *lang.Target, block string) {
	if out.Snapshot == nil {
		return
	}
	for i := range out.Fields {
		out.Fields[i].KeepsFilled = false
	}
	if decl.Snapshot == nil {
		return
	}
	for _, word := range decl.Snapshot.SortBy {
		at, subject := fieldAt(out, nameOf(stepsOf(word.Name))), word.Range
		if at < 0 {
			c.report(diag.Diagnostic{
				Code: "unknown-target-field", Subject: &subject,
				Summary: "sort_by names " + quote(word.Name) + ", which is not in map",
				Detail:  "Lines are ordered by what they hold.",
				Remedy:  suggestion(word.Name, targetFieldNames(out)),
			}, block, "snapshot")
			continue
		}
		switch kind := out.Fields[at].Type.Kind; kind {
		case record.List, record.Map, record.Object:
			c.report(diag.Diagnostic{
				Code: "not-sortable", Subject: &subject,
				Summary: "Lines can't be ordered by " + quote(word.Name),
				Detail:  "It is " + article(out.Fields[at].Type) + ", which has no order.",
				Remedy:  "Order by a field that holds one value.",
			}, block, "snapshot")
			continue
		}
		out.Snapshot.SortBy = append(out.Snapshot.SortBy, at)
	}
}

// snapshotLeavers refuses what can't be done to a line: it is there or it is not.
func (c *compiler) snapshotLeavers(l *Leavers, decl *lang.Leavers) {
	if decl.Do == "deactivate" {
		d := snapshotHasNone(`do = "deactivate"`, "A line can't be switched off: it is there, or it is not.", decl.DoR)
		d.Remedy = `Write do = "delete": the line leaves. Or take do out: the line stays, and goes on being written.`
		c.report(d, decl.Word)
	}
	if decl.Back == "keep" {
		c.report(snapshotHasNone(`back = "keep"`, "Who is back is somebody who belongs in the whole, and would otherwise be missing from it.", decl.BackR), decl.Word)
	}
	l.Stays = l.Do == protocol.Operation_OPERATION_UNSPECIFIED
}

func snapshotHasNone(word, why string, at diag.Range) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "not-in-a-snapshot", Subject: &at,
		Summary: word + " means nothing for a target that is written as a whole",
		Detail:  why, Remedy: "Remove it.",
	}
}
