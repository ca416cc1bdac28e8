package rest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk"
)

func page(items ...string) string {
	var all []string
	for _, id := range items {
		all = append(all, `{"id":"`+id+`"}`)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func withLink(link, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Link", link)
		say(200, body)(w)
	}
}

func number(n int) *int { return &n }

// What is read, what is asked for, and whether the end is proven.
func TestPaging(t *testing.T) {
	t.Parallel()
	type answers = []func(http.ResponseWriter)
	for name, c := range map[string]struct {
		paging  Paging
		items   string
		answers answers
		sent    []string
		found   string
		reason  string // incomplete
		code    string // failed
	}{
		"one page":                 {Paging{}, "", answers{say(200, page("a", "b"))}, []string{"/l"}, "a b", "", ""},
		"one page, more announced": {Paging{}, "", answers{withLink(`</l?p=2>; rel="next"`, page("a"))}, []string{"/l"}, "", "", "more-pages"},
		"one page, counted":        {Paging{Total: "n"}, "v", answers{say(200, `{"n":3,"v":`+page("a", "b")+`}`)}, []string{"/l"}, "", "", "count-mismatch"},
		"numbers, total": {Paging{By: ByPage, SizeParam: "per_page", Size: 2, Total: "meta.n"}, "v",
			answers{say(200, `{"meta":{"n":"3"},"v":`+page("a", "b")+`}`), say(200, `{"meta":{"n":3},"v":`+page("c")+`}`)},
			[]string{"/l?page=1&per_page=2", "/l?page=2&per_page=2"}, "a b c", "", ""},
		"numbers from zero, pages": {Paging{By: ByPage, Param: "p", First: number(0), Pages: "pages"}, "v",
			answers{say(200, `{"pages":2,"v":`+page("a")+`}`), say(200, `{"pages":2,"v":`+page("b")+`}`)}, []string{"/l?p=0", "/l?p=1"}, "a b", "", ""},
		"numbers, smaller page after a whole one": {Paging{By: ByPage, SizeParam: "s", Size: 2}, "",
			answers{say(200, page("a", "b")), say(200, page("c"))}, []string{"/l?page=1&s=2", "/l?page=2&s=2"}, "a b c", "", ""},
		"numbers, server's own limit": {Paging{By: ByPage, SizeParam: "s", Size: 3}, "",
			answers{say(200, page("a", "b")), say(200, page("c", "d")), say(200, "[]")}, []string{"/l?page=1&s=3", "/l?page=2&s=3", "/l?page=3&s=3"}, "a b c d", "", ""},
		"numbers, nothing": {Paging{By: ByPage}, "", answers{say(200, "[]")}, []string{"/l?page=1"}, "", "", ""},
		"numbers, more": {Paging{By: ByPage, More: "more"}, "v",
			answers{say(200, `{"more":true,"v":`+page("a")+`}`), say(200, `{"more":false,"v":`+page("b")+`}`)}, []string{"/l?page=1", "/l?page=2"}, "a b", "", ""},
		"numbers, more of nothing": {Paging{By: ByPage, More: "more"}, "v",
			answers{say(200, `{"more":true,"v":[]}`)}, []string{"/l?page=1"}, "", "an empty page says that there is more", ""},
		"numbers, more missing": {Paging{By: ByPage, More: "more"}, "v", answers{say(200, `{"v":`+page("a")+`}`)}, []string{"/l?page=1"}, "", "", "bad-answer"},
		"parameter left aside":  {Paging{By: ByPage, Param: "pg"}, "", answers{say(200, page("a")), say(200, page("a"))}, []string{"/l?pg=1", "/l?pg=2"}, "a", "", "page-repeats"},
		"total changes": {Paging{By: ByPage, Total: "n"}, "v",
			answers{say(200, `{"n":3,"v":`+page("a")+`}`), say(200, `{"n":2,"v":`+page("b")+`}`)}, []string{"/l?page=1", "/l?page=2"}, "a b", "the number of records changed while they were read (from 3 to 2)", ""},
		"total never reached": {Paging{By: ByPage, Total: "n"}, "v",
			answers{say(200, `{"n":3,"v":`+page("a")+`}`), say(200, `{"n":3,"v":[]}`)}, []string{"/l?page=1", "/l?page=2"}, "a", "", "count-mismatch"},
		"total missing": {Paging{By: ByPage, Total: "n"}, "v", answers{say(200, `{"v":[]}`)}, []string{"/l?page=1"}, "", "", "bad-answer"},
		"offsets": {Paging{By: ByOffset, Param: "skip", SizeParam: "limit", Size: 2}, "",
			answers{say(200, page("a", "b")), say(200, page("c", "d")), say(200, "[]")}, []string{"/l?limit=2&skip=0", "/l?limit=2&skip=2", "/l?limit=2&skip=4"}, "a b c d", "", ""},
		"offsets, server's own limit": {Paging{By: ByOffset, SizeParam: "limit", Size: 9}, "",
			answers{say(200, page("a", "b")), say(200, page("c")), say(200, "[]")}, []string{"/l?limit=9&offset=0", "/l?limit=9&offset=2", "/l?limit=9&offset=3"}, "a b c", "", ""},
		"cursors to null": {Paging{By: ByCursor, Next: "m.next"}, "v",
			answers{say(200, `{"m":{"next":"x=&y"},"v":`+page("a")+`}`), say(200, `{"m":{"next":null},"v":`+page("b")+`}`)}, []string{"/l", "/l?cursor=x%3D%26y"}, "a b", "", ""},
		"cursors to nothing": {Paging{By: ByCursor, Param: "after", Next: "next"}, "v",
			answers{say(200, `{"next":7,"v":`+page("a")+`}`), say(200, `{"v":`+page("b")+`}`)}, []string{"/l", "/l?after=7"}, "a b", "", ""},
		"empty page with a cursor": {Paging{By: ByCursor, Next: "next"}, "v",
			answers{say(200, `{"next":"x","v":[]}`), say(200, `{"next":"","v":`+page("b")+`}`)}, []string{"/l", "/l?cursor=x"}, "b", "", ""},
		"misspelt cursor": {Paging{By: ByCursor, Next: "nxet"}, "v", answers{say(200, `{"next":"x","v":`+page("a")+`}`)}, []string{"/l"}, "a",
			`the answer has nothing at "nxet", so that nobody knows whether there is more`, ""},
		"no cursor, page smaller than asked": {Paging{By: ByCursor, Next: "next", SizeParam: "s", Size: 2}, "v", answers{say(200, `{"v":`+page("a")+`}`)}, []string{"/l?s=2"}, "a", "", ""},
		"no cursor, whole page": {Paging{By: ByCursor, Next: "next", SizeParam: "s", Size: 1}, "v", answers{say(200, `{"v":`+page("a")+`}`)}, []string{"/l?s=1"}, "a",
			`the answer has nothing at "next", so that nobody knows whether there is more`, ""},
		"no cursor, all counted": {Paging{By: ByCursor, Next: "next", Total: "n"}, "v", answers{say(200, `{"n":1,"v":`+page("a")+`}`)}, []string{"/l"}, "a", "", ""},
		"cursor ends early":      {Paging{By: ByCursor, Next: "next", Total: "n"}, "v", answers{say(200, `{"n":2,"next":null,"v":`+page("a")+`}`)}, []string{"/l"}, "", "", "count-mismatch"},
		"cursor in a circle": {Paging{By: ByCursor, Next: "next"}, "v",
			answers{say(200, `{"next":"x","v":`+page("a")+`}`), say(200, `{"next":"x","v":`+page("b")+`}`)}, []string{"/l", "/l?cursor=x"}, "a", "", "page-repeats"},
		"cursor is an object": {Paging{By: ByCursor, Next: "next"}, "v", answers{say(200, `{"next":{"id":1},"v":`+page("a")+`}`)}, []string{"/l"}, "", "", "bad-answer"},
		"next address": {Paging{By: ByNext, Next: "_links.next.href", SizeParam: "s", Size: 1}, "v",
			answers{say(200, `{"_links":{"next":{"href":"/base/l?after=1&s=1"}},"v":`+page("a")+`}`), say(200, `{"_links":{"next":{"href":"?after=2"}},"v":`+page("b")+`}`), say(200, `{"_links":{},"v":[]}`)},
			[]string{"/l?s=1", "/l?after=1&s=1", "/l?after=2"}, "a b", "", ""},
		"next address elsewhere": {Paging{By: ByNext, Next: "next"}, "v", answers{say(200, `{"next":"https://evil.example/l","v":`+page("a")+`}`)}, []string{"/l"}, "", "", "next-page-elsewhere"},
		"link header": {Paging{By: ByLink}, "",
			answers{withLink(`</base/l?page=2>; rel="next", </base/l?page=9>; rel="last"`, page("a")), withLink(`</base/l?page=1>; rel="prev"`, page("b"))}, []string{"/l", "/l?page=2"}, "a b", "", ""},
		"link header elsewhere": {Paging{By: ByLink}, "", answers{withLink(`<//evil.example/l>; rel="next"`, page("a"))}, []string{"/l"}, "", "", "next-page-elsewhere"},
		"no link header":        {Paging{By: ByLink}, "", answers{say(200, page("a"))}, []string{"/l"}, "a", "the answer has no header Link, so that nobody knows whether there is more", ""},
		"not a list":            {Paging{}, "v", answers{say(200, `{"v":{"id":"a"}}`)}, []string{"/l"}, "", "", "bad-answer"},
		"cut on the way":        {Paging{By: ByPage}, "", answers{say(200, page("a")), say(403, `{}`)}, []string{"/l?page=1", "/l?page=2"}, "a", "", "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Nil(t, c.paging.Check())
			a := &api{answers: c.answers}
			reader := &Target{Client: serve(t, a.ServeHTTP), Find: FindForm{Paging: c.paging},
				Endpoints: []*sdk.EndpointDeclaration{{Operation: opFind, Method: "GET", Path: "/l", Items: c.items}}}
			out, collected := sdk.NewTestOutput()
			end, err := reader.Read(t.Context(), sdk.ReadRequest{}, out)
			var sent, found []string
			for _, line := range a.seen() {
				sent = append(sent, strings.TrimPrefix(line, "GET /base"))
			}
			for _, r := range collected.Records() {
				found = append(found, strings.Split(string(r.Data), `"`)[3])
			}
			require.Equal(t, c.sent, sent)
			require.Equal(t, c.found, strings.Join(found, " "))
			require.Equal(t, c.reason, end.Reason)
			require.Equal(t, c.reason == "" && c.code == "", end.Complete)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			var complaint *sdk.Error
			require.ErrorAs(t, err, &complaint)
			require.Equal(t, c.code, complaint.Code)
			require.NotEmpty(t, complaint.Remedy)
		})
	}
}

