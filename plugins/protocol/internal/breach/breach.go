// Package breach compares two versions of a protocol file: whoever was built against
// the old one must be understood by the new one.
package breach

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Find lists what the old file says and the new one doesn't; nothing where all that
// was added is new.
func Find(old, now protoreflect.FileDescriptor) []string {
	b := &finding{}
	for i := range old.Services().Len() {
		b.service(old.Services().Get(i), now.Services())
	}
	b.messages(old.Messages(), now.Messages())
	b.enums(old.Enums(), now.Enums())
	return b.found
}

// finding collects breaches on the way through a file.
type finding struct{ found []string }

func (b *finding) say(d protoreflect.Descriptor, format string, args ...any) {
	b.found = append(b.found, string(d.FullName())+" "+fmt.Sprintf(format, args...))
}

func (b *finding) service(old protoreflect.ServiceDescriptor, in protoreflect.ServiceDescriptors) {
	now := in.ByName(old.Name())
	if now == nil {
		b.say(old, "is gone")
		return
	}
	for i := range old.Methods().Len() {
		m := old.Methods().Get(i)
		n := now.Methods().ByName(m.Name())
		switch {
		case n == nil:
			b.say(m, "is gone")
		case n.Input().FullName() != m.Input().FullName() || n.Output().FullName() != m.Output().FullName():
			b.say(m, "takes or gives another message")
		case n.IsStreamingClient() != m.IsStreamingClient() || n.IsStreamingServer() != m.IsStreamingServer():
			b.say(m, "streams in another way")
		}
	}
}

func (b *finding) messages(old, now protoreflect.MessageDescriptors) {
	for i := range old.Len() {
		m := old.Get(i)
		n := now.ByName(m.Name())
		if n == nil {
			b.say(m, "is gone")
			continue
		}
		for j := range m.Fields().Len() {
			b.field(m.Fields().Get(j), n.Fields())
		}
		for j := range n.Fields().Len() {
			if f := n.Fields().Get(j); m.ReservedRanges().Has(f.Number()) || slices.Contains(names(m.ReservedNames()), f.Name()) {
				b.say(f, "uses what was reserved")
			}
		}
		b.messages(m.Messages(), n.Messages())
		b.enums(m.Enums(), n.Enums())
	}
}

func (b *finding) field(old protoreflect.FieldDescriptor, in protoreflect.FieldDescriptors) {
	now := in.ByNumber(old.Number())
	if now == nil {
		b.say(old, "is gone")
		return
	}
	if now.Name() != old.Name() {
		b.say(old, "is now called %s", now.Name())
	}
	if now.Kind() != old.Kind() || now.Cardinality() != old.Cardinality() || now.HasPresence() != old.HasPresence() || now.IsMap() != old.IsMap() || oneof(now) != oneof(old) || refers(now) != refers(old) {
		b.say(old, "has another type or place")
	}
}

func oneof(f protoreflect.FieldDescriptor) protoreflect.Name {
	if o := f.ContainingOneof(); o != nil {
		return o.Name()
	}
	return ""
}

func refers(f protoreflect.FieldDescriptor) protoreflect.FullName {
	switch {
	case f.Message() != nil:
		return f.Message().FullName()
	case f.Enum() != nil:
		return f.Enum().FullName()
	}
	return ""
}

func (b *finding) enums(old, now protoreflect.EnumDescriptors) {
	for i := range old.Len() {
		e := old.Get(i)
		n := now.ByName(e.Name())
		if n == nil {
			b.say(e, "is gone")
			continue
		}
		for j := range e.Values().Len() {
			v := e.Values().Get(j)
			w := n.Values().ByName(v.Name())
			switch {
			case w == nil:
				b.found = append(b.found, fmt.Sprintf("%s.%s is gone", e.FullName(), v.Name()))
			case w.Number() != v.Number():
				b.found = append(b.found, fmt.Sprintf("%s.%s has another number", e.FullName(), v.Name()))
			}
		}
	}
}

func names(list protoreflect.Names) []protoreflect.Name {
	var out []protoreflect.Name
	for i := range list.Len() {
		out = append(out, list.Get(i))
	}
	return out
}
