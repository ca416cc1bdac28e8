package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/go-version"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// connect opens a connection once.
func (w *Workspace) connect(ctx context.Context, c *lang.Connection) (*host.Connection, diag.Diagnostics) {
	if opened := w.open[c]; opened != nil {
		return opened, nil
	}
	if found := w.fit(ctx, c); found.HasErrors() {
		return nil, found
	}
	plugin, found := w.host.Plugin(ctx, c.Plugin)
	if found.HasErrors() {
		return nil, found
	}
	settings, err := settingsOf(c)
	if err != nil {
		return nil, diag.From(err, "writing the settings of connection "+c.Name)
	}
	opened, complaints := plugin.Configure(ctx, settings)
	found = complaints.Located(func(attribute []string) *diag.Range { return placeOf(c, attribute) })
	if found.HasErrors() {
		return nil, found
	}
	w.open[c] = opened
	return opened, found
}

// placeOf finds the attribute that a connector complains of in the file.
func placeOf(c *lang.Connection, attribute []string) *diag.Range {
	if len(attribute) > 0 {
		for _, s := range c.Settings {
			if s.Name == attribute[0] {
				return &s.ValueR
			}
		}
	}
	return &c.Block
}

// checkAttached refuses to attach to a plugin that no connection uses: who
// debugs it would wait for a call that never comes.
func (w *Workspace) checkAttached(used []string) diag.Diagnostics {
	if w.loaded.HasErrors() {
		return nil // a connection may be in what can't be read
	}
	var found diag.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(w.options.Attach)) {
		if slices.Contains(used, name) {
			continue
		}
		d := diag.Diagnostic{
			Code: "unused-attach", Summary: "No connection uses the plugin " + strconv.Quote(name) + ", which is to be attached to",
			Detail: "It is named by --attach, or by ENGINE_PLUGIN_ATTACH. The connections of this workspace use: " + strings.Join(used, ", ") + ".",
			Remedy: "Name one of these, or leave it out.",
		}
		if near := diag.DidYouMean(name, used); near != "" {
			d.Remedy = "Did you mean " + near + "? " + d.Remedy
		}
		found = append(found, d)
	}
	return found
}

// checkVersions holds the plugins against the plugin blocks.
func (w *Workspace) checkVersions(schemas compile.Schemas) diag.Diagnostics {
	var found diag.Diagnostics
	for _, required := range w.required() {
		description := schemas[required.Name]
		if description == nil || required.Version == "" || satisfies(description.GetVersion(), required.Version) {
			continue
		}
		found = append(found, diag.Diagnostic{
			Code: "plugin-version", Subject: &required.VersionR,
			Summary: "The plugin " + required.Name + " is version " + description.GetVersion() + ", and " + required.Version + " is required",
			Detail:  "The file asks for another version than the one that was found.",
			Remedy:  "Install a version that matches, or change the requirement after trying the one you have.",
		})
	}
	return found
}

// required are the plugin blocks of the workspace and its packages.
func (w *Workspace) required() []*lang.PluginRequirement {
	var out []*lang.PluginRequirement
	for _, m := range compile.Modules(w.module) {
		out = append(out, m.Plugins...)
	}
	return out
}

// satisfies reports whether a plugin's version is one that a constraint allows.
// A constraint that can't be read was refused by lang.
func satisfies(have, constraint string) bool {
	wanted, err := version.NewConstraint(constraint)
	if err != nil {
		return true
	}
	v, err := version.NewVersion(have)
	return err == nil && wanted.Check(v)
}

// settingsOf are a connection's settings as its connector takes them. What the
// language itself knows of them, the rate limit, is theirs again.
func settingsOf(c *lang.Connection) ([]byte, error) {
	text, err := compile.SettingsJSON(c.Settings)
	if err != nil || c.RateLimit == "" {
		return text, err
	}
	settings := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &settings); err != nil {
		return nil, err
	}
	rate, err := json.Marshal(c.RateLimit)
	if err != nil {
		return nil, err
	}
	settings["rate_limit"] = rate
	return json.Marshal(settings)
}

// title is what people call a connector.
func title(d *protocol.Description) string {
	if en := d.GetTitle().GetEn(); en != "" {
		return en
	}
	return d.GetName()
}
