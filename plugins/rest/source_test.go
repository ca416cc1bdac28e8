package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// numbers is a list of seven records in whatever dialect is asked.
func numbers(w http.ResponseWriter, r *http.Request) {
	const all = 7
	q := r.URL.Query()
	size, from := 3, 0
	_, _ = fmt.Sscan(q.Get("size"), &size)
	var page int
	if n, _ := fmt.Sscan(q.Get("page"), &page); n == 1 {
		from = (page - 1) * size
	}
	_, _ = fmt.Sscan(q.Get("from"), &from)
	var items []string
	for i := from; i < min(from+size, all); i++ {
		items = append(items, fmt.Sprintf(`{"n":%d}`, i))
	}
	next := "null"
	if from+size < all {
		next = fmt.Sprintf(`"/v2/numbers?from=%d&size=%d"`, from+size, size)
		w.Header().Set("Link", fmt.Sprintf(`</v2/numbers?from=%d&size=%d>; rel="next"`, from+size, size))
	} else {
		w.Header().Set("Link", `</v2/numbers>; rel="first"`)
	}
	list := "[" + strings.Join(items, ",") + "]"
	if q.Get("bare") != "" {
		answer(w, 200, list)
		return
	}
	answer(w, 200, fmt.Sprintf(`{"data":%s,"count":%d,"pages":%d,"more":%t,"cursor":%s,"next":%s}`, list, all, (all+size-1)/size, from+size < all,
		map[bool]string{true: fmt.Sprint(from + size), false: "null"}[from+size < all], next))
}

