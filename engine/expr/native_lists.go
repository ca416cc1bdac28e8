package expr

import (
	"slices"

	"passerelle/plugins/record"
)

// among is `text in list`: empty elements equal nothing.
func among(one, list *native) *native {
	if one.text == nil || list.kind != record.List {
		return nil
	}
	if list.constant {
		known, _ := list.value(nil)
		return amongKnown(one, known.Items())
	}
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		s, l, st := pair(in, one.text, list.value)
		if st != done {
			return false, st
		}
		if s == "" {
			return false, gives // a constant list may hold such a text, another one can't
		}
		for _, item := range l.Items() {
			if item.Kind() == record.String && item.Text() == s {
				return true, done
			}
		}
		return false, done
	}}
}

// fewTexts are compared one by one faster than they are hashed.
const fewTexts = 8

// amongKnown is `text in list` for a list that is the same for every record.
func amongKnown(one *native, items []record.Value) *native {
	texts, set := []string{}, map[string]bool{}
	for _, item := range items {
		if item.Kind() == record.String {
			texts = append(texts, item.Text())
			set[item.Text()] = true
		}
	}
	holds := func(s string) bool { return set[s] }
	if len(texts) <= fewTexts {
		holds = func(s string) bool { return slices.Contains(texts, s) }
	}
	return &native{kind: record.Bool, flag: func(in *Input) (bool, state) {
		s, st := one.text(in)
		if st != done {
			return false, st
		}
		if s == "" {
			return false, gives // as above
		}
		return holds(s), done
	}}
}
