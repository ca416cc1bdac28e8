package record

// gathered is what a slot has collected of a list so far.
type gathered struct {
	state
	items []Value
}

// collect follows the names from n into each element of the list at p. While
// it does, a slot's row and state are those of one element.
func (s *Scanner) collect(p int, n *node, depth int) int {
	lists := make([]gathered, len(n.named))
	for k, i := range n.named {
		st := &s.states[i]
		lists[k] = gathered{state: *st}
		switch {
		case st.want == nil:
		case st.want.kind == List || st.want.kind == Empty:
			st.want = st.want.elem
		default:
			lists[k].trouble = trouble{problem: inList, want: st.want}
			s.faulty = true
			st.want = nil
		}
	}
	p, done := s.open(p, ']', depth)
	for !done {
		if p < 0 {
			return -1
		}
		for _, i := range n.named {
			s.row[i], s.states[i].trouble = Value{}, trouble{}
		}
		if p = s.through(p, n, depth); p < 0 {
			return -1
		}
		for k, i := range n.named {
			if lists[k].trouble.problem == fine {
				lists[k].trouble = s.states[i].trouble
			}
			lists[k].items = append(lists[k].items, s.row[i])
		}
		p, done = s.more(p, ']')
	}
	for k, i := range n.named {
		s.states[i] = lists[k].state
		s.row[i] = NewList(lists[k].items)
	}
	return p
}

// elements follows the indexes from n into the list at p.
func (s *Scanner) elements(p int, n *node, depth int) int {
	if s.data[p] == '{' {
		s.blockSlots(n.indexed, isObject)
		return s.skip(p, depth)
	}
	depth++
	p, done := s.open(p, ']', depth)
	for i := 0; !done; i++ {
		if p < 0 {
			return -1
		}
		if item := n.items[i]; item != nil {
			p = s.value(p, item, depth)
		} else {
			p = s.skip(p, depth)
		}
		if p < 0 {
			return -1
		}
		p, done = s.more(p, ']')
	}
	return p
}
