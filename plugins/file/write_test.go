package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// people are records with all that a file may stumble over.
var people = []string{
	`{"matricule":"00057","nom":"N'Guyen","prenom":"Zoé","naissance":"1990-02-01","salaire":1234.5,"note":"dit \"Zoé\"; a,b\nligne","actif":true,"rang":3}`,
	`{"matricule":"00058","nom":"Müller-Œ","prenom":" L’Été ","naissance":"1899-12-31","salaire":-0.5,"note":"+33 1 23 45 67 89","actif":false}`,
	`{"matricule":"00059","nom":"X"}`,
}

var peopleSchema = fields("matricule", "string", "nom", "string", "prenom", "string", "naissance", "date",
	"salaire", "decimal", "note", "string", "actif", "bool", "rang", "int")

func TestCSVIsWritten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings set
		want     string
	}{
		"plain": {nil, "matricule;nom;prenom;naissance;salaire;note;actif;rang\r\n" +
			"00057;N'Guyen;Zoé;1990-02-01;1234.5;\"dit \"\"Zoé\"\"; a,b\nligne\";true;3\r\n" +
			"00058;Müller-Œ;\" L’Été \";1899-12-31;-0.5;+33 1 23 45 67 89;false;\r\n" +
			"00059;X;;;;;;\r\n"},
		"for a spreadsheet in French": {
			set{"bom": true, "decimal": ",", "date_format": "dd/MM/yyyy", "spreadsheet_text": []string{"matricule"}, "columns": []string{"nom", "matricule", "salaire", "naissance", "prenom", "note", "actif", "rang"}},
			"\xEF\xBB\xBFnom;matricule;salaire;naissance;prenom;note;actif;rang\r\n" +
				"N'Guyen;\"=\"\"00057\"\"\";1234,5;01/02/1990;Zoé;\"dit \"\"Zoé\"\"; a,b\nligne\";true;3\r\n" +
				"Müller-Œ;\"=\"\"00058\"\"\";-0,5;31/12/1899;\" L’Été \";+33 1 23 45 67 89;false;\r\n" +
				"X;\"=\"\"00059\"\"\";;;;;;\r\n"},
		"windows-1252, all quoted, no header": {
			set{"encoding": "windows-1252", "quote": "all", "header": false, "line_end": "lf", "separator": ",", "null_text": "-"},
			"\"00057\",\"N'Guyen\",\"Zo\xe9\",\"1990-02-01\",\"1234.5\",\"dit \"\"Zo\xe9\"\"; a,b\nligne\",\"true\",\"3\"\n" +
				"\"00058\",\"M\xfcller-\x8c\",\" L\x92\xc9t\xe9 \",\"1899-12-31\",\"-0.5\",\"+33 1 23 45 67 89\",\"false\",\"-\"\n" +
				"\"00059\",\"X\",\"-\",\"-\",\"-\",\"-\",\"-\",\"-\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "people.csv")
			require.Equal(t, []string{"", "", ""}, write(t, connect(t, set{"path": path}), test.settings, peopleSchema, people...))
			require.Equal(t, test.want, content(t, path))
		})
	}
}

func TestColumnsAreExactlyTheFilesOwn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "people.csv")
	schema := fields("poste.debut", "date", "N. séc. soc.", "string", "nom", "string")
	data := `{"poste":{"debut":"2025-01-31"},"N. séc. soc.":"1 23","nom":"X"}`
	write(t, connect(t, set{"path": path}), set{"line_end": "lf", "columns": []string{"nom", "Réservé", "N. séc. soc.", "poste.debut"}, "empty_columns": []string{"Réservé"}}, schema, data)
	require.Equal(t, "nom;Réservé;N. séc. soc.;poste.debut\nX;;1 23;2025-01-31\n", content(t, path))
	one := filepath.Join(t.TempDir(), "one.csv")
	write(t, connect(t, set{"path": one}), set{"line_end": "lf"}, fields("a", "string"), `{"a":"x"}`, `{}`)
	require.Equal(t, "a\nx\n\"\"\n", content(t, one), "an empty row of one column is no blank line")
}

