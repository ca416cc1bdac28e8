package record

// node is a place in the record that some slot's path leads to or through.
type node struct {
	slots   []int // all that end here or go on from here
	ends    []int // those that end here
	named   []int // those that go on by name
	indexed []int // those that go on by index
	members map[string]*node
	items   map[int]*node

	seen  uint64   // the object in which it was last met
	order []*known // keys met in objects here, in the order of their first coming
	known map[string]*known
}

// known is a key met before, wanted or not.
type known struct {
	quoted string // as written, quotes included
	at     int    // in order
	node   *node  // nil: not wanted
}

const (
	maxKnown  = 512 // an object used as a map has new keys without end
	lookAhead = 4   // keys that a record may leave out without a look-up
)

// add leads the path of a slot through the tree.
func (n *node) add(path Path, slot int) {
	n.slots = append(n.slots, slot)
	if len(path) == 0 {
		n.ends = append(n.ends, slot)
		return
	}
	step := path[0]
	if step.IsIndex {
		n.indexed = append(n.indexed, slot)
		if n.items == nil {
			n.items = map[int]*node{}
		}
		if n.items[step.Index] == nil {
			n.items[step.Index] = &node{}
		}
		n.items[step.Index].add(path[1:], slot)
		return
	}
	n.named = append(n.named, slot)
	if n.members == nil {
		n.members = map[string]*node{}
	}
	if n.members[step.Name] == nil {
		n.members[step.Name] = &node{}
	}
	n.members[step.Name].add(path[1:], slot)
}

// object reads the object at p for the slots that go on from n by name.
func (s *Scanner) object(p int, n *node, depth int) int {
	s.stamp++
	stamp := s.stamp
	next := 0 // in n.order: what is likely to come
	p, done := s.open(p, '}', depth)
	for !done {
		if p < 0 {
			return -1
		}
		child, after := (*node)(nil), -1
		for i := next; i < len(n.order) && i < next+lookAhead; i++ {
			k := n.order[i]
			if end := p + len(k.quoted); end <= len(s.all) && s.all[p:end] == k.quoted {
				child, after, next = k.node, end, i+1
				break
			}
		}
		if after < 0 {
			if child, after, next = s.member(p, n); after < 0 {
				return -1
			}
		}
		if p = s.colon(after); p < 0 {
			return -1
		}
		if child == nil {
			p = s.skip(p, depth)
		} else {
			if child.seen == stamp {
				s.forget(child)
			}
			child.seen = stamp
			p = s.value(p, child, depth)
		}
		if p < 0 {
			return -1
		}
		p, done = s.more(p, '}')
	}
	return p
}

// member reads a key that was not foreseen, and learns it.
func (s *Scanner) member(p int, n *node) (child *node, after, next int) {
	if s.data[p] != '"' {
		return nil, s.fail(p, "a key in quotes is expected here"), 0
	}
	end, escaped := s.quoted(p)
	if end < 0 {
		return nil, -1, 0
	}
	quoted := s.all[p : end+1]
	if k := n.known[quoted]; k != nil {
		return k.node, end + 1, k.at + 1
	}
	name := s.all[p+1 : end]
	if escaped {
		name = unescape(name)
	}
	child = n.members[name]
	if len(n.order) >= maxKnown {
		return child, end + 1, len(n.order)
	}
	if n.known == nil {
		n.known = map[string]*known{}
	}
	k := &known{quoted: string(s.data[p : end+1]), at: len(n.order), node: child}
	n.known[k.quoted] = k
	n.order = append(n.order, k)
	return child, end + 1, k.at + 1
}

// value reads the value at p for every slot of n.
func (s *Scanner) value(p int, n *node, depth int) int {
	switch s.data[p] {
	case '"':
		text, after := s.text(p)
		if after < 0 || text == "" {
			return after
		}
		for _, i := range n.ends {
			want := s.states[i].want
			if want == nil {
				continue
			}
			if want.kind == String {
				s.row[i] = Value{kind: String, str: text}
				continue
			}
			v, bad := fromText(want.kind, text, s.zones[i])
			s.put(i, v, trouble{problem: bad, want: want})
		}
		s.block(n, isText)
		return after
	case '{', '[':
		return s.nested(p, n, depth)
	case 'n':
		return s.word(p, "null")
	case 't':
		return s.boolean(s.word(p, "true"), n, true)
	case 'f':
		return s.boolean(s.word(p, "false"), n, false)
	}
	end, plain := s.number(p)
	if end < 0 {
		return -1
	}
	for _, i := range n.ends {
		if want := s.states[i].want; want != nil {
			v, bad := fromNumber(want.kind, s.all[p:end], plain)
			s.put(i, v, trouble{problem: bad, want: want})
		}
	}
	s.block(n, isNumber)
	return end
}

func (s *Scanner) boolean(p int, n *node, b bool) int {
	for _, i := range n.ends {
		if want := s.states[i].want; want != nil {
			v, bad := fromBool(want.kind, b)
			s.put(i, v, trouble{problem: bad, want: want})
		}
	}
	s.block(n, isBool)
	return p
}

func (s *Scanner) put(slot int, v Value, t trouble) {
	if t.problem != fine {
		s.refuse(slot, t)
		return
	}
	s.row[slot] = v
}

// block refuses the slots that go on from a value with nothing inside.
func (s *Scanner) block(n *node, p problem) {
	s.blockSlots(n.named, p)
	s.blockSlots(n.indexed, p)
}

func (s *Scanner) blockSlots(slots []int, p problem) {
	for _, i := range slots {
		s.refuse(i, trouble{problem: p, want: s.states[i].want, blocked: true})
	}
}

// nested reads the object or list at p: as a whole for each slot that ends
// here, then once more for those that go on, so that what is read grows with
// the length of the declared paths, never with their number of combinations.
func (s *Scanner) nested(p int, n *node, depth int) int {
	start, after := p, -1
	for _, i := range n.ends {
		want := s.states[i].want
		if want == nil {
			continue
		}
		var v Value
		var t trouble
		if v, t, after = s.read(start, want, s.zones[i], depth); after < 0 {
			return -1
		}
		s.put(i, v, t)
	}
	if len(n.named) > 0 {
		if after = s.through(start, n, depth); after < 0 {
			return -1
		}
	}
	if len(n.indexed) > 0 {
		if after = s.elements(start, n, depth); after < 0 {
			return -1
		}
	}
	if after < 0 {
		return s.skip(start, depth)
	}
	return after
}

// through follows the names from n into the value at p: into an object, or
// into each element of a list.
func (s *Scanner) through(p int, n *node, depth int) int {
	switch s.data[p] {
	case '{':
		return s.object(p, n, depth+1)
	case '[':
		return s.collect(p, n, depth+1)
	case 'n':
		return s.word(p, "null")
	case '"':
		if p+1 < len(s.data) && s.data[p+1] == '"' {
			return p + 2
		}
		s.blockSlots(n.named, isText)
	case 't', 'f':
		s.blockSlots(n.named, isBool)
	default:
		s.blockSlots(n.named, isNumber)
	}
	return s.skip(p, depth)
}
