package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// book makes a workbook with excelize, which is not what reads it.
func book(t *testing.T, fill func(*excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	path := filepath.Join(t.TempDir(), "people.xlsx")
	require.NoError(t, f.SaveAs(path))
	return path
}

func cellsAt(t *testing.T, f *excelize.File, sheet string, at string, values ...any) {
	t.Helper()
	require.NoError(t, f.SetSheetRow(sheet, at, &values))
}

func styled(t *testing.T, f *excelize.File, cell, code string) {
	t.Helper()
	id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
	require.NoError(t, err)
	require.NoError(t, f.SetCellStyle("Sheet1", cell, cell, id))
}

func TestExcelIsReadAsShown(t *testing.T) {
	t.Parallel()
	path := book(t, func(f *excelize.File) {
		cellsAt(t, f, "Sheet1", "A2", "matricule", "nom", "né le", "salaire", "actif", "heure", "vu", "note")
		cellsAt(t, f, "Sheet1", "A3", 57, "N'Guyen <&> \"Zoé\"\nligne", 46022, 1234.5, true, 0.5, 46022.75, nil)
		cellsAt(t, f, "Sheet1", "A5", "00058", "a_x_b", "31/12/2025", 0.1+0.2, false, nil, nil, "x")
		styled(t, f, "A3", "00000")
		styled(t, f, "C3", `[$-40C]dd/mm/yyyy;@`)
		styled(t, f, "F3", "hh:mm")
		styled(t, f, "G3", "dd/mm/yyyy hh:mm")
	})
	for name, test := range map[string]struct {
		settings   set
		projection []string
		want       []string
	}{
		"as shown": {nil, nil, []string{
			`{"matricule":"00057","nom":"N'Guyen <&> \"Zoé\"\nligne","né le":"2025-12-31","salaire":"1234.5","actif":"true","heure":"12:00","vu":"2025-12-31T18:00:00"}`,
			`{"matricule":"00058","nom":"a_x_b","né le":"31/12/2025","salaire":"0.3","actif":"false","note":"x"}`}},
		"dates and numbers": {
			set{"dates": []string{"né le"}, "date_format": "dd/MM/yyyy", "decimals": []string{"salaire", "matricule"}}, []string{"matricule", `["né le"]`, "salaire"},
			[]string{`{"matricule":"57","né le":"2025-12-31","salaire":"1234.5"}`, `{"matricule":"58","né le":"2025-12-31","salaire":"0.3"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, end, err := read(t, connect(t, set{"path": path}), test.settings, test.projection...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.True(t, end.Complete)
		})
	}
}

func TestExcelTextOfEveryKind(t *testing.T) {
	t.Parallel()
	sheet := `<row><c t="inlineStr"><is><t>a</t></is></c><c r="C1" t="inlineStr"><is><t>c</t></is></c></row>` +
		`<row r="7"><c r="A7" t="inlineStr"><is><r><t>Z</t></r><r><rPr><b/></rPr><t xml:space="preserve">oé </t></r><rPh><t>no</t></rPh></is></c><c r="C7" t="s"><v>1</v></c></row>` +
		`<row><c t="str"><f>A1</f><v>f_x000D_</v></c><c r="C8" t="d"><v>2025-12-31</v></c></row>` +
		`<row><c t="e"><v>#REF!</v></c></row>`
	shared := `<sst><si><t>zero</t></si><si><t>sha</t><phoneticPr/></si></sst>`
	got, _, err := read(t, connect(t, set{"path": rawBook(t, sheet, shared)}), nil, "a", "c")
	require.NoError(t, err)
	require.Equal(t, []string{`{"a":"Zoé ","c":"sha"}`, `{"a":"f\r","c":"2025-12-31"}`, `{"a":{"unreadable":true}}`}, got)
}

func TestExcelSheetIsChosen(t *testing.T) {
	t.Parallel()
	path := book(t, func(f *excelize.File) {
		_, err := f.NewSheet("Salariés")
		require.NoError(t, err)
		cellsAt(t, f, "Sheet1", "A1", "x")
		cellsAt(t, f, "Salariés", "A1", "id")
		cellsAt(t, f, "Salariés", "A2", "7")
	})
	c := connect(t, set{"path": path})
	got, _, err := read(t, c, set{"sheet": "Salariés"}, "id")
	require.NoError(t, err)
	require.Equal(t, []string{`{"id":"7"}`}, got)
	for _, sheet := range []set{{}, {"sheet": "salariés"}} {
		_, _, err = read(t, c, sheet, "id")
		require.Equal(t, []string{"sheet"}, complaint(t, err).Attribute)
	}
}

// rawBook makes a workbook of parts as another program may write them.
func rawBook(t *testing.T, rows, shared string) string {
	t.Helper()
	return put(t, "people.xlsx", rawBytes(t, rows, shared))
}

func rawBytes(t *testing.T, rows, shared string) string {
	t.Helper()
	parts := map[string]string{}
	for _, p := range fixedParts("S", "yyyy-mm-dd") {
		parts[p.name] = p.content
	}
	parts["xl/worksheets/sheet1.xml"] = `<x:worksheet xmlns:x="` + spreadsheetML + `"><sheetData>` + rows + `</sheetData></x:worksheet>`
	if shared != "" {
		parts["xl/sharedStrings.xml"] = shared
	}
	return zipBytes(t, parts)
}

func zipped(t *testing.T, parts map[string]string) string {
	t.Helper()
	return put(t, "people.xlsx", zipBytes(t, parts))
}

func zipBytes(t *testing.T, parts map[string]string) string {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for name, text := range parts {
		part, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(part, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buffer.String()
}

func TestABadWorkbookIsRefused(t *testing.T) {
	t.Parallel()
	header := `<row><c t="inlineStr"><is><t>a</t></is></c></row>`
	row := `<row><c t="inlineStr"><is><t>` + canary + `</t></is></c></row>`
	for name, test := range map[string]struct {
		path       func(*testing.T) string
		code, says string
	}{
		"empty":    {func(t *testing.T) string { return put(t, "people.xlsx", "") }, "empty-file", ""},
		"CSV":      {func(t *testing.T) string { return put(t, "people.xlsx", "a;b\n"+canary) }, "not-a-workbook", ""},
		"cut":      {func(t *testing.T) string { return cut(t, rawBook(t, header+row, "")) }, "not-a-workbook", "cut short"},
		"no parts": {func(t *testing.T) string { return zipped(t, map[string]string{"x": "y"}) }, "damaged-workbook", ""},
		"damaged":  {func(t *testing.T) string { return damaged(t) }, "damaged-workbook", ""},
		"an element not closed": {func(t *testing.T) string {
			return zippedSheet(t, `<worksheet><sheetData>`+header+row+`</sheetData>`)
		}, "damaged-workbook", ""},
		"XML that breaks half-way": {func(t *testing.T) string {
			return zippedSheet(t, `<worksheet><sheetData>`+header+row+`<row <c></row>`+row+`</sheetData></worksheet>`)
		}, "damaged-workbook", ""},
		"no rows":             {func(t *testing.T) string { return rawBook(t, "", "") }, "empty-file", ""},
		"a text that is lost": {func(t *testing.T) string { return rawBook(t, header+`<row><c t="s"><v>9</v></c></row>`, "") }, "damaged-workbook", ""},
		"never calculated": {func(t *testing.T) string {
			return rawBook(t, header+row+`<row><c><f>A1&amp;"`+canary+`"</f></c></row>`, "")
		}, "uncalculated-formula", "row 3"},
		"beyond the header": {func(t *testing.T) string {
			return rawBook(t, header+`<row r="9"><c r="D9" t="inlineStr"><is><t>`+canary+`</t></is></c></row>`, "")
		}, "ragged-row", "row 9"},
		"huge text": {func(t *testing.T) string {
			return rawBook(t, header+`<row><c t="inlineStr"><is><t>`+strings.Repeat("x", 6<<20)+`</t></is></c></row>`, "")
		}, "row-too-long", ""},
		"no column": {func(t *testing.T) string {
			return rawBook(t, `<row><c t="inlineStr"><is><t>`+canary+`</t></is></c></row>`, "")
		}, "missing-column", `"a"`},
		"cells back": {func(t *testing.T) string { return rawBook(t, header+`<row><c r="B2"/><c r="A2"/></row>`, "") }, "damaged-workbook", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, end, err := read(t, connect(t, set{"path": test.path(t)}), nil, "a")
			require.False(t, end.Complete)
			e := complaint(t, err)
			require.Equal(t, test.code, e.Code, e.Error())
			require.Contains(t, e.Error(), test.says)
			require.NotContains(t, e.Error()+e.Remedy, canary)
		})
	}
}

func zippedSheet(t *testing.T, sheet string) string {
	parts := map[string]string{}
	for _, p := range fixedParts("S", "yyyy-mm-dd") {
		parts[p.name] = p.content
	}
	parts["xl/worksheets/sheet1.xml"] = sheet
	return zipped(t, parts)
}

func cut(t *testing.T, path string) string {
	text := content(t, path)
	return put(t, "people.xlsx", text[:len(text)-30])
}

// damaged stores a sheet uncompressed and changes one letter in it, so that only
// the checksum tells.
func damaged(t *testing.T) string {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for _, p := range append(fixedParts("S", "yyyy-mm-dd"), fixedPart{"xl/worksheets/sheet1.xml",
		`<worksheet><sheetData><row><c t="inlineStr"><is><t>a</t></is></c></row><row><c t="inlineStr"><is><t>zyzzyva</t></is></c></row></sheetData></worksheet>`}) {
		part, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store})
		require.NoError(t, err)
		_, err = io.WriteString(part, p.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Contains(t, buffer.String(), "zyzzyva")
	return put(t, "people.xlsx", strings.Replace(buffer.String(), "zyzzyva", "zyzzyvb", 1))
}

func TestSerialsAreDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		serial   float64
		from1904 bool
		want     string
	}{
		{1, false, "1900-01-01"}, {59, false, "1900-02-28"}, {60, false, ""}, {61, false, "1900-03-01"},
		{46022, false, "2025-12-31"}, {0, false, ""}, {-1, false, ""}, {2958465, false, "9999-12-31"}, {2958466, false, ""},
		{0, true, "1904-01-01"}, {44560, true, "2025-12-31"},
	} {
		got, ok := dateOfSerial(test.serial, test.from1904)
		require.Equal(t, test.want != "", ok, fmt.Sprint(test))
		if ok {
			require.Equal(t, test.want, got)
		}
	}
	for day := time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC); day.Year() < 10000; day = day.AddDate(0, 0, 997) {
		serial, ok := serialOf(day.Year(), day.Month(), day.Day())
		require.True(t, ok)
		back, ok := dateOfSerial(float64(serial), false)
		require.True(t, ok)
		require.Equal(t, day.Format(isoLayout), back)
	}
}

func TestReadingExcelLeavesNothingOnDisk(t *testing.T) {
	path := book(t, func(f *excelize.File) {
		cellsAt(t, f, "Sheet1", "A1", "a")
		cellsAt(t, f, "Sheet1", "A2", 5)
		styled(t, f, "A2", "000")
	})
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	got, _, err := read(t, connect(t, set{"path": path}), nil, "a")
	require.NoError(t, err)
	require.Equal(t, []string{`{"a":"005"}`}, got)
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
}
