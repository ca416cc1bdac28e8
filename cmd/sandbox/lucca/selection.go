package lucca

import (
	"fmt"
	"strings"
)

// selection is what fields= asks for: a tree, in the order asked. A leaf has
// no names.
type selection struct {
	names    []string // in lower case
	children map[string]*selection
}

func (s *selection) leaf() bool { return s == nil || len(s.names) == 0 }

func (s *selection) child(name string) *selection {
	name = strings.ToLower(name)
	if existing, ok := s.children[name]; ok {
		return existing
	}
	if s.children == nil {
		s.children = map[string]*selection{}
	}
	child := &selection{}
	s.children[name] = child
	s.names = append(s.names, name)
	return child
}

func (s *selection) without(name string) *selection {
	if s == nil {
		return nil
	}
	rest := &selection{}
	for _, n := range s.names {
		if n != name {
			rest.names = append(rest.names, n)
		}
	}
	rest.children = s.children
	return rest
}

// maxDepth keeps a hostile fields= from exhausting the stack.
const maxDepth = 16

// parseFields reads "id,department[id,name],manager.name,collection.count".
// Brackets nest, dots chain, blanks are allowed after a separator only.
func parseFields(text string) (*selection, error) {
	p := &fieldsParser{rest: text}
	root := &selection{}
	if err := p.list(root, 0); err != nil {
		return nil, err
	}
	if p.rest != "" {
		return nil, p.malformed()
	}
	return root, nil
}

type fieldsParser struct{ rest string }

func (p *fieldsParser) malformed() error {
	return badRequest(fmt.Sprintf("Fields are not in correct format near '%.20s'", p.rest))
}

func (p *fieldsParser) list(into *selection, depth int) error {
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if err := p.item(into, depth); err != nil {
			return err
		}
		if !strings.HasPrefix(p.rest, ",") {
			return nil
		}
		p.rest = p.rest[1:]
	}
}

func (p *fieldsParser) item(into *selection, depth int) error {
	end := strings.IndexAny(p.rest, ",.[] ")
	if end < 0 {
		end = len(p.rest)
	}
	if end == 0 || depth > maxDepth {
		return p.malformed()
	}
	child := into.child(p.rest[:end])
	p.rest = p.rest[end:]

	switch {
	case strings.HasPrefix(p.rest, "."):
		p.rest = p.rest[1:]
		return p.item(child, depth+1)
	case strings.HasPrefix(p.rest, "["):
		p.rest = p.rest[1:]
		if err := p.list(child, depth+1); err != nil {
			return err
		}
		if !strings.HasPrefix(p.rest, "]") {
			return p.malformed()
		}
		p.rest = p.rest[1:]
	}
	return nil
}
