package main

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"passerelle/plugins/sdk"
)

// The formats and encodings, as settings name them.
const (
	formatCSV       = "csv"
	formatJSONL     = "jsonl"
	formatJSON      = "json"
	formatXLSX      = "xlsx"
	utf8Name        = "utf-8"
	windows1252Name = "windows-1252"
)

// form is how a file is written down, from the settings of a source or target
// block.
type form struct {
	format       string
	separator    rune
	windows1252  bool
	header       bool
	columns      []string
	decimalComma bool
	dates        dateForm
	null         string
	sheet        string
	asFormula    []string // spreadsheet_text

	// Of reading.
	dateColumns     []string
	decimalColumns  []string
	lastLineMayLack bool

	// Of writing.
	bom          bool
	quoteAll     bool
	lineEnd      string
	maxLengths   map[string]int // in characters
	formulas     string
	emptyColumns []string
}

// means lists the formats for which a setting has a meaning; the others have
// one for all.
var means = map[string][]string{
	"separator": {formatCSV}, "encoding": {formatCSV}, "spreadsheet_text": {formatCSV}, "last_line": {formatCSV},
	"bom": {formatCSV}, "quote": {formatCSV}, "line_end": {formatCSV}, "formulas": {formatCSV},
	"sheet":  {formatXLSX},
	"header": {formatCSV, formatXLSX}, "columns": {formatCSV, formatXLSX}, "decimal": {formatCSV, formatXLSX},
	"date_format": {formatCSV, formatXLSX}, "null_text": {formatCSV, formatXLSX}, "dates": {formatCSV, formatXLSX},
	"decimals": {formatCSV, formatXLSX}, "max_lengths": {formatCSV, formatXLSX}, "empty_columns": {formatCSV, formatXLSX},
}

// newForm reads settings that the SDK has checked one by one, and refuses those
// that contradict each other. file is the file's name.
func newForm(file string, s sdk.Settings) (*form, *sdk.Error) {
	f := &form{
		format:          s.String("format"),
		separator:       ';',
		windows1252:     s.String("encoding") == windows1252Name,
		header:          !s.Has("header") || s.Bool("header"),
		columns:         s.Strings("columns"),
		decimalComma:    s.String("decimal") == ",",
		null:            s.String("null_text"),
		sheet:           s.String("sheet"),
		asFormula:       s.Strings("spreadsheet_text"),
		dateColumns:     s.Strings("dates"),
		decimalColumns:  s.Strings("decimals"),
		lastLineMayLack: s.String("last_line") == "optional",
		bom:             s.Bool("bom"),
		quoteAll:        s.String("quote") == "all",
		lineEnd:         "\r\n",
		formulas:        s.String("formulas"),
		emptyColumns:    s.Strings("empty_columns"),
	}
	if f.format == "" {
		if f.format = formatOf(file); f.format == "" {
			return nil, badSetting("format", "The format of "+file+" can't be told from its name",
				"Its extension is none of .csv, .txt, .jsonl, .ndjson, .json and .xlsx.", `Set format = "csv", or another.`)
		}
	}
	if text := s.String("separator"); text != "" {
		f.separator = []rune(text)[0]
	}
	if s.String("line_end") == "lf" {
		f.lineEnd = "\n"
	}
	if f.formulas == "" {
		f.formulas = "refuse"
	}
	for _, check := range []func(sdk.Settings) *sdk.Error{f.checkMeaning, f.checkColumns, f.readDateFormat, f.readLengths} {
		if complaint := check(s); complaint != nil {
			return nil, complaint
		}
	}
	if f.bom && f.windows1252 {
		return nil, badSetting("bom", "A windows-1252 file has no byte order mark", "The mark belongs to Unicode.", "Remove bom, or set encoding = \"utf-8\".")
	}
	return f, nil
}

func formatOf(file string) string {
	switch strings.ToLower(path.Ext(file)) {
	case ".csv", ".txt":
		return formatCSV
	case ".jsonl", ".ndjson":
		return formatJSONL
	case ".json":
		return formatJSON
	case ".xlsx":
		return formatXLSX
	}
	return ""
}

// checkMeaning refuses a setting that would silently do nothing.
func (f *form) checkMeaning(s sdk.Settings) *sdk.Error {
	names := make([]string, 0, len(means))
	for name := range means {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if s.Has(name) && !slices.Contains(means[name], f.format) {
			return badSetting(name, fmt.Sprintf("The setting %q means nothing for a %s file", name, f.format),
				"It is for "+strings.Join(means[name], " and ")+" files.", "Remove it, or set another format.")
		}
	}
	return nil
}

func (f *form) checkColumns(sdk.Settings) *sdk.Error {
	seen := map[string]bool{}
	for _, name := range f.columns {
		if strings.TrimSpace(name) == "" {
			return badSetting("columns", "A name in columns is empty", "Every column is found by its name.", "Name it.")
		}
		if seen[plainName(name)] {
			return badSetting("columns", fmt.Sprintf("The column %q is named twice", name), "Every column is found by its name.", "Remove one of them, or rename it.")
		}
		seen[plainName(name)] = true
	}
	return nil
}

func (f *form) readDateFormat(s sdk.Settings) *sdk.Error {
	var ok bool
	if f.dates, ok = newDateForm(s.String("date_format")); !ok {
		return badSetting("date_format", "The date_format can't be understood",
			"It is made of dd or d, MM or M, and yyyy, each once, with separators between them.", `Write for example "dd/MM/yyyy" or "yyyyMMdd".`)
	}
	return nil
}

func (f *form) readLengths(s sdk.Settings) *sdk.Error {
	f.maxLengths = map[string]int{}
	for name, text := range s.Map("max_lengths") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return badSetting("max_lengths", fmt.Sprintf("The maximum length of %q is not a whole number above 0", name),
				"It counts characters.", `Write for example { nom = "30" }.`)
		}
		f.maxLengths[name] = n
	}
	return nil
}
