package compile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

func TestWhoseRecordsArePeople(t *testing.T) {
	t.Parallel()
	persons := &protocol.Resource{Fields: []*protocol.Field{{Path: "lastName", Class: "identity"}}}
	absences := &protocol.Resource{Fields: []*protocol.Field{{Path: "leave.owner.name", Class: "identity"}, {Path: "date"}}}
	for name, c := range map[string]struct {
		decl   lang.Mapping
		source Source
		target *protocol.Resource
		each   *Each
		want   bool
	}{
		"a field of identity":           {source: Source{Resource: persons}, target: absences, want: true},
		"of the target's":               {source: Source{Resource: absences}, target: persons, want: true},
		"somebody else's name":          {source: Source{Resource: absences}, target: absences},
		"one that the mapping classes":  {source: Source{Resource: absences, Fields: []SourceField{{Decl: &lang.Field{Class: "identity"}}}}, target: absences, want: true},
		"leavers":                       {decl: lang.Mapping{Leavers: &lang.Leavers{Word: "leavers"}}, source: Source{Resource: absences}, target: absences, want: true},
		"removed":                       {decl: lang.Mapping{Leavers: &lang.Leavers{Word: "removed"}}, source: Source{Resource: persons}, target: persons},
		"same_person":                   {decl: lang.Mapping{SamePerson: []lang.Word{{}}}, source: Source{Resource: absences}, target: absences, want: true},
		"elements of a person":          {source: Source{Resource: persons}, target: absences, each: &Each{}},
		"groups of what is of a person": {source: Source{Resource: persons, Group: []int{0}}, target: absences},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &Mapping{Decl: &c.decl, Source: c.source, Target: Target{Resource: c.target}, Each: c.each}
			require.Equal(t, c.want, aboutPeople(m))
		})
	}
}
