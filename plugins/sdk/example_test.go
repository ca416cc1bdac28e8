package sdk_test

import (
	"context"
	"fmt"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// badges is a connector to a list of badges that it holds itself.
type badges struct{}

func (badges) Describe() *sdk.Description {
	return &sdk.Description{
		Name: "badges", Version: "1.0.0",
		Settings: []*sdk.Setting{
			{Name: "site", Type: "string", Required: true, OneOf: []string{"Lyon", "Paris"}},
			{Name: "key", Type: "string", Required: true, Secret: true},
			{Name: "size", Type: "int", DefaultJson: "100"},
		},
		Resources: []*sdk.Resource{{
			Name: "badges", Readable: true, Identity: []string{"number"},
			Fields: []*sdk.Field{{Path: "number", Type: "string", Filled: true}, {Path: "holder", Type: "string", Class: "identity"}},
		}},
	}
}

func (badges) Configure(_ context.Context, settings sdk.Settings) (sdk.Connection, error) {
	return site{settings.String("site")}, nil
}

// site is a Connection that is a Reader, too: further abilities are further
// interfaces.
type site struct{ name string }

func (s site) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: s.name} }

func (s site) Read(_ context.Context, _ sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	for _, record := range []string{`{"number":"017","holder":"Ada"}`, `{"number":"018","holder":"Bruno"}`} {
		if err := out.Record([]byte(record)); err != nil {
			return sdk.End{}, err
		}
	}
	// Complete: the end of the list was seen. It announced no count.
	return sdk.End{Complete: true, Expected: -1}, nil
}

// The whole main function of a connector.
func ExampleServe() {
	main := func() { sdk.Serve(badges{}) }
	_ = main // it serves until the engine stops it
}

// Settings are declared once; the declaration checks them, and fills in defaults.
func ExampleNewSettings() {
	schema := badges{}.Describe().GetSettings()
	settings, _ := sdk.NewSettings([]byte(`{"site":"Lyon","key":"x"}`), schema)
	fmt.Println(settings.String("site"), settings.Int("size"))

	_, complaint := sdk.NewSettings([]byte(`{"site":"Lion","key":"x"}`), schema)
	fmt.Println(complaint.Code, complaint.Attribute, complaint.Remedy)
	// Output:
	// Lyon 100
	// setting-not-allowed [site] Use one of: Lyon, Paris.
}

// A Read is tested without any process: its records are collected.
func ExampleNewTestOutput() {
	out, collected := sdk.NewTestOutput()
	end, err := site{"Lyon"}.Read(context.Background(), sdk.ReadRequest{Resource: "badges"}, out)
	for _, record := range collected.Records() {
		fmt.Println(string(record.Data))
	}
	fmt.Println(end.Complete, err)
	// Output:
	// {"number":"017","holder":"Ada"}
	// {"number":"018","holder":"Bruno"}
	// true <nil>
}

// What goes wrong has a code, a remedy, and a word on when another try may help.
// It never quotes a record.
func ExampleError() {
	err := &sdk.Error{
		Code: "badge-blocked", Summary: "A badge is blocked at the site",
		Remedy: "Have it released at the site, then run again.", Retry: protocol.Retry_RETRY_AFTER_FIX,
	}
	fmt.Println(err)
	// Output: A badge is blocked at the site
}
