package docs

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

func (p *Page) heading(level int, text string) {
	p.Blocks = append(p.Blocks, Block{Heading: text, Level: level})
}

func (p *Page) text(text string) { p.Blocks = append(p.Blocks, Block{Text: text}) }

func (p *Page) list(items ...string) {
	if len(items) > 0 {
		p.Blocks = append(p.Blocks, Block{List: items})
	}
}

func (p *Page) steps(items ...string) { p.Blocks = append(p.Blocks, Block{Steps: items}) }

func (p *Page) table(rows [][]string) { p.Blocks = append(p.Blocks, Block{Table: rows}) }

func (p *Page) code(text string) { p.Blocks = append(p.Blocks, Block{Code: text}) }

// say is the text in the page's language. The two stand beside each other
// wherever a sentence is made, so that neither is forgotten.
func (p *Page) say(fr, en string) string {
	if p.Language == "en" {
		return en
	}
	return fr
}
