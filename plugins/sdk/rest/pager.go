package rest

import (
	"fmt"
	"hash/maphash"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/peterhellberg/link"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// pager walks through the pages of one list, and knows whether their end was seen
// or only stopped coming. That is the difference between reading everybody and
// taking for gone whoever came later.
type pager struct {
	Paging
	name  string // of the system, for messages
	where string // "find", for messages

	number int   // of the page under way
	got    int64 // records so far
	total  int64 // announced; -1: not

	wholePage bool   // a page as large as asked: the API keeps to the size
	named     bool   // the API named a next page at least once
	cursor    string // of the page under way, or its address
	previous  uint64 // what the last page held
	seed      maphash.Seed

	unproven string // why the end that was reached may not be the end
}

func newPager(p Paging, name string) *pager {
	return &pager{Paging: p, name: name, number: p.first(), total: -1, seed: maphash.MakeSeed()}
}

// ask turns the request for the list into that for the page under way.
func (p *pager) ask(r Request) (Request, *sdk.Error) {
	if p.cursor != "" && (p.By == ByNext || p.By == ByLink) {
		return p.follow(r)
	}
	r.Query = maps.Clone(r.Query)
	if r.Query == nil {
		r.Query = url.Values{}
	}
	if p.SizeParam != "" {
		r.Query.Set(p.SizeParam, strconv.Itoa(p.Size))
	}
	switch {
	case p.By == ByPage:
		r.Query.Set(p.param(), strconv.Itoa(p.number))
	case p.By == ByOffset:
		r.Query.Set(p.param(), strconv.FormatInt(p.got, 10))
	case p.By == ByCursor && p.cursor != "":
		r.Query.Set(p.param(), p.cursor)
	}
	return r, nil
}

func (p *pager) follow(r Request) (Request, *sdk.Error) {
	address, err := url.Parse(p.cursor)
	if err != nil {
		return r, p.fail("bad-next-page", "the address of the next page is none", "", "check what next names", protocol.Retry_RETRY_AFTER_FIX)
	}
	r.URL = address
	return r, nil
}

// more takes in one page and reports whether another is to come. base is where
// the page came from.
func (p *pager) more(base *url.URL, response *Response, items int, content []byte) (bool, *sdk.Error) {
	p.got += int64(items)
	if complaint := p.repeated(items, content); complaint != nil {
		return false, complaint
	}
	p.wholePage = p.wholePage || (p.Size > 0 && items == p.Size)
	if p.Total != "" {
		ended, complaint := p.counted(response.Body, items)
		if ended || complaint != nil {
			return false, complaint
		}
	}
	if p.More != "" {
		more, ok := truth(response.Body, p.More)
		if !ok {
			return false, p.missing("more", p.More)
		}
		if !more {
			return p.endBeforeTotal()
		}
	}
	switch p.By {
	case ByPage, ByOffset:
		return p.numbered(response.Body, items)
	case ByCursor:
		return p.byName(response.Body, items, func(text string) (string, *sdk.Error) { return text, nil })
	case ByNext:
		return p.byName(response.Body, items, func(text string) (string, *sdk.Error) { return p.onSameHost(base, text) })
	case ByLink:
		return p.linked(base, response.Header, items)
	}
	if next, _ := nextLink(response.Header); next != "" {
		return false, p.fail("more-pages", "the answer names a next page, and the declaration knows of none", "",
			"say how the list is cut into pages; here the header Link does", protocol.Retry_RETRY_AFTER_FIX)
	}
	return p.endBeforeTotal()
}

// counted holds what came against what the API announced. A total that changes
// while the pages are read means that they may have shifted.
func (p *pager) counted(body []byte, items int) (ended bool, _ *sdk.Error) {
	total, ok := count(body, p.Total)
	switch {
	case !ok:
		return false, p.missing("total", p.Total)
	case p.total >= 0 && total != p.total:
		p.unproven = fmt.Sprintf("the number of records changed while they were read (from %d to %d)", p.total, total)
		return true, nil
	}
	p.total = total
	if p.got > total || (items == 0 && p.got < total && p.By != ByCursor && p.By != ByNext && p.By != ByLink) {
		return false, p.mismatch()
	}
	return p.got == total, nil
}

func (p *pager) mismatch() *sdk.Error {
	return p.fail("count-mismatch", "it announces another number of records than it gives", fmt.Sprintf("%d announced, %d given", p.total, p.got),
		"try again: it may be changing at this moment", protocol.Retry_RETRY_LATER)
}

// endBeforeTotal is an end by other signs, which a total may contradict.
func (p *pager) endBeforeTotal() (bool, *sdk.Error) {
	if p.total >= 0 && p.got != p.total {
		return false, p.mismatch()
	}
	return false, nil
}

// numbered ends with the last page that the API counts, with an empty one, or
// with one smaller than asked once the API has shown that it keeps to the size: a
// server with a limit of its own makes every page small.
func (p *pager) numbered(body []byte, items int) (bool, *sdk.Error) {
	p.number++
	if p.Pages != "" {
		pages, ok := count(body, p.Pages)
		if !ok {
			return false, p.missing("pages", p.Pages)
		}
		if int64(p.number-p.first()) >= pages {
			return p.endBeforeTotal()
		}
		return true, nil
	}
	if items == 0 || (p.wholePage && items < p.Size) {
		switch {
		case p.More == "":
			return p.endBeforeTotal()
		case items == 0:
			p.unproven = "an empty page says that there is more"
			return false, nil
		}
	}
	return true, nil
}

// byName follows what the answer names. Nothing there is the end where something
// was there before, or where it is there and empty; otherwise next may be
// misspelt, unless the page is smaller than asked.
func (p *pager) byName(body []byte, items int, resolve func(string) (string, *sdk.Error)) (bool, *sdk.Error) {
	raw, there := lookUp(body, p.Next)
	text, ok := scalar(raw)
	if !ok {
		if there && !isNull(raw) && len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') {
			return false, p.missing("next", p.Next)
		}
		return p.noNext(there, items, "the answer has nothing at "+strconv.Quote(p.Next)+", so that nobody knows whether there is more")
	}
	return p.goOn(resolve, text)
}

