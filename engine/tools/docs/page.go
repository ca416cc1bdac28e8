package docs

import "passerelle/engine/diag"

// Page is a text with headings, lists and tables, before it takes a form. Texts
// are plain; what stands between backquotes is a name or an expression.
type Page struct {
	Language string
	Title    string
	Blocks   []Block
}

// Block is one of its kinds; the others are empty.
type Block struct {
	Heading string
	Level   int // of the heading: 2, 3
	Text    string
	List    []string
	Steps   []string // numbered
	Table   [][]string
	Code    string
}

// set is a text as it is printed: in French with the spaces of its punctuation,
// names and expressions left as they are.
func (p *Page) set(text string) string {
	if p.Language != "fr" {
		return text
	}
	return outsideNames(text, diag.French)
}

func (p *Page) setAll(texts []string) []string {
	for i, text := range texts {
		texts[i] = p.set(text)
	}
	return texts
}

func (p *Page) heading(level int, text string) {
	text = p.set(text)
	p.Blocks = append(p.Blocks, Block{Heading: text, Level: level})
}

func (p *Page) text(text string) { p.Blocks = append(p.Blocks, Block{Text: p.set(text)}) }

func (p *Page) list(items ...string) {
	if len(items) > 0 {
		p.Blocks = append(p.Blocks, Block{List: p.setAll(items)})
	}
}

func (p *Page) steps(items ...string) { p.Blocks = append(p.Blocks, Block{Steps: p.setAll(items)}) }

func (p *Page) table(rows [][]string) {
	for _, row := range rows {
		p.setAll(row)
	}
	p.Blocks = append(p.Blocks, Block{Table: rows})
}

func (p *Page) code(text string) { p.Blocks = append(p.Blocks, Block{Code: text}) }

// say is the text in the page's language. The two stand beside each other
// wherever a sentence is made, so that neither is forgotten.
func (p *Page) say(fr, en string) string {
	if p.Language == "en" {
		return en
	}
	return fr
}
