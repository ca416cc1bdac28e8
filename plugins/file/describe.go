package main

import (
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const version = "1.0.0"

const rowsResource = "rows"

const about = "Files on this machine or over SFTP: CSV, JSON lines, JSON and Excel (xlsx). One connection is one file. " +
	"It is read whole or refused, and replaced at once or left as it was. A file states no identity: write id = [\"column\"] in the source block."

// Describe implements sdk.Connector.
func (connector) Describe() *sdk.Description {
	return &sdk.Description{
		Name:     "file",
		Version:  version,
		Title:    &sdk.Text{Fr: "Fichier plat", En: "Flat file"},
		About:    about,
		Settings: connectionSettings(),
		Resources: []*sdk.Resource{{
			Name: rowsResource, Label: &sdk.Text{Fr: "Lignes du fichier", En: "Rows of the file"},
			Readable: true, Writable: true, Open: true,
			ReadSettings:  append(commonSettings(), readSettings()...),
			WriteSettings: append(commonSettings(), writeSettings()...),
			WriteForm:     protocol.WriteForm_WRITE_FORM_SNAPSHOT,
		}},
		Capabilities: []string{"check"},
	}
}

func connectionSettings() []*sdk.Setting {
	return []*sdk.Setting{
		openingFile(setting("path", "string", "Chemin du fichier", "Path of the file",
			"A file on this machine. A relative path starts where engine is run. Give path or url.")),
		setting("url", "string", "Adresse SFTP", "SFTP address",
			"sftp://host/folder/file.csv, or sftp://host:port/~/file.csv from the user's home. Give path or url."),
		setting("host_key", "string", "Empreinte du serveur", "Host key",
			"The server's fingerprint, SHA256:…, as its operator gives it or ssh-keygen -lf prints it. Required with url: an unknown server is never trusted."),
		setting("user", "string", "Utilisateur SFTP", "SFTP user", "Required with url."),
		secret(setting("password", "string", "Mot de passe SFTP", "SFTP password", "Give password or private_key with url.")),
		secret(setting("private_key", "string", "Clé privée SFTP", "SFTP private key", "In OpenSSH or PEM form: file(\"id_ed25519\").")),
		secret(setting("passphrase", "string", "Phrase de la clé", "Key passphrase", "Of private_key, if it has one.")),
		setting("timeout", "duration", "Délai du serveur", "Time limit of the server", "For logging in to the server, and for any sign of life from it later. 30s when absent."),
		setting("tenant", "string", "Nom stable", "Stable name",
			"Whose file this is, for the ledger. When absent the path or address, so that a moved file is another one."),
	}
}

// commonSettings are the form of a file, for source and target blocks alike.
// Defaults stand in the code, not here: a setting that is set but means nothing
// for the format is refused.
func commonSettings() []*sdk.Setting {
	return []*sdk.Setting{
		oneOf(setting("format", "string", "Format", "Format", "By the file's extension when absent: .csv, .txt, .jsonl, .ndjson, .json, .xlsx."),
			formatCSV, formatJSONL, formatJSON, formatXLSX),
		oneOf(setting("separator", "string", "Séparateur", "Separator", "Between the columns of a CSV file; ; when absent."), ",", ";", "\t", "|"),
		oneOf(setting("encoding", "string", "Encodage", "Encoding", "Of a CSV file; utf-8 when absent."), utf8Name, windows1252Name),
		setting("header", "bool", "Ligne d'en-tête", "Header line", "Whether the first line names the columns; true when absent. Without it, columns is required for reading."),
		setting("columns", "list(string)", "Colonnes", "Columns",
			"The exact names in their order. Reading: the header must be just that. Writing: what is written; without it, the order of map."),
		oneOf(setting("decimal", "string", "Séparateur décimal", "Decimal mark", "Of decimal numbers: . when absent."), ".", ","),
		setting("date_format", "string", "Format des dates", "Date format", "Such as dd/MM/yyyy, of dates; yyyy-MM-dd when absent. In Excel files, how date cells are shown."),
		setting("null_text", "string", "Texte du vide", "Text of nothing", "What stands in a cell that has no value; nothing when absent."),
		setting("sheet", "string", "Feuille", "Sheet", "Of an Excel workbook. Reading: the only sheet when absent. Writing: Sheet1 when absent."),
		setting("spreadsheet_text", "list(string)", "Colonnes texte pour tableur", "Text columns for spreadsheets",
			"Columns of a CSV file in the form =\"00057\", which a spreadsheet shows as 00057. Other programs see the form itself."),
	}
}

func readSettings() []*sdk.Setting {
	return []*sdk.Setting{
		setting("dates", "list(string)", "Colonnes de dates", "Date columns", "Columns whose cells are dates in date_format, or date cells of Excel: they become ISO dates."),
		setting("decimals", "list(string)", "Colonnes de nombres", "Number columns", "Columns whose cells are numbers with the decimal mark: they become plain numbers."),
		oneOf(setting("last_line", "string", "Dernière ligne", "Last line",
			"Whether the last line of a CSV file must end as a line (required, when absent) or may lack its end (optional), in which case a cut last value can't be told from a whole one."),
			"required", "optional"),
	}
}

func writeSettings() []*sdk.Setting {
	return []*sdk.Setting{
		setting("bom", "bool", "Marque d'encodage", "Byte order mark", "Begin a UTF-8 CSV file with the mark that makes a spreadsheet read accents; false when absent."),
		oneOf(setting("quote", "string", "Guillemets", "Quotes", "Around the cells of a CSV file that need it (minimal, when absent) or around all."), "minimal", "all"),
		oneOf(setting("line_end", "string", "Fin de ligne", "Line end", "Of a CSV file; crlf when absent."), "crlf", "lf"),
		setting("max_lengths", "map(string)", "Longueurs maximales", "Maximum lengths", "Of columns, in characters: { nom = \"30\" }. A longer value holds its record back; nothing is cut."),
		oneOf(setting("formulas", "string", "Formules", "Formulas",
			"What to do with text in a CSV file that a spreadsheet would run as a formula: refuse the record (when absent), escape it with an apostrophe, or keep it."),
			"refuse", "escape", "keep"),
		setting("empty_columns", "list(string)", "Colonnes vides", "Empty columns", "Those of columns that map does not fill on purpose."),
	}
}

func setting(name, of, fr, en, about string) *sdk.Setting {
	return &sdk.Setting{Name: name, Type: of, Label: &sdk.Text{Fr: fr, En: en}, About: about}
}

// openingFile marks a path that a sandbox must have open.
func openingFile(s *sdk.Setting) *sdk.Setting {
	s.Opens = "file"
	return s
}

func secret(s *sdk.Setting) *sdk.Setting {
	s.Secret = true
	return s
}

func oneOf(s *sdk.Setting, allowed ...string) *sdk.Setting {
	s.OneOf = allowed
	return s
}
