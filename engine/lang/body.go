package lang

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"passerelle/engine/diag"
)

// content is the inside of one block, sorted into what its vocabulary knows.
type content struct {
	*problems
	file     *file
	in       []string
	header   diag.Range // of the block, where something missing is reported
	attrs    map[string]*hcl.Attribute
	blocks   []*hcl.Block
	settings []*hcl.Attribute // in the order of the file
	clean    bool             // every word in it was known
}

// open reads a body in either syntax and refuses every word that has no place
// in it.
func open(p *problems, f *file, body hcl.Body, v *vocabulary, header diag.Range, in []string) *content {
	c := &content{problems: p, file: f, in: slices.Clip(in), header: header, attrs: map[string]*hcl.Attribute{}}
	before := len(p.found)
	attrs, blocks := c.items(body, v)
	slices.SortFunc(attrs, func(a, b *hcl.Attribute) int {
		return cmp.Compare(a.NameRange.Start.Byte, b.NameRange.Start.Byte)
	})
	for _, a := range attrs {
		c.sortAttribute(a, v)
	}
	for _, b := range blocks {
		c.sortBlock(b, v)
	}
	c.clean = len(p.found) == before
	return c
}

// items lists everything in a body. Native HCL tells attributes from blocks
// itself; in JSON the vocabulary must.
func (c *content) items(body hcl.Body, v *vocabulary) (attrs []*hcl.Attribute, blocks []*hcl.Block) {
	if native, ok := body.(*hclsyntax.Body); ok {
		for _, a := range native.Attributes {
			attrs = append(attrs, a.AsHCLAttribute())
		}
		for _, b := range native.Blocks {
			blocks = append(blocks, b.AsHCLBlock())
		}
		return attrs, blocks
	}
	schema := &hcl.BodySchema{}
	for name, labels := range v.blocks {
		schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: name, LabelNames: slices.Repeat([]string{"name"}, labels)})
	}
	known, rest, found := body.PartialContent(schema)
	c.syntax(found)
	others, found := rest.JustAttributes()
	c.syntax(found)
	for _, a := range others {
		attrs = append(attrs, a)
	}
	return attrs, known.Blocks
}

func (c *content) sortAttribute(a *hcl.Attribute, v *vocabulary) {
	where := place{c.file.inner(a.NameRange), c.in}
	_, isBlock := v.blocks[a.Name]
	switch {
	case slices.Contains(v.attrs, a.Name):
		c.attrs[a.Name] = a
	case slices.Contains(v.later, a.Name):
		c.notYet(where, a.Name)
	case isBlock:
		c.refuse(where, "unknown-word", fmt.Sprintf("%q is a block, not an attribute", a.Name),
			"It holds words of its own between braces.", fmt.Sprintf("Write %s { … } without the equals sign.", a.Name))
	case v.settings:
		c.settings = append(c.settings, a)
	default:
		c.unknownWord(where, a.Name, v)
	}
}

func (c *content) sortBlock(b *hcl.Block, v *vocabulary) {
	where := place{c.file.inner(b.TypeRange), c.in}
	labels, known := v.blocks[b.Type]
	switch {
	case known && len(b.Labels) == labels:
		c.blocks = append(c.blocks, b)
	case known && labels == 0:
		c.refuse(where, "wrong-labels", fmt.Sprintf("The block %q has no name", b.Type),
			"What stands between the word and the brace means nothing here.", fmt.Sprintf("Write %s { … }.", b.Type))
	case known:
		c.refuse(where, "wrong-labels", fmt.Sprintf("The block %q needs exactly one name", b.Type),
			"The name is how other places refer to it.", fmt.Sprintf("Write %s \"name\" { … }.", b.Type))
	case slices.Contains(v.later, b.Type):
		c.notYet(where, b.Type)
	case slices.Contains(v.attrs, b.Type):
		c.refuse(where, "unknown-word", fmt.Sprintf("%q is an attribute, not a block", b.Type),
			"It has one value.", fmt.Sprintf("Write %s = … with an equals sign.", b.Type))
	default:
		c.unknownWord(where, b.Type, v)
	}
}

func (c *content) unknownWord(where place, word string, v *vocabulary) {
	if v == fileWords && slices.Contains(mappingWords.words(), word) {
		c.refuse(where, "unknown-word", fmt.Sprintf("%q stands inside a mapping", word),
			"At the top of a file it belongs to none.", "Put it between the braces of mapping \"name\" { … }.")
		return
	}
	c.refuse(where, "unknown-word", fmt.Sprintf("Unknown word %q in %s", word, v.what),
		"The language has no such word here."+diag.Suggest(word, append(v.words(), v.later...)),
		"Correct the word or take it out.")
}

// each calls read with the inside of every block of one type.
func (c *content) each(kind string, v *vocabulary, read func(n Named, b *content)) {
	for _, b := range c.blocks {
		if b.Type != kind {
			continue
		}
		n := c.named(b)
		in := append(c.in, kind)
		if n.Name != "" {
			in = append(c.in, fmt.Sprintf("%s %q", kind, n.Name))
		}
		read(n, open(c.problems, c.file, b.Body, v, n.Block, in))
	}
}

func (c *content) named(b *hcl.Block) Named {
	n := Named{Block: rangeOf(b.DefRange), Range: rangeOf(b.TypeRange)}
	if len(b.Labels) > 0 {
		n.Name, n.Range = b.Labels[0], c.file.inner(b.LabelRanges[0])
	}
	return n
}

// need reports the attributes that are not there. Settings are taken into
// account for the suggestion only, because there a misspelt word looks like one.
func (c *content) need(names ...string) {
	var given []string
	for _, s := range c.settings {
		given = append(given, s.Name)
	}
	for _, name := range names {
		if c.attrs[name] != nil {
			continue
		}
		detail := "Nothing can stand in for it."
		if near := diag.DidYouMean(name, given); near != "" {
			detail = fmt.Sprintf("Is the word %q, which is there, meant to be it?", near)
		}
		c.refuse(place{c.header, c.in}, "missing-attribute", fmt.Sprintf("The attribute %q is missing", name),
			detail, fmt.Sprintf("Add %s = … to this block.", name))
	}
}
