package expr

import (
	"math"
	"testing"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/stretchr/testify/require"
)

// The errors that cel-go shares between programs, and our own, take no node id:
// writing one is a data race and a wrong place in another program's failure.
func TestSharedErrorsTakeNoID(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]ref.Val{
		"no such overload":   types.NoSuchOverloadErr(),
		"timestamp overflow": types.Int(math.MinInt64).ConvertToType(types.TimestampType),
		"empty":              emptyErr,
	} {
		require.Equal(t, int64(-1), types.LabelErrNode(7, shared).(*types.Err).NodeID(), name)
	}
}

// A text like CEL's missing-key error does not make a failure of ours empty.
func TestFaultIsNotEmpty(t *testing.T) {
	t.Parallel()
	require.False(t, isEmpty((&fault{summary: "no such key: x"}).fail()))
	require.True(t, isEmpty(types.NewErr("no such key: x")))
	require.False(t, isEmpty(types.NewErr("division by zero")))
}
