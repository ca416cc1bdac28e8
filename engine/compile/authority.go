package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// authority = "source" compares with the target, which must then be readable as
// a whole: to fetch every person of every run one by one would be no reading.
func (c *compiler) authority(out *Target, decl *lang.Target, block string) {
	if decl.Authority != "source" {
		return
	}
	place := decl.AuthorityR
	refuse := func(why, remedy string) {
		c.report(diag.Diagnostic{
			Code: "authority-unreadable", Subject: &place,
			Summary: `authority = "source" can't be kept here: what is at the target can't be compared`,
			Detail:  why, Remedy: remedy,
		}, block)
	}
	switch {
	case out.Snapshot != nil:
		refuse("A target that is written as a whole holds what the source says anyway.", "Remove the word.")
	case !out.Resource.GetReadable():
		refuse("The connector "+quote(out.Connection.Plugin)+" can't read "+quote(out.Resource.GetName())+" as a whole.",
			`Write authority = "shared", or remove the word: what changed at the source is sent.`)
	case slices.ContainsFunc(out.Endpoints, func(e *protocol.EndpointDeclaration) bool {
		return e.GetOperation() == protocol.Operation_OPERATION_FIND
	}):
		refuse("The mapping declares its own find, which says how one record is looked up and not how all are read.",
			`Remove the endpoint "find", so that the connector's own applies; or write authority = "shared".`)
	case !out.Abilities.Update:
		refuse("The target has no way to update a record.", `Declare an endpoint "update", or remove the word.`)
	default:
		out.PutsBack = true
	}
}
