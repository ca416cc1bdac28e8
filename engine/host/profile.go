package host

import (
	"maps"
	"slices"
	"strconv"

	"passerelle/engine/diag"
	"passerelle/plugins/protocol"
)

// profilesOf are the addresses of records that a plugin gave, without those that
// nobody should follow: what is no http or https address, or shows a secret.
func (p *Plugin) profilesOf(given map[string]string) (map[string]string, Complaints) {
	out := map[string]string{}
	var complaints Complaints
	for _, resource := range slices.Sorted(maps.Keys(given)) {
		template := given[resource]
		if _, ok := protocol.ProfileURL(template, "1"); ok && p.clean.text(template, len(template)) == template {
			out[resource] = template
			continue
		}
		complaints = append(complaints, Complaint{Diagnostic: diag.Diagnostic{
			Severity: diag.Warning, Code: "bad-profile-url",
			Summary: "The plugin " + p.name + " gives an address for the pages of " + strconv.Quote(p.clean.text(resource, longestSummary)) + " that can't be followed",
			Detail:  "It is no http or https address with a host, and {id} after it, or it shows a secret. Results go without links.",
			Remedy:  "Tell the connector's author; if the address comes from a setting of the connection, correct that.",
		}})
	}
	return out, complaints
}

// ProfileURL is where people open one record of a resource, {id} standing for its
// id; "" where the plugin knows of none.
func (c *Connection) ProfileURL(resource string) string { return c.profiles[resource] }
