package view

import "passerelle/engine"

type finding struct {
	Type     string            `json:"type"` // finding
	Mapping  string            `json:"mapping"`
	System   string            `json:"system"`
	Resource string            `json:"resource"`
	Write    bool              `json:"write"`
	Path     string            `json:"path"` // "" is the resource as a whole
	Evidence engine.Evidence   `json:"evidence"`
	Right    map[string]string `json:"right,omitempty"`
	Say      string            `json:"say,omitempty"`
	Remedy   string            `json:"remedy,omitempty"`
}

func (e *events) Checked(c *engine.Checked) {
	for _, f := range c.Findings {
		out := finding{
			Type: "finding", Mapping: c.Mapping, System: c.System, Resource: c.Resource, Write: c.Write,
			Path: f.Path, Evidence: f.Evidence, Say: f.Say, Remedy: f.Remedy,
		}
		if f.RightEN != "" {
			out.Right = map[string]string{"fr": f.RightFR, "en": f.RightEN}
		}
		e.write(out)
	}
}
