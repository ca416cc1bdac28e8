package main

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
)

// workbook is an Excel workbook opened for reading one sheet, as ECMA-376 lays it
// out: a zip archive of XML parts. It is read part by part, because a library
// that holds a sheet as a whole, or unpacks it to a temporary file, would either
// need memory as large as the file or leave personal data on disk; the ones there
// are also take a sheet that is damaged half-way for one that ends there.
type workbook struct {
	zip      *zip.Reader
	at       locus
	date1904 bool
	shared   sharedTexts
	styles   []numberFormat // by cell style
}

// sheetEntry is a sheet as the workbook lists it.
type sheetEntry struct {
	name string
	part string
}

var errNoPart = errors.New("no such part")

func openWorkbook(r io.ReaderAt, size int64, at locus) (*workbook, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, notAWorkbook(at)
	}
	b := &workbook{zip: archive, at: at}
	if err := b.readStyles(); err != nil && !errors.Is(err, errNoPart) {
		return nil, b.broken(err)
	}
	if err := b.readShared(); err != nil && !errors.Is(err, errNoPart) {
		return nil, b.broken(err)
	}
	return b, nil
}

func notAWorkbook(at locus) error {
	return at.fault("not-a-workbook", "the file is not an Excel workbook",
		"An .xlsx file is a zip archive whose directory stands at its end: this one is another kind of file, protected by a password, or cut short.",
		"Deliver the file again, saved as .xlsx without a password, or set format to what it is.")
}

// broken explains an error in a part of the workbook.
func (b *workbook) broken(err error) error {
	if isComplaint(err) {
		return err
	}
	return b.at.fault("damaged-workbook", "the workbook is damaged",
		"A part of it does not match its checksum, or is not the XML that it should be.",
		"Deliver the file again.")
}

func (b *workbook) open(name string) (io.ReadCloser, error) {
	for _, f := range b.zip.File {
		if strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			return f.Open()
		}
	}
	return nil, errNoPart
}

// each calls visit for the start of every element of a part, and reads the part
// to its end, where the archive compares its checksum.
func (b *workbook) each(name string, visit func(*part, xml.StartElement) error) error {
	r, err := b.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	p := &part{decoder: xml.NewDecoder(r)}
	for {
		token, err := p.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := visit(p, start); err != nil {
				return err
			}
		}
	}
}

// part is one XML part being read. The decoder's raw tokens are twice as fast as
// the others; what they leave to their user is to see that every element is
// closed.
type part struct {
	decoder *xml.Decoder
	depth   int
}

// token is the next one. io.EOF comes only where no element is open.
func (p *part) token() (xml.Token, error) {
	token, err := p.decoder.RawToken()
	switch token.(type) {
	case xml.StartElement:
		p.depth++
	case xml.EndElement:
		p.depth--
	}
	if errors.Is(err, io.EOF) && p.depth != 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return token, err
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// sheets lists the sheets in their order.
func (b *workbook) sheets() ([]sheetEntry, error) {
	targets := map[string]string{}
	err := b.each("xl/_rels/workbook.xml.rels", func(_ *part, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			targets[attribute(e, "Id")] = attribute(e, "Target")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var sheets []sheetEntry
	err = b.each("xl/workbook.xml", func(_ *part, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.date1904 = slices.Contains([]string{"1", "true"}, attribute(e, "date1904"))
		case "sheet":
			part := targets[relation(e)]
			if rest, absolute := strings.CutPrefix(part, "/"); absolute {
				part = rest
			} else {
				part = path.Join("xl", part)
			}
			sheets = append(sheets, sheetEntry{attribute(e, "name"), part})
		}
		return nil
	})
	return sheets, err
}

// relation is the r:id of a sheet; sheetId is another thing.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// sharedTexts are the texts of the workbook, each once, end to end.
type sharedTexts struct {
	all  []byte
	ends []int
}

func (s *sharedTexts) text(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	start := 0
	if i > 0 {
		start = s.ends[i-1]
	}
	return string(s.all[start:s.ends[i]]), true
}

func (b *workbook) readShared() error {
	return b.each("xl/sharedStrings.xml", func(p *part, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := p.richText("si")
		if err != nil {
			return err
		}
		b.shared.all = append(b.shared.all, text...)
		b.shared.ends = append(b.shared.ends, len(b.shared.all))
		if len(b.shared.all) > maxSharedBytes {
			return b.at.fault("too-large", "the workbook holds more than 512 MiB of text",
				"Its texts are kept in memory while its rows are read.", "Deliver the data as CSV.")
		}
		return nil
	})
}

// richText joins the t elements up to the end of an element, without phonetic
// hints (rPh).
func (p *part) richText(end string) (string, error) {
	var out strings.Builder
	in, phonetic := false, false
	for {
		token, err := p.token()
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			in = t.Name.Local == "t"
			phonetic = phonetic || t.Name.Local == "rPh"
		case xml.EndElement:
			if t.Name.Local == end {
				return unescapeText(out.String()), nil
			}
			in = false
			phonetic = phonetic && t.Name.Local != "rPh"
		case xml.CharData:
			if in && !phonetic {
				out.Write(t)
			}
			if out.Len() > maxRowBytes {
				return "", errTooLong
			}
		}
	}
}

// unescapeText undoes Excel's _x000D_ for characters that XML can't hold.
func unescapeText(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 || at+7 > len(s) {
			return out.String() + s
		}
		code, ok := hexFour(s[at+2 : at+6])
		if !ok || s[at+6] != '_' {
			out.WriteString(s[:at+2])
			s = s[at+2:]
			continue
		}
		out.WriteString(s[:at])
		out.WriteRune(code)
		s = s[at+7:]
	}
}

func hexFour(s string) (rune, bool) {
	var code rune
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			code = code<<4 | rune(c-'0')
		case c >= 'A' && c <= 'F':
			code = code<<4 | rune(c-'A'+10)
		case c >= 'a' && c <= 'f':
			code = code<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return code, code < 0xD800 || code > 0xDFFF
}
