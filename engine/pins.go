package engine

import (
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/trust"
)

// pin is one package that the workspace uses, as it is found now.
type pin struct {
	*trust.Pinned
	block *lang.Package
}

// pins are the packages of a module, and theirs: an outer one before those in it.
func pins(m *lang.Module, within string) []pin {
	var out []pin
	for _, p := range m.Packages {
		if p.Module == nil {
			continue // reported when it was looked for
		}
		name, version := within+p.Name, ""
		if i := p.Module.Integration; i != nil {
			version = i.Version
		}
		out = append(out, pin{trust.Pin(name, version, p.Module.Files), p})
		out = append(out, pins(p.Module, name+"/")...)
	}
	return out
}

// checkPins holds the packages against the lock file. Without one nothing was
// agreed on.
func (w *Workspace) checkPins() diag.Diagnostics {
	if w.lock == nil {
		return nil
	}
	var found diag.Diagnostics
	for _, p := range pins(w.module, "") {
		if d := w.lock.Check(p.Pinned, p.block.Module.Dir); d != nil {
			d.Subject = &p.block.FromR
			found = append(found, *d)
		}
	}
	return found
}
