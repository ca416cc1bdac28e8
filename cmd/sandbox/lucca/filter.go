package lucca

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reserved parameters of version 3 never name a property; formerEmployees is
// the users' own.
var reserved = []string{"_", "randomnumber", "authtoken", "callback", "fields", "groupby", "httpmethod", "longtoken", "metadata", "notify",
	"accept", "orderby", "paging", "template", "formeremployees"}

// operators of a filter, each with the kinds that it makes sense for.
var operators = map[string][]kind{
	"equals":             {text, number, date, boolean},
	"notequal":           {text, number, date, boolean},
	"like":               {text},
	"starts":             {text},
	"since":              {date},
	"until":              {date},
	"between":            {date, number},
	"greaterthan":        {date, number},
	"greaterthanorequal": {date, number},
	"lessthan":           {date, number},
	"lessthanorequal":    {date, number},
}

// filter is one condition. operands of nil stand for the literal null.
type filter struct {
	path     []*property
	operator string
	operands []any
}

// filters reads every parameter that isn't reserved: {property}={v1},{v2} or
// {property}={operator},{v…}. All must hold.
func (v view) filters(query url.Values, e *entity) ([]filter, error) {
	var out []filter
	for _, key := range slices.Sorted(maps.Keys(query)) {
		if slices.Contains(reserved, strings.ToLower(key)) {
			continue
		}
		path, err := v.path(e, key)
		if err != nil {
			return nil, err
		}
		for _, value := range query[key] {
			f, err := v.parseFilter(path, key, value)
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		}
	}
	return out, nil
}

func (v view) parseFilter(path []*property, key, value string) (filter, error) {
	words := strings.Split(value, ",")
	f := filter{path: path, operator: "equals"}
	if kinds, is := operators[strings.ToLower(words[0])]; is {
		f.operator = strings.ToLower(words[0])
		words = words[1:]
		if !slices.Contains(kinds, path[len(path)-1].kind) {
			return filter{}, badRequest(fmt.Sprintf("Operator %s does not apply to property %s", f.operator, key))
		}
	}
	if len(words) == 0 || (f.operator == "between" && len(words) != 2) {
		return filter{}, badRequest(fmt.Sprintf("Filter on %s does not have the values that %s needs", key, f.operator))
	}
	for i, word := range words {
		endOfDay := f.operator == "between" && i == 1
		operand, err := v.operand(path[len(path)-1].kind, word, endOfDay)
		if err != nil {
			return filter{}, badRequest(fmt.Sprintf("Value %s of filter %s is not in correct format", word, key))
		}
		f.operands = append(f.operands, operand)
	}
	return f, nil
}

// operand reads one value in the property's own type.
func (v view) operand(k kind, word string, endOfDay bool) (any, error) {
	if word == "null" {
		return nil, nil
	}
	switch k {
	case number:
		return strconv.Atoi(strings.TrimSpace(word))
	case boolean:
		return strconv.ParseBool(word)
	case date:
		return v.moment(word, endOfDay)
	default:
		return word, nil
	}
}

// moment reads a date, a date-time, or a keyword, into the form of the data.
func (v view) moment(word string, endOfDay bool) (string, error) {
	const civil, full = "2006-01-02", "2006-01-02T15:04:05"
	today, err := time.Parse(civil, v.company.Today)
	if err != nil {
		return "", err
	}
	switch strings.ToLower(word) {
	case "now":
		return today.Format(civil) + v.now.Format("T15:04:05"), nil
	case "today":
		word = today.Format(civil)
	case "tomorrow":
		word = today.AddDate(0, 0, 1).Format(civil)
	case "yesterday":
		word = today.AddDate(0, 0, -1).Format(civil)
	}
	if day, err := time.Parse(civil, word); err == nil {
		if endOfDay {
			day = day.Add(24*time.Hour - time.Second)
		}
		return day.Format(full), nil
	}
	at, err := time.Parse(full, strings.TrimSuffix(word, "Z"))
	return at.Format(full), err
}

// path resolves manager.departmentId and the like down to a value.
func (v view) path(e *entity, dotted string) ([]*property, error) {
	var path []*property
	names := strings.Split(dotted, ".")
	for i, name := range names {
		p, err := e.find(v, name)
		if err != nil {
			return nil, err
		}
		path = append(path, p)
		last := i == len(names)-1
		switch {
		case last && p.entity == nil && p.kind != dictionary:
			return path, nil
		case !last && p.kind == reference:
			e = p.entity
		default:
			return nil, badRequest(fmt.Sprintf("Property %s of type %s can't be compared", name, e.name))
		}
	}
	return path, nil
}

// value follows a path. What the key may not see compares as nothing.
func (v view) value(path []*property, subject any) any {
	for _, p := range path {
		if subject == nil || !v.rights.section(p.section) {
			return nil
		}
		subject = p.value(v, subject)
	}
	return subject
}

// filter returns a new slice.
func (v view) filter(subjects []any, filters []filter) []any {
	kept := make([]any, 0, len(subjects))
	for _, subject := range subjects {
		if !slices.ContainsFunc(filters, func(f filter) bool { return !f.holds(v.value(f.path, subject)) }) {
			kept = append(kept, subject)
		}
	}
	return kept
}

// holds tells whether any operand matches; for notequal, whether none does.
func (f filter) holds(value any) bool {
	switch f.operator {
	case "notequal":
		return !slices.ContainsFunc(f.operands, func(o any) bool { return compare(value, o) == 0 })
	case "between":
		return value != nil && compare(value, f.operands[0]) >= 0 && compare(value, f.operands[1]) <= 0
	}
	return slices.ContainsFunc(f.operands, func(o any) bool { return f.matches(value, o) })
}

func (f filter) matches(value, operand any) bool {
	if f.operator == "equals" || value == nil || operand == nil {
		return compare(value, operand) == 0
	}
	switch f.operator {
	case "like":
		return strings.Contains(lower(value), lower(operand))
	case "starts":
		return strings.HasPrefix(lower(value), lower(operand))
	case "since", "greaterthanorequal":
		return compare(value, operand) >= 0
	case "until", "lessthanorequal":
		return compare(value, operand) <= 0
	case "greaterthan":
		return compare(value, operand) > 0
	default: // lessthan
		return compare(value, operand) < 0
	}
}

func lower(value any) string { return strings.ToLower(fmt.Sprint(value)) }
