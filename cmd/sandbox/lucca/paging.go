package lucca

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxPage is Lucca's documented limit for users, and its default.
const maxPage = 1000

type paging struct{ offset, limit int }

// maxLeaves is the documented limit for leaves.
const maxLeaves = 10_000

// most is how many items of an entity a page may have.
func (e *entity) most() int {
	if e.path == "leaves" {
		return maxLeaves
	}
	return maxPage
}

// parsePaging reads "offset,limit". Empty, and "1", are the first page.
func parsePaging(given string, most int) (paging, error) {
	if given == "" || given == "1" {
		return paging{0, maxPage}, nil
	}
	start, count, found := strings.Cut(given, ",")
	if !found || strings.Contains(count, ",") {
		return paging{}, badRequest(fmt.Sprintf("%s does not respect limit=start,count format", given))
	}
	offset, err := strconv.Atoi(start)
	if err != nil || offset < 0 {
		return paging{}, badRequest(fmt.Sprintf("Offset value %s not in correct format", start))
	}
	limit, err := strconv.Atoi(count)
	if err != nil {
		return paging{}, badRequest(fmt.Sprintf("Limit value %s not in correct format", count))
	}
	if limit < 1 || limit > most {
		return paging{}, badRequest(fmt.Sprintf("Paging limit should be between 1 and %d", most))
	}
	return paging{offset, limit}, nil
}

func (p paging) of(all []any) []any {
	from := min(p.offset, len(all))
	return all[from:min(from+p.limit, len(all))]
}

// ordering is one property to sort by.
type ordering struct {
	path       []*property
	descending bool
}

// order reads "property,asc|desc[,property,asc|desc…]".
func (v view) order(given string, e *entity) ([]ordering, error) {
	if given == "" {
		return nil, nil
	}
	words := strings.Split(given, ",")
	if len(words)%2 != 0 {
		return nil, badRequest(fmt.Sprintf("Order by %s does not respect property,asc|desc format", given))
	}
	var out []ordering
	for pair := range slices.Chunk(words, 2) {
		path, err := v.path(e, strings.TrimSpace(pair[0]))
		if err != nil {
			return nil, err
		}
		direction := strings.ToLower(strings.TrimSpace(pair[1]))
		if direction != "asc" && direction != "desc" {
			return nil, badRequest(fmt.Sprintf("Order by direction %s should be asc or desc", pair[1]))
		}
		out = append(out, ordering{path, direction == "desc"})
	}
	return out, nil
}

// sort orders subjects, which come by id, in place. Without an order the API
// promises none: the sandbox then answers from the last id to the first, so
// that a client who forgot to ask for one notices.
func (v view) sort(subjects []any, by []ordering) {
	if len(by) == 0 {
		slices.Reverse(subjects)
		return
	}
	order := func(a, b any) int {
		for _, o := range by {
			c := compare(v.value(o.path, a), v.value(o.path, b))
			if o.descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
	if !slices.IsSortedFunc(subjects, order) { // they mostly come as they are asked for
		slices.SortStableFunc(subjects, order)
	}
}

// compare puts nothing before something, false before true, and texts without
// regard to case. Both sides are values of one property, so of one type.
func compare(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(filled(a), filled(b))
	}
	switch left := a.(type) {
	case int:
		return cmp.Compare(left, b.(int))
	case bool:
		return strings.Compare(strconv.FormatBool(left), strconv.FormatBool(b.(bool)))
	default:
		return strings.Compare(strings.ToLower(fmt.Sprint(a)), strings.ToLower(fmt.Sprint(b)))
	}
}

func filled(value any) int {
	if value == nil {
		return 0
	}
	return 1
}
