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
