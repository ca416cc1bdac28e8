package protocol_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	"passerelle/plugins/protocol"
	"passerelle/plugins/protocol/internal/breach"
)

// What the first protocol said still holds, number by number: services, methods,
// messages, fields, enums. Its text is kept with a plugin built against it.
// Adding is allowed, and nothing else.
func TestTheFirstProtocolStillHolds(t *testing.T) {
	t.Parallel()
	first := compile(t, map[string]string{"connector.proto": ""}, "../sdk/conformance/testdata/first/wire")
	require.Empty(t, breach.Find(first, protocol.File_connector_proto))
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
			found := breach.Find(compile(t, map[string]string{"connector.proto": before}, ""), compile(t, map[string]string{"connector.proto": c.after}, ""))
			if c.says == "" {
				require.Empty(t, found)
				return
			}
			require.NotEmpty(t, found)
			require.Contains(t, found[0], c.says)
		})
	}
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