func (p *pager) linked(base *url.URL, header http.Header, items int) (bool, *sdk.Error) {
	next, there := nextLink(header)
	if next == "" {
		return p.noNext(there, items, "the answer has no header Link, so that nobody knows whether there is more")
	}
	return p.goOn(func(text string) (string, *sdk.Error) { return p.onSameHost(base, text) }, next)
}

func (p *pager) noNext(there bool, items int, why string) (bool, *sdk.Error) {
	if !there && !p.named && items > 0 && (p.Size == 0 || items >= p.Size) && p.total < 0 && p.More == "" {
		p.unproven = why
		return false, nil
	}
	return p.endBeforeTotal()
}

func (p *pager) goOn(resolve func(string) (string, *sdk.Error), text string) (bool, *sdk.Error) {
	next, complaint := resolve(text)
	if complaint != nil {
		return false, complaint
	}
	if next == p.cursor {
		return false, p.circle()
	}
	p.cursor, p.named = next, true
	return true, nil
}

// onSameHost resolves an address against the page's own. Another host would get
// the key.
func (p *pager) onSameHost(base *url.URL, text string) (string, *sdk.Error) {
	next, err := base.Parse(text)
	if err != nil {
		return "", p.fail("bad-next-page", "the address of the next page is none", "", "check what next names", protocol.Retry_RETRY_AFTER_FIX)
	}
	next.Fragment = ""
	if !sameHost(next, base) {
		return "", p.fail("next-page-elsewhere", "the next page is said to be on another host",
			"it is not followed, so that the key doesn't go there", "set url to the host that the API names itself by", protocol.Retry_RETRY_AFTER_FIX)
	}
	return next.String(), nil
}

// repeated catches an API that doesn't know the parameter and gives its first
// page for ever.
func (p *pager) repeated(items int, content []byte) *sdk.Error {
	if items == 0 || p.By == "" {
		return nil
	}
	now := maphash.Bytes(p.seed, content)
	if now == p.previous {
		return p.circle()
	}
	p.previous = now
	return nil
}

func (p *pager) circle() *sdk.Error {
	return p.fail("page-repeats", "one page comes again and again", "the API probably doesn't know the parameter that asks for the next one",
		"check how the API's own documentation names it", protocol.Retry_RETRY_AFTER_FIX)
}

func (p *pager) missing(word, path string) *sdk.Error {
	return p.fail("bad-answer", "its answer has nothing that fits at "+strconv.Quote(path), "that is where "+word+" is said to be",
		"correct "+word+", or take it out", protocol.Retry_RETRY_AFTER_FIX)
}

func (p *pager) fail(code, what, why, remedy string, retry protocol.Retry) *sdk.Error {
	return &sdk.Error{Code: code, Summary: p.name + ": " + what, Detail: why, Remedy: remedy, Retry: retry}
}

// nextLink reads the header Link. there: it is there, whatever it names.
func nextLink(header http.Header) (next string, there bool) {
	there = len(header.Values("Link")) > 0
	for _, l := range link.ParseHeader(header) {
		for _, rel := range strings.Fields(l.Rel) {
			if strings.EqualFold(rel, "next") {
				return l.URI, there
			}
		}
	}
	return "", there
}