// A find that the mapping declares may have pages of its own.
func TestDeclaredFindWithPages(t *testing.T) {
	t.Parallel()
	declared := []*sdk.EndpointDeclaration{{Operation: opFind, Method: "GET", Path: "/users", Query: map[string]string{"q": "{key}"}, Items: "v",
		PageJson: []byte(`{"by":"cursor","next":"next"}`)}}
	for name, c := range map[string]struct {
		answers  []func(http.ResponseWriter)
		found    int
		complete bool
	}{
		"on the second page": {[]func(http.ResponseWriter){say(200, `{"next":"c","v":[{"id":1,"email":"z"}]}`), say(200, `{"next":null,"v":[{"id":2,"email":"a&b"}]}`)}, 1, true},
		"end not proven":     {[]func(http.ResponseWriter){say(200, `{"v":[{"id":1,"email":"z"}]}`)}, 0, false},
		"nobody":             {[]func(http.ResponseWriter){say(404, ``)}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{answers: c.answers}
			out, collected := sdk.NewTestOutput()
			end, err := target(t, a).Read(t.Context(), sdk.ReadRequest{Endpoints: declared, Keys: keys("email", "a&b")}, out)
			require.NoError(t, err)
			require.Len(t, collected.Records(), c.found)
			require.Equal(t, c.complete, end.Complete)
			require.Equal(t, "GET /base/users?q=a%26b", a.seen()[0])
		})
	}
}