// What is written by one half is read by the other, value by value.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	want := []string{
		`{"matricule":"00057","nom":"N'Guyen","prenom":"Zoé","naissance":"1990-02-01","salaire":"1234.5","note":"dit \"Zoé\"; a,b\nligne","actif":"true","rang":"3"}`,
		`{"matricule":"00058","nom":"Müller-Œ","prenom":" L’Été ","naissance":"1899-12-31","salaire":"-0.5","note":"+33 1 23 45 67 89","actif":"false"}`,
		`{"matricule":"00059","nom":"X"}`,
	}
	for name, test := range map[string]struct {
		file   string
		common set // of both halves
		write  set
		read   set
		want   []string
	}{
		"csv":              {"a.csv", set{"separator": ","}, nil, nil, want},
		"csv as in France": {"a.csv", set{"encoding": "windows-1252", "decimal": ",", "date_format": "dd/MM/yyyy", "spreadsheet_text": []string{"matricule"}}, set{"quote": "all"}, set{"dates": []string{"naissance"}, "decimals": []string{"salaire"}}, want},
		"csv with a mark":  {"a.txt", set{"date_format": "yyyyMMdd", "null_text": "NULL"}, set{"bom": true, "line_end": "lf"}, set{"dates": []string{"naissance"}}, want},
		"no header":        {"a.csv", set{"header": false, "columns": []string{"matricule", "nom", "prenom", "naissance", "salaire", "note", "actif", "rang"}}, nil, nil, want},
		"xlsx":             {"a.xlsx", set{"date_format": "d.M.yyyy", "sheet": "Été & <co>"}, nil, set{"dates": []string{"naissance"}, "decimals": []string{"salaire"}}, want},
		"jsonl":            {"a.jsonl", nil, nil, nil, people},
		"json":             {"a.json", nil, nil, nil, people},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with := func(more set) set {
				all := set{}
				for _, s := range []set{test.common, more} {
					for k, v := range s {
						all[k] = v
					}
				}
				return all
			}
			c := connect(t, set{"path": filepath.Join(t.TempDir(), test.file)})
			require.Equal(t, []string{"", "", ""}, write(t, c, with(test.write), peopleSchema, people...))
			var projection []string
			for _, f := range peopleSchema {
				projection = append(projection, f.GetPath())
			}
			got, end, err := read(t, c, with(test.read), projection...)
			require.NoError(t, err)
			require.True(t, end.Complete)
			require.Equal(t, test.want, got)
		})
	}
}

func TestEmptyFilesAreWhole(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.csv": "a\r\n", "a.jsonl": "", "a.json": "[\n]\n"} {
		path := filepath.Join(t.TempDir(), name)
		c := connect(t, set{"path": path})
		write(t, c, nil, fields("a", "string"))
		require.Equal(t, want, content(t, path))
	}
}

// excelize, which shares no code with the writer, and so any spreadsheet, sees
// what was meant.
func TestExcelOpensWhatIsWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "people.xlsx")
	more := `{"matricule":"=1+1","nom":"_x0041_\r\n<&>","naissance":"2025-12-31","salaire":12345678901234567.25,"note":"@x","rang":-7}`
	write(t, connect(t, set{"path": path}), set{"date_format": "dd/MM/yyyy"}, peopleSchema, append(people[:2:2], more)...)
	f, err := excelize.OpenFile(path)
	require.NoError(t, err)
	defer f.Close()
	for at, want := range map[string]string{
		"A1": "matricule", "A2": "00057", "B2": "N'Guyen", "C2": "Zoé", "D2": "01/02/1990", "E2": "1234.5", "F2": "dit \"Zoé\"; a,b\nligne", "G2": "TRUE", "H2": "3",
		"C3": " L’Été ", "D3": "31/12/1899", "H3": "",
		"A4": "=1+1", "B4": "_x0041_\r\n<&>", "D4": "31/12/2025", "E4": "12345678901234567.25", "F4": "@x", "H4": "-7",
	} {
		got, err := f.GetCellValue("Sheet1", at)
		require.NoError(t, err)
		require.Equal(t, want, got, at)
		formula, err := f.GetCellFormula("Sheet1", at)
		require.NoError(t, err)
		require.Empty(t, formula, at)
	}
	for at, want := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "A4": excelize.CellTypeInlineString, "D2": excelize.CellTypeUnset, "E2": excelize.CellTypeUnset, "E4": excelize.CellTypeInlineString, "G2": excelize.CellTypeBool} {
		got, err := f.GetCellType("Sheet1", at)
		require.NoError(t, err)
		require.Equal(t, want, got, at)
	}
}

