package lang

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// pages are the ways in which a list may be cut.
var pages = []string{"page", "offset", "cursor", "next", "link"}

// page reads how a list is cut into pages. Its words are those of the wire, and
// the connector refuses what makes no sense to it.
func (e *Endpoint) page(n Named, c *content) {
	if e.PageJSON != nil {
		c.refuse(place{n.Range, c.in}, "duplicate-name", "The block page is there twice", "A list is cut into pages in one way.", "Keep one of the two.")
		return
	}
	if e.Name != "find" {
		c.refuse(place{n.Range, c.in}, "wrong-value", fmt.Sprintf("The endpoint %q has no pages", e.Name),
			"Only what is read comes in pages.", `Move the block to the endpoint "find", or take it out.`)
	}
	c.need("by")
	out := map[string]any{}
	by, _ := c.oneOf("by", pages...)
	out["by"] = by
	for _, name := range []string{"param", "next", "size_param", "total", "pages", "more"} {
		if text, _ := c.fullText(name); text != "" {
			out[name] = text
		}
	}
	for _, name := range []string{"size", "first"} {
		if n, ok := c.whole(name); ok {
			out[name] = n
		}
	}
	c.pageRules(by)
	e.PageJSON, _ = json.Marshal(out) // texts and whole numbers always are JSON
}

// pageRules are those of plugins/sdk/rest that need no connector.
func (c *content) pageRules(by string) {
	refuse := func(at diag.Range, summary, detail, remedy string) {
		c.refuse(place{at, c.in}, "wrong-value", summary, detail, remedy)
	}
	has := func(name string) bool { return c.attrs[name] != nil }
	switch {
	case slices.Contains([]string{"cursor", "next"}, by) && !has("next"):
		refuse(c.header, fmt.Sprintf("by = %q needs the word next", by), "It says where an answer holds the next page.", `Add for example next = "meta.next".`)
	case by == "link" && has("next"):
		refuse(rangeOf(c.attrs["next"].NameRange), `With by = "link" the word next says nothing`, "The next page is in the answer's header.", "Take next out.")
	case by != "" && by != "page" && has("pages"):
		refuse(rangeOf(c.attrs["pages"].NameRange), "A number of pages needs pages that have numbers", fmt.Sprintf("With by = %q they have none.", by), "Take pages out.")
	case has("size_param") && !has("size"):
		refuse(rangeOf(c.attrs["size_param"].NameRange), "size_param needs the word size", "It names the parameter that carries the size, and there is none.", "Add for example size = 100.")
	}
}

// whole reads an attribute that is a whole number.
func (c *content) whole(name string) (int64, bool) {
	const want = "a whole number, such as 100"
	a := c.attrs[name]
	if a == nil {
		return 0, false
	}
	v, ok := c.literal(a.Expr, want)
	if !ok {
		return 0, false
	}
	if v.IsNull() || v.Type() != cty.Number || !v.AsBigFloat().IsInt() || v.AsBigFloat().Sign() < 0 {
		c.wrongType(a.Expr, want)
		return 0, false
	}
	n, _ := v.AsBigFloat().Int64()
	return n, true
}
