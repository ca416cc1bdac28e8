package generate

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"passerelle/engine/diag"
	"passerelle/engine/tools/format"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// Side is one end of the mapping.
type Side struct {
	Connection string
	Title      string // of the system
	Resource   *protocol.Resource
	Custom     []*protocol.CustomField // what the tenant has of its own; nil: not asked
}

// Mapping is what was written, and what it could not do.
type Mapping struct {
	Text    []byte
	Paired  []string // target fields
	Missing []string // target fields that are required and have no counterpart
}

// Between writes a first mapping from one resource to another. The text is in the
// canonical layout.
func Between(from, to Side) (*Mapping, diag.Diagnostics) {
	g := &generator{from: from, to: to, sources: candidates(from), taken: map[string]bool{}}
	if len(g.sources) == 0 {
		return nil, diag.Diagnostics{{
			Code: "nothing-to-generate", Summary: "The connector knows no field of " + from.Resource.GetName(),
			Detail: "What can be read there depends on the place itself, such as the columns of a file.",
			Remedy: "Write the fields by hand: field \"matricule\" { path = \"Matricule\" } with its type.",
		}}
	}
	g.pair()
	text, found := format.Source("generated.hcl", []byte(g.write()))
	if found.HasErrors() {
		return nil, found
	}
	return &Mapping{Text: text, Paired: g.pairedNames(), Missing: g.missing}, nil
}

type generator struct {
	from, to Side
	sources  []*candidate
	pairs    []pair
	taken    map[string]bool // names of source fields
	missing  []string
	out      strings.Builder
}

// needsPurpose: such data goes nowhere before somebody has written why.
var needsPurpose = []string{"bank", "social-security", "health", "pay"}

// candidates are the source fields that may be read, custom ones last.
func candidates(from Side) []*candidate {
	var out []*candidate
	known := map[string]*candidate{}
	add := func(f *protocol.Field, c *candidate) {
		of, err := record.ParseType(f.GetType())
		if err != nil || f.GetWriteOnly() {
			return
		}
		c.field, c.of = f, of
		known[f.GetPath()] = c
		out = append(out, c)
	}
	for _, f := range from.Resource.GetFields() {
		add(f, &candidate{})
	}
	for _, custom := range from.Custom {
		if c := known[custom.GetField().GetPath()]; c != nil { // values of a field that is known
			c.choices = custom.GetChoices()
			continue
		}
		add(custom.GetField(), &candidate{custom: true, section: custom.GetSection(), choices: custom.GetChoices()})
	}
	return out
}

// pair finds the pairs, in the order of the target's fields; of an open target
// that states none, every field of the source is a column.
func (g *generator) pair() {
	targets := g.to.Resource.GetFields()
	if len(targets) == 0 {
		for _, s := range g.sources {
			if slices.Contains(needsPurpose, s.field.GetClass()) || s.custom {
				continue
			}
			g.pairs = append(g.pairs, pair{target: &protocol.Field{Path: s.field.GetPath(), Type: s.field.GetType(), Label: s.field.GetLabel()}, source: s})
		}
	} else {
		g.pairs = pairs(slices.DeleteFunc(slices.Clone(targets), func(f *protocol.Field) bool { return slices.Contains(needsPurpose, f.GetClass()) }),
			slices.DeleteFunc(slices.Clone(g.sources), func(c *candidate) bool { return slices.Contains(needsPurpose, c.field.GetClass()) }))
		slices.SortStableFunc(g.pairs, func(a, b pair) int { return slices.Index(targets, a.target) - slices.Index(targets, b.target) })
	}
	for i := range g.pairs {
		s := g.pairs[i].source
		s.name = g.nameOf(s)
	}
	for _, t := range targets {
		if t.GetRequired() && !t.GetReadOnly() && g.pairOf(t) == nil {
			g.missing = append(g.missing, t.GetPath())
		}
	}
}

func (g *generator) pairOf(t *protocol.Field) *pair {
	for i := range g.pairs {
		if g.pairs[i].target == t {
			return &g.pairs[i]
		}
	}
	return nil
}

func (g *generator) pairedNames() []string {
	var out []string
	for _, p := range g.pairs {
		out = append(out, p.target.GetPath())
	}
	return out
}

// nameOf makes a name that an expression can write: of the path of an own field,
// of the label of a custom one.
func (g *generator) nameOf(c *candidate) string {
	name := wordFor(c)
	for taken, n := name, 2; ; n++ {
		if !g.taken[taken] {
			g.taken[taken] = true
			return taken
		}
		taken = fmt.Sprintf("%s_%d", name, n)
	}
}

func wordFor(c *candidate) string {
	if label := labelOf(c.field); c.custom && label != "" {
		return identifier(label)
	}
	return identifier(c.field.GetPath())
}

// reserved are the names that an expression can't write after a dot.
var reserved = []string{"in", "true", "false", "null"}

// identifier makes last_name of lastName and legal_entity_name of legalEntity.name.
func identifier(path string) string {
	var b strings.Builder
	before := '_'
	for _, r := range path {
		switch {
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte('_')
			b.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case before != '_':
			b.WriteByte('_')
			r = '_'
		default:
			r = '_'
		}
		before = r
	}
	name := strings.Trim(diag.Fold(b.String()), "_")
	name = strings.Map(func(r rune) rune {
		if r < 128 {
			return r
		}
		return -1
	}, name)
	if name == "" || unicode.IsDigit(rune(name[0])) || slices.Contains(reserved, name) {
		name = "f_" + name
	}
	return name
}
