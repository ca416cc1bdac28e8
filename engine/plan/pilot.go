package plan

import (
	"strconv"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
)

// pilot keeps a plan to named people. Of the others it infers nothing: they are
// neither compared nor counted, nobody is gone, and nothing is remembered of
// them. nil is no pilot: everybody is in it.
type pilot struct {
	asked  []string          // source ids, or names as shown
	folded []string          // the same, as names are compared
	fits   []map[string]bool // by what was asked: the source ids that fit
}

func newPilot(asked []string) *pilot {
	if len(asked) == 0 {
		return nil
	}
	p := &pilot{asked: asked}
	for _, name := range asked {
		p.folded = append(p.folded, diag.Fold(name))
		p.fits = append(p.fits, map[string]bool{})
	}
	return p
}

func (p *pilot) has(item *flow.Item) bool {
	if p == nil {
		return true
	}
	in := false
	for i := range p.asked {
		if item.ID == p.asked[i] || item.Shown != "" && diag.Fold(item.Shown) == p.folded[i] {
			p.fits[i][item.ID] = true
			in = true
		}
	}
	return in
}

// check refuses a pilot that meant somebody else: a name that fits nobody, or
// several people. It names nobody but by what was asked.
func (p *pilot) check() error {
	if p == nil {
		return nil
	}
	for i, asked := range p.asked {
		switch n := len(p.fits[i]); {
		case n == 0:
			return diag.Diagnostic{
				Code: "unknown-person", Summary: "The source has nobody called " + strconv.Quote(asked),
				Detail: "A person is named by the source's id, or as shown_as names them. Nothing was sent.",
				Remedy: "Check the name; who is filtered out by where is found by id alone where shown_as can't name them.",
			}
		case n > 1:
			return diag.Diagnostic{
				Code: "ambiguous-person", Summary: "The source has " + strconv.Itoa(n) + " people called " + strconv.Quote(asked),
				Detail: "Which of them is meant can't be told. Nothing was sent.",
				Remedy: "Name them by the source's id: engine who NAME lists those whom the ledger knows.",
			}
		}
	}
	return nil
}
