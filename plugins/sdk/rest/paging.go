package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Ways in which APIs cut a list into pages.
const (
	ByPage   = "page"   // a page's number
	ByOffset = "offset" // how many records to leave aside
	ByCursor = "cursor" // a text that the answer gives for the next page
	ByNext   = "next"   // the next page's address, in the answer
	ByLink   = "link"   // the next page's address, in the header Link (RFC 8288)
)

// Paging says how an API cuts a list into pages. The zero Paging is one page. As
// JSON it is what the page block of an endpoint holds.
type Paging struct {
	By        string `json:"by"`
	Param     string `json:"param"`      // carries the number, offset or cursor; default: what By says
	SizeParam string `json:"size_param"` // carries Size; empty: the API decides
	Size      int    `json:"size"`       // records to ask for a page
	First     *int   `json:"first"`      // the first page's number; default 1

	// Where an answer holds what it says of the whole; each may be empty.
	Total string `json:"total"` // how many records there are, on all pages
	Pages string `json:"pages"` // how many pages there are
	More  string `json:"more"`  // whether there are more pages: true or false
	Next  string `json:"next"`  // the next page's cursor or address
}

// ParsePaging reads the page block of an endpoint; nothing at all is one page.
func ParsePaging(page []byte) (Paging, *sdk.Error) {
	var p Paging
	if len(bytes.TrimSpace(page)) == 0 {
		return p, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(page))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&p) != nil {
		return p, badPaging("it holds a word or a type that nothing answers to",
			"the words are by, param, size_param, size, first, total, pages, more and next; size and first are numbers, the others texts")
	}
	if p.By == "" {
		return p, badPaging("it doesn't say by what pages are told apart", "write by = one of page, offset, cursor, next, link")
	}
	return p, p.Check()
}

// Check refuses what can't work, before anything is asked.
func (p Paging) Check() *sdk.Error {
	switch {
	case !slices.Contains([]string{"", ByPage, ByOffset, ByCursor, ByNext, ByLink}, p.By):
		return badPaging("it names an unknown way", "write by = one of page, offset, cursor, next, link")
	case p.Size < 0 || p.Size > 100_000:
		return badPaging("its size makes no sense", "ask for 1 to 100000 records a page")
	case p.SizeParam != "" && p.Size == 0:
		return badPaging("it names the parameter for the size, and no size", "give it a size")
	case slices.Contains([]string{ByCursor, ByNext}, p.By) && p.Next == "":
		return badPaging("it doesn't say where the answer holds the next page", `write next = "meta.next" or where it is`)
	case p.By == ByLink && p.Next != "":
		return badPaging("the next page is in the header, so next says nothing", "take next out")
	case p.Pages != "" && p.By != ByPage:
		return badPaging("a number of pages only serves pages that have numbers", "take pages out")
	}
	return nil
}

func badPaging(why, remedy string) *sdk.Error {
	return &sdk.Error{Code: "bad-paging", Summary: "the pages can't be read this way", Detail: why, Remedy: remedy,
		Attribute: []string{"page"}, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func (p Paging) param() string { return orElse(p.Param, p.By) }

func (p Paging) first() int {
	if p.First == nil {
		return 1
	}
	return *p.First
}

// count reads a whole number, which some APIs write as text.
func count(body []byte, path string) (int64, bool) {
	raw, _ := lookUp(body, path)
	text, _ := scalar(raw)
	var n int64
	if _, err := fmt.Sscanf(text, "%d", &n); err != nil || fmt.Sprint(n) != text || n < 0 {
		return 0, false
	}
	return n, true
}

// truth reads true or false, which some APIs write as 1 and 0.
func truth(body []byte, path string) (yes, ok bool) {
	raw, _ := lookUp(body, path)
	text, _ := scalar(raw)
	switch strings.ToLower(text) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
