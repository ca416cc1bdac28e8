package main

import (
	"strconv"
	"strings"

	"passerelle/plugins/record"
)

// How the cells of a column become text. False: the cell is not what the column
// should hold.

func plainCell(c cell, _ *form) (string, bool) { return c.shown, c.kind != invalidCell }

func datesCell(c cell, f *form) (string, bool) {
	switch c.kind {
	case dateCell:
		return c.shown, true
	case numberCell:
		serial, err := strconv.ParseFloat(c.raw, 64)
		if err != nil {
			return "", false
		}
		return dateOfSerial(serial, false)
	case textCell:
		return f.dates.iso(strings.TrimSpace(c.shown))
	}
	return "", false
}

func decimalsCell(c cell, f *form) (string, bool) {
	switch c.kind {
	case numberCell:
		return c.raw, true
	case textCell:
		return plainDecimal(strings.TrimSpace(c.shown), f.decimalComma)
	}
	return "", false
}

// formulaCell takes the text out of ="00057".
func formulaCell(c cell, _ *form) (string, bool) {
	inner, ok := strings.CutPrefix(c.shown, `="`)
	if !ok {
		return plainCell(c, nil)
	}
	inner, ok = strings.CutSuffix(inner, `"`)
	if !ok || strings.Count(inner, `"`) != 2*strings.Count(inner, `""`) {
		return "", false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// plainDecimal reads a number with the declared mark and no other: digits may
// not be grouped, because 1.234 would be one thing here and another there. An
// ordinary, narrow or unbreakable space between groups of three is the one
// exception, for it can be nothing else.
func plainDecimal(text string, comma bool) (string, bool) {
	mark := "."
	if comma {
		mark = ","
	}
	whole, fraction, marked := strings.Cut(text, mark)
	sign := ""
	switch {
	case strings.HasPrefix(whole, "-"):
		sign, whole = "-", whole[1:]
	case strings.HasPrefix(whole, "+"):
		whole = whole[1:]
	}
	groups := strings.FieldsFunc(whole, func(c rune) bool { return c == ' ' || c == '\u00a0' || c == '\u202f' })
	for i, group := range groups {
		if !digits(group) || (len(groups) > 1 && (len(group) > 3 || (i > 0 && len(group) < 3))) {
			return "", false
		}
	}
	whole = strings.Join(groups, "")
	if whole == "" || (marked && !digits(fraction)) {
		return "", false
	}
	whole = strings.TrimLeft(whole[:len(whole)-1], "0") + whole[len(whole)-1:]
	if marked {
		return record.CanonicalDecimal(sign + whole + "." + fraction)
	}
	return record.CanonicalDecimal(sign + whole)
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
