package protocol_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"passerelle/plugins/protocol"
)

// What the first protocol said still holds, number by number: services, methods,
// messages, fields, enums. Its text is kept with a plugin built against it.
// Adding is allowed, and nothing else.
func TestTheFirstProtocolStillHolds(t *testing.T) {
	t.Parallel()
	first := compile(t, map[string]string{"connector.proto": ""}, "../sdk/conformance/testdata/first/wire")
	require.Empty(t, breaches(first, protocol.File_connector_proto))
}

// Each kind of breach is found, and additions are none.
func TestBreachesAreFound(t *testing.T) {
	t.Parallel()
	const before = `syntax = "proto3"; package p;
service S { rpc A(M) returns (M); rpc B(M) returns (stream M); }
message M { string a = 1; oneof o { string b = 2; int64 c = 3; } repeated string d = 4; optional int64 e = 5; E f = 6; message N { bool x = 1; } reserved 9; }
enum E { E_NONE = 0; E_ONE = 1; }`
	for name, c := range map[string]struct{ after, says string }{
		"nothing": {before, ""},
		"additions": {`syntax = "proto3"; package p;
service S { rpc A(M) returns (M); rpc B(M) returns (stream M); rpc C(M) returns (M); }
message M { string a = 1; oneof o { string b = 2; int64 c = 3; bool more = 7; } repeated string d = 4; optional int64 e = 5; E f = 6; message N { bool x = 1; bool y = 2; } reserved 9; string z = 8; }
enum E { E_NONE = 0; E_ONE = 1; E_TWO = 2; } message New {}`, ""},
		"a field gone":       {strings.ReplaceAll(before, "string a = 1;", ""), "p.M.a is gone"},
		"a field renamed":    {strings.ReplaceAll(before, "string a = 1;", "string aa = 1;"), "p.M.a is now called aa"},
		"another number":     {strings.ReplaceAll(before, "string a = 1;", "string a = 7;"), "p.M.a is gone"},
		"another type":       {strings.ReplaceAll(before, "string a = 1;", "bytes a = 1;"), "p.M.a"},
		"a list made one":    {strings.ReplaceAll(before, "repeated string d = 4;", "string d = 4;"), "p.M.d"},
		"presence lost":      {strings.ReplaceAll(before, "optional int64 e = 5;", "int64 e = 5;"), "p.M.e"},
		"out of its oneof":   {strings.ReplaceAll(before, "string b = 2; int64 c = 3; }", "int64 c = 3; } string b = 2;"), "p.M.b"},
		"a value gone":       {strings.ReplaceAll(before, "E_ONE = 1;", ""), "p.E.E_ONE is gone"},
		"a value renumbered": {strings.ReplaceAll(before, "E_ONE = 1;", "E_ONE = 2;"), "p.E.E_ONE"},
		"a method gone":      {strings.ReplaceAll(before, "rpc A(M) returns (M);", ""), "p.S.A is gone"},
		"a method streams":   {strings.ReplaceAll(before, "rpc A(M) returns (M);", "rpc A(M) returns (stream M);"), "p.S.A"},
		"a message gone":     {strings.ReplaceAll(before, "message N { bool x = 1; }", ""), "p.M.N is gone"},
		"a reserved number":  {strings.ReplaceAll(before, "reserved 9;", "string used = 9;"), "p.M.used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := breaches(compile(t, map[string]string{"connector.proto": before}, ""), compile(t, map[string]string{"connector.proto": c.after}, ""))
			if c.says == "" {
				require.Empty(t, found)
				return
			}
			require.NotEmpty(t, found)
			require.Contains(t, found[0], c.says)
		})
	}
}

// breaches lists what the old file says and the new one doesn't.
func breaches(old, now protoreflect.FileDescriptor) []string {
	b := &breach{}
	for i := range old.Services().Len() {
		b.service(old.Services().Get(i), now.Services())
	}
	b.messages(old.Messages(), now.Messages())
	b.enums(old.Enums(), now.Enums())
	return b.found
}

type breach struct{ found []string }

func (b *breach) say(d protoreflect.Descriptor, format string, args ...any) {
	b.found = append(b.found, string(d.FullName())+" "+fmt.Sprintf(format, args...))
}

func (b *breach) service(old protoreflect.ServiceDescriptor, in protoreflect.ServiceDescriptors) {
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

func (b *breach) messages(old, now protoreflect.MessageDescriptors) {
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

func (b *breach) field(old protoreflect.FieldDescriptor, in protoreflect.FieldDescriptors) {
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

func (b *breach) enums(old, now protoreflect.EnumDescriptors) {
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

// compile reads a text, or the file of a folder where there is one.
func compile(t *testing.T, texts map[string]string, dir string) protoreflect.FileDescriptor {
	t.Helper()
	resolver := &protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(texts)}
	if dir != "" {
		resolver = &protocompile.SourceResolver{ImportPaths: []string{dir}}
	}
	files, err := (&protocompile.Compiler{Resolver: resolver}).Compile(context.Background(), "connector.proto")
	require.NoError(t, err)
	return files[0]
}