func TestCrossedKeys(t *testing.T) {
	t.Parallel()
	a := &api{answers: []func(http.ResponseWriter){say(200, `{"value":[{"id":"1","matricule":"a","email":"x"},{"id":"2","matricule":"a","email":"y"},{"id":"3","matricule":"b","email":"y"}],"total":3}`)}}
	to := target(t, a)
	to.Find.Cross, to.Find.Values, to.Find.Paging.Size = true, 6, 10
	out, collected := sdk.NewTestOutput()
	_, err := to.Read(t.Context(), sdk.ReadRequest{Keys: []sdk.Key{
		{Ref: "ax", Fields: map[string]any{"matricule": "a", "email": "x"}}, {Ref: "by", Fields: map[string]any{"matricule": "b", "email": "y"}},
		{Ref: "bx", Fields: map[string]any{"matricule": "b", "email": "x"}}}}, out)
	require.NoError(t, err)
	require.Equal(t, []string{"GET /base/people?email=x&email=y&matricule=a&matricule=b&page=1&per_page=10"}, a.seen())
	require.Len(t, collected.Records(), 2)
	require.Equal(t, "ax", collected.Records()[0].Key)
	require.Equal(t, "by", collected.Records()[1].Key)
}

func TestBadPaging(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"by":"magic"}`, `{"by":"page","size":-1}`, `{"by":"page","size_param":"s"}`, `{"by":"cursor"}`, `{"by":"next"}`,
		`{"by":"link","next":"x"}`, `{"by":"offset","pages":"p"}`, `{"by":1}`, `{"size":3}`, `[]`, `{`} {
		_, complaint := ParsePaging([]byte(text))
		require.NotNil(t, complaint, text)
		require.Equal(t, "bad-paging", complaint.Code)
		require.NotEmpty(t, complaint.Remedy)
	}
}

// A whole address is followed on the API's own host alone.
func TestWholeAddress(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { say(200, fmt.Sprintf("%q", r.URL.RequestURI()))(w) }))
	defer server.Close()
	client := clientOf(t, server.URL+"/base")
	own, err := url.Parse(server.URL + "/elsewhere?x=1")
	require.NoError(t, err)
	response, complaint := client.Do(t.Context(), Request{Method: "GET", URL: own})
	require.Nil(t, complaint)
	require.JSONEq(t, `"/elsewhere?x=1"`, string(response.Body))
	for _, address := range []string{"http://127.0.0.2/x", strings.Replace(server.URL, "http:", "https:", 1), strings.Replace(server.URL, "//", "//user@", 1)} {
		other, err := url.Parse(address)
		require.NoError(t, err)
		response, complaint := client.Do(t.Context(), Request{Method: "GET", URL: other})
		require.NotNil(t, complaint, address)
		require.Equal(t, notSent, response.Outcome)
	}
}

func FuzzNextPage(f *testing.F) {
	base, err := url.Parse("https://hr.example/api/people")
	require.NoError(f, err)
	f.Add("?page=2", `</x>; rel="next"`)
	f.Add("https://evil.example", `<//evil>; rel=next`)
	f.Fuzz(func(t *testing.T, next, link string) {
		p := newPager(Paging{By: ByNext, Next: "next"}, "Sample")
		if address, complaint := p.onSameHost(base, next); complaint == nil {
			u, err := url.Parse(address)
			require.NoError(t, err)
			require.Equal(t, "https://hr.example", u.Scheme+"://"+strings.ToLower(u.Host))
		}
		nextLink(http.Header{"Link": {link}})
	})
}