func TestWhatAFileCannotHoldIsRefusedAndNothingOfItWritten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file       string
		settings   set
		bad        string
		code, says string
	}{
		"letter that the encoding lacks":  {"a.csv", set{"encoding": "windows-1252"}, `{"id":"7","nom":"Łukasz"}`, "unencodable-character", `"nom"`},
		"control that the encoding lacks": {"a.csv", set{"encoding": "windows-1252"}, `{"id":"7","nom":"\u0081"}`, "unencodable-character", `"nom"`},
		"NUL":                             {"a.csv", nil, `{"id":"7","nom":"\u0000"}`, "unencodable-character", `"nom"`},
		"too long":                        {"a.csv", set{"max_lengths": set{"nom": "3"}}, `{"id":"7","nom":"éèàù"}`, "too-long", "3 characters"},
		"formula":                         {"a.csv", nil, `{"id":"7","nom":"=1+1"}`, "formula", `"nom"`},
		"formula by a sign":               {"a.csv", nil, `{"id":"7","nom":"-cmd"}`, "formula", `"nom"`},
		"formula by an at":                {"a.csv", nil, `{"id":"7","nom":"@x"}`, "formula", `"nom"`},
		"formula by a tab":                {"a.csv", nil, `{"id":"7","nom":"\t=1"}`, "formula", `"nom"`},
		"text of nothing":                 {"a.csv", set{"null_text": "-"}, `{"id":"7","nom":"-"}`, "looks-empty", `"nom"`},
		"spreadsheet text":                {"a.csv", set{"spreadsheet_text": []string{"nom"}}, `{"id":"7","nom":"` + strings.Repeat("x", 256) + `"}`, "too-long", "255"},
		"no record":                       {"a.csv", nil, `[]`, "bad-record", ""},
		"another type":                    {"a.csv", nil, `{"id":"7","nom":{"a":1}}`, "bad-record", ""},
		"xlsx: control":                   {"a.xlsx", nil, `{"id":"7","nom":"\u0001"}`, "unencodable-character", `"nom"`},
		"xlsx: no character":              {"a.xlsx", nil, `{"id":"7","nom":"\uffff"}`, "unencodable-character", `"nom"`},
		"xlsx: above the limit":           {"a.xlsx", nil, `{"id":"7","nom":"` + strings.Repeat("x", 32768) + `"}`, "too-long", "32767"},
		"xlsx: too long":                  {"a.xlsx", set{"max_lengths": set{"nom": "3"}}, `{"id":"7","nom":"éèàù"}`, "too-long", `"nom"`},
		"jsonl: two lines":                {"a.jsonl", nil, "{\"id\":\"7\",\n\"nom\":\"x\"}", "bad-record", ""},
		"json: no object":                 {"a.json", nil, `"x"`, "bad-record", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, set{"path": filepath.Join(t.TempDir(), test.file)})
			s, err := open(t, c, test.settings, fields("id", "string", "nom", "string"))
			require.NoError(t, err)
			results, err := s.Write(t.Context(), records(`{"id":"1","nom":"Zoé"}`, test.bad, `{"id":"2","nom":"X"}`))
			require.NoError(t, err)
			require.Nil(t, results[0].Err)
			require.Equal(t, test.code, complaint(t, results[1].Err).Code)
			require.Contains(t, results[1].Err.Error(), test.says)
			require.Nil(t, results[2].Err)
			require.NoError(t, s.Commit(t.Context(), 2))
			common := set{}
			for k, v := range test.settings {
				if k != "max_lengths" {
					common[k] = v
				}
			}
			got, _, err := read(t, c, common, "id", "nom")
			require.NoError(t, err)
			require.Equal(t, []string{`{"id":"1","nom":"Zoé"}`, `{"id":"2","nom":"X"}`}, got)
		})
	}
}

func TestARefusedRowLeavesNoGapInASheet(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.xlsx")
	require.Equal(t, []string{"", "unencodable-character", ""}, write(t, connect(t, set{"path": path}), nil, fields("a", "string"), `{"a":"x"}`, `{"a":"\u0001"}`, `{"a":"y"}`))
	f, err := excelize.OpenFile(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"a"}, {"x"}, {"y"}}, rows)
}

