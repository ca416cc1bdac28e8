package protocol_test

import (
	"context"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"passerelle/plugins/protocol"
)

// The generated Go is committed so that nobody needs a generator to build; this
// holds it to the text that partners read. `go generate ./plugins/protocol`
// mends it.
func TestGeneratedGoIsCurrent(t *testing.T) {
	t.Parallel()
	compiler := protocompile.Compiler{Resolver: &protocompile.SourceResolver{}}
	files, err := compiler.Compile(context.Background(), "connector.proto")
	require.NoError(t, err)

	want := protoutil.ProtoFromFileDescriptor(files[0])
	got := protodesc.ToFileDescriptorProto(protocol.File_connector_proto)
	require.Equal(t, canonical(want), canonical(got))
}

func canonical(file *descriptorpb.FileDescriptorProto) string {
	file = proto.Clone(file).(*descriptorpb.FileDescriptorProto)
	file.SourceCodeInfo = nil
	return prototext.MarshalOptions{Multiline: true}.Format(file)
}

// Numbers and names of what was released stay for ever. This is version 1 as it
// was first released; a line may be added, never changed.
func TestReleasedNumbersStay(t *testing.T) {
	t.Parallel()
	fields := protocol.File_connector_proto.Messages()
	for message, released := range map[string]map[string]int32{
		"Record":       {"key": 1, "data": 2},
		"WriteRecord":  {"position": 1, "operation": 2, "id": 3, "data": 4, "idempotency_key": 5, "changed": 6},
		"WriteResult":  {"position": 1, "outcome": 2, "id": 3, "diagnostic": 4, "status": 5, "attempts": 6},
		"Done":         {"complete": 1, "expected": 2, "received": 3, "calls": 4, "cursor": 5, "incomplete_reason": 6},
		"ReadResponse": {"batch": 1, "progress": 2, "done": 3, "diagnostics": 4},
	} {
		for name, number := range released {
			field := fields.ByName(protoreflect.Name(message)).Fields().ByName(protoreflect.Name(name))
			require.NotNil(t, field, "%s.%s", message, name)
			require.EqualValues(t, number, field.Number(), "%s.%s", message, name)
		}
	}
}