func TestSourceInEveryDialect(t *testing.T) {
	t.Parallel()
	c := connect(t, http.HandlerFunc(numbers), nil)
	for name, settings := range map[string]string{
		"page, total":    `{"path":"/numbers","items":"data","paging":"page","total":"count"}`,
		"page, pages":    `{"path":"/numbers","items":"data","paging":"page","size_param":"size","page_size":2,"pages":"pages"}`,
		"page, more":     `{"path":"/numbers","items":"data","paging":"page","more":"more"}`,
		"page, bare":     `{"path":"/numbers","query":{"bare":"1"},"paging":"page","size_param":"size","page_size":3}`,
		"offset":         `{"path":"/numbers","items":"data","paging":"offset","page_param":"from","size_param":"size","page_size":4}`,
		"cursor":         `{"path":"/numbers","items":"data","paging":"cursor","page_param":"from","next":"cursor"}`,
		"next":           `{"path":"/numbers","items":"data","paging":"next","next":"next","total":"count"}`,
		"link":           `{"path":"/numbers","query":{"bare":"1"},"paging":"link","size_param":"size","page_size":4}`,
		"all at once":    `{"path":"/numbers","items":"data","query":{"size":"9"},"paging":"none","total":"count"}`,
		"slash is there": `{"path":"numbers","items":"data","query":{"size":"9"},"paging":"none"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "link" {
				// the API leaves bare out of its link, and answers in its other form
				settings = strings.Replace(settings, `"query":{"bare":"1"}`, `"items":"data"`, 1)
			}
			end, found, err := read(t, c, settings)
			require.NoError(t, err)
			require.True(t, end.Complete, end.Reason)
			require.Equal(t, []string{`{"n":0}`, `{"n":1}`, `{"n":2}`, `{"n":3}`, `{"n":4}`, `{"n":5}`, `{"n":6}`}, found)
		})
	}
}

func TestSourceThatIsNotWhole(t *testing.T) {
	t.Parallel()
	c := connect(t, http.HandlerFunc(numbers), nil)
	for name, x := range map[string]struct{ settings, code string }{
		"first page taken for all": {`{"path":"/numbers","items":"data","paging":"none"}`, "more-pages"},
		"misspelt list":            {`{"path":"/numbers","items":"dat","paging":"page"}`, "bad-answer"},
		"misspelt parameter":       {`{"path":"/numbers","items":"data","paging":"page","page_param":"pag"}`, "page-repeats"},
		"misspelt next":            {`{"path":"/numbers","items":"data","paging":"next","next":"nxt"}`, ""},
		"no path":                  {`{"paging":"page"}`, "missing-setting"},
		"no paging":                {`{"path":"/numbers"}`, "missing-setting"},
		"cursor from nowhere":      {`{"path":"/numbers","paging":"cursor"}`, "bad-paging"},
		"no way to one record":     {`{"path":"/numbers","paging":"page","record_path":""}`, "missing-setting"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end, _, err := read(t, c, x.settings, func(r *sdk.ReadRequest) {
				if name == "no way to one record" {
					r.IDs = []string{"1"}
				}
			})
			require.False(t, end.Complete)
			if x.code == "" {
				require.NoError(t, err)
				require.NotEmpty(t, end.Reason)
				return
			}
			require.Equal(t, x.code, codeOf(t, err))
		})
	}
}

func TestByIDAndFields(t *testing.T) {
	t.Parallel()
	var asked []string
	c := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI()+" "+r.Header.Get("Accept-Version"))
		if strings.HasSuffix(r.URL.Path, "/2") {
			answer(w, 404, `{}`)
			return
		}
		answer(w, 200, `{"person":{"id":1,"name":"Zoé"}}`)
	}), nil)
	end, found, err := read(t, c, `{"record_path":"/people/{id}","record_items":"person","fields_param":"fields","headers":{"accept-version":"3"}}`, func(r *sdk.ReadRequest) {
		r.IDs, r.Projection = []string{"1", "2"}, []string{"id", "name", `tags[0].label`, `tags[1].label`}
	})
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, []string{`1{"id":1,"name":"Zoé"}`}, found)
	require.Equal(t, []string{"/v2/people/1?fields=id%2Cname%2Ctags 3", "/v2/people/2?fields=id%2Cname%2Ctags 3"}, asked)
}

func TestEveryKindOfFailure(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		status int
		body   string
		code   string
		retry  protocol.Retry
	}{
		"key":        {401, `{}`, "unauthorized", protocol.Retry_RETRY_CREDENTIALS},
		"right":      {403, `{}`, "forbidden", protocol.Retry_RETRY_CREDENTIALS},
		"address":    {404, `{}`, "not-found", protocol.Retry_RETRY_AFTER_FIX},
		"busy":       {429, `{}`, "rate-limited", protocol.Retry_RETRY_LATER},
		"down":       {503, `{}`, "unavailable", protocol.Retry_RETRY_LATER},
		"broken":     {500, `{}`, "server-error", protocol.Retry_RETRY_LATER},
		"login page": {200, `<html>` + canary, "not-json", protocol.Retry_RETRY_AFTER_FIX},
		"half":       {200, `{"data":[{"n":"` + canary, "truncated", protocol.Retry_RETRY_LATER},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, x.status, x.body) }),
				map[string]any{"auth": "key", "api_key": canary})
			end, _, err := read(t, c, `{"path":"/people","paging":"none"}`)
			require.False(t, end.Complete)
			require.Equal(t, x.code, codeOf(t, err))
			var complaint *sdk.Error
			require.ErrorAs(t, err, &complaint)
			require.Equal(t, x.retry, complaint.Retry)
			require.NotContains(t, fmt.Sprintf("%+v", *complaint), canary)
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		status   int
		evidence protocol.Evidence
		code     string
	}{
		"readable":      {200, protocol.Evidence_EVIDENCE_READABLE, ""},
		"not permitted": {403, protocol.Evidence_EVIDENCE_NOT_PERMITTED, ""},
		"missing":       {404, protocol.Evidence_EVIDENCE_NONE, ""},
		"key":           {401, 0, "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, x.status, `[]`) }), nil)
			findings, err := c.Check(t.Context(), []*protocol.CheckResource{
				{Resource: resource, SettingsJson: []byte(`{"path":"/people","paging":"none"}`)}, {Resource: resource, Write: true}})
			if x.code != "" {
				require.Equal(t, x.code, codeOf(t, err))
				return
			}
			require.NoError(t, err)
			require.Equal(t, x.evidence, findings[0].GetEvidence())
			require.Equal(t, protocol.Evidence_EVIDENCE_NONE, findings[1].GetEvidence())
		})
	}
}