func TestASheetHasItsLastRow(t *testing.T) {
	t.Parallel()
	s, err := open(t, connect(t, set{"path": filepath.Join(t.TempDir(), "a.xlsx")}), nil, fields("a", "string"))
	require.NoError(t, err)
	defer s.Abort()
	s.(*snapshot).encoder.(*sheetEncoder).rows = maxSheetRows - 1
	results, err := s.Write(t.Context(), records(`{"a":"last"}`, `{"a":"one more"}`))
	require.NoError(t, err)
	require.Nil(t, results[0].Err)
	require.Equal(t, "sheet-full", complaint(t, results[1].Err).Code)
}

func TestFormulasAsWanted(t *testing.T) {
	t.Parallel()
	data := []string{`{"a":"=1+1"}`, `{"a":"-12,5"}`, `{"a":"+33 (0)1-23"}`, `{"a":"a=b"}`}
	for formulas, want := range map[string]string{
		"escape": "'=1+1\n-12,5\n+33 (0)1-23\na=b\n",
		"keep":   "=1+1\n-12,5\n+33 (0)1-23\na=b\n",
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		require.Equal(t, make([]string, 4), write(t, connect(t, set{"path": path}), set{"formulas": formulas, "line_end": "lf", "header": false}, fields("a", "string"), data...))
		require.Equal(t, want, content(t, path))
	}
}

func TestSettingsThatContradictAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file     string
		settings set
		schema   []string
		setting  string
	}{
		"unknown extension":         {"a.dat", nil, []string{"a", "string"}, "format"},
		"separator of JSON":         {"a.json", set{"separator": ","}, []string{"a", "string"}, "separator"},
		"encoding of xlsx":          {"a.xlsx", set{"encoding": "utf-8"}, []string{"a", "string"}, "encoding"},
		"sheet of csv":              {"a.csv", set{"sheet": "x"}, []string{"a", "string"}, "sheet"},
		"mark of windows-1252":      {"a.csv", set{"bom": true, "encoding": "windows-1252"}, []string{"a", "string"}, "bom"},
		"date without a year":       {"a.csv", set{"date_format": "dd/MM"}, []string{"a", "string"}, "date_format"},
		"two-digit year":            {"a.csv", set{"date_format": "dd/MM/yy"}, []string{"a", "string"}, "date_format"},
		"date with minutes":         {"a.csv", set{"date_format": "dd/mm/yyyy"}, []string{"a", "string"}, "date_format"},
		"length that is none":       {"a.csv", set{"max_lengths": set{"a": "x"}}, []string{"a", "string"}, "max_lengths"},
		"length of no column":       {"a.csv", set{"max_lengths": set{"b": "3"}}, []string{"a", "string"}, "max_lengths"},
		"column twice":              {"a.csv", set{"columns": []string{"a", "a"}}, []string{"a", "string"}, "columns"},
		"column without a name":     {"a.csv", set{"columns": []string{""}}, []string{"a", "string"}, "columns"},
		"column nobody fills":       {"a.csv", set{"columns": []string{"a", "b"}}, []string{"a", "string"}, "columns"},
		"field without a column":    {"a.csv", set{"columns": []string{"a"}}, []string{"a", "string", "b", "string"}, "columns"},
		"empty column that is full": {"a.csv", set{"columns": []string{"a"}, "empty_columns": []string{"a"}}, []string{"a", "string"}, "empty_columns"},
		"text of no column":         {"a.csv", set{"spreadsheet_text": []string{"b"}}, []string{"a", "string"}, "spreadsheet_text"},
		"column the encoding lacks": {"a.csv", set{"encoding": "windows-1252"}, []string{"Łódź", "string"}, "columns"},
		"name of a sheet":           {"a.xlsx", set{"sheet": "a/b"}, []string{"a", "string"}, "sheet"},
		"no columns":                {"a.csv", nil, nil, "columns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := open(t, connect(t, set{"path": filepath.Join(dir, test.file)}), test.settings, fields(test.schema...))
			require.Equal(t, []string{test.setting}, complaint(t, err).Attribute, err.Error())
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
	_, err := open(t, connect(t, set{"path": filepath.Join(t.TempDir(), "a.csv")}), nil, fields("a", "list(string)"))
	require.Equal(t, "no-cell-type", complaint(t, err).Code)
}
