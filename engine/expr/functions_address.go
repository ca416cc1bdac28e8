package expr

import (
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// addressFunctions part the first line of a French postal address.
func addressFunctions() []*function {
	s := types.StringType
	part := func(name, doc string, f func(string) string, examples ...Example) *function {
		return &function{name: name, doc: doc, examples: examples, overloads: []*overload{
			{id: "text_" + name, member: true, args: []*cel.Type{s}, result: s, call: onText(f)},
		}}
	}
	return []*function{
		part("streetNumber", "The number that a street address begins with, with its bis, ter or quater; empty when it begins with anything else.",
			func(address string) string { number, _ := splitStreet(address); return number },
			Example{"'12 bis, rue de la Paix'.streetNumber()", `"12 bis"`},
			Example{"'Lieu-dit Les Granges'.streetNumber()", "empty"},
			Example{"'12-14 rue des Lilas'.streetNumber()", "empty"}),
		part("streetName", "A street address without the number that streetNumber gives; the whole address when there is none.",
			func(address string) string { _, name := splitStreet(address); return name },
			Example{"'12 bis, rue de la Paix'.streetName()", `"rue de la Paix"`},
			Example{"'Lieu-dit Les Granges'.streetName()", `"Lieu-dit Les Granges"`},
			Example{"'12-14 rue des Lilas'.streetName()", `"12-14 rue des Lilas"`}),
	}
}

// leadingNumber is at most four digits, as numbers of streets are: five are a
// postcode. A comma or space parts it from a name, which begins with a letter.
var leadingNumber = regexp.MustCompile(`(?is)^([0-9]{1,4}(?:\s*(?:bis|ter|quater)\b)?)(?:\s*,\s*|\s+)(\pL.*)$`)

// otherNumber is what makes the number longer than bis, ter and quater do: a
// letter alone, or a second number. Such an address is not taken apart.
var otherNumber = regexp.MustCompile(`(?i)^(?:\pL(?:[\s,]|$)|(?:et|ou)\s*[0-9]|(?:bis|ter|quater)$)`)

// splitStreet gives the number as it is written, "" when there is none, and the
// rest.
func splitStreet(address string) (number, name string) {
	address = strings.TrimSpace(address)
	parts := leadingNumber.FindStringSubmatch(address)
	if parts == nil || otherNumber.MatchString(parts[2]) {
		return "", address
	}
	return parts[1], parts[2]
}
