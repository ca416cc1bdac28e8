package report

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// Person is somebody the ledger knows: one id of one collection of the source.
type Person struct {
	SourceID string `json:"id"`
	Shown    string `json:"shown,omitempty"`
	Tenant   string `json:"source"` // of the source
	Resource string `json:"resource"`

	ways    []ledger.Way // the mappings that carry that collection, and where to
	records bool         // its mappings are not about people
}

// Called is how one is spoken of: whether the mappings' records are people, their
// last runs tell.
func (p *Person) Called() string {
	if p.records {
		return "record"
	}
	return "person"
}

// Found is who fits a name or an id.
type Found struct {
	People []Person
	Near   []string // shown names close to what was asked, where nobody fits
}

// Find looks for a person by source id, target id, or the name that shown_as
// gives, without regard to case and accents. Where the same stands for records of
// several collections, TENANT/RESOURCE/ before it says of which.
func Find(ctx context.Context, l *ledger.Ledger, asked string) (*Found, error) {
	f := finder{ledger: l}
	var err error
	if f.ways, err = l.Ways(ctx); err != nil {
		return nil, err
	}
	asked = f.narrow(asked)
	if err := f.byID(ctx, asked); err != nil {
		return nil, err
	}
	folded := diag.Fold(asked)
	named, err := l.Named(ctx, func(shown string) bool { return diag.FoldsTo(shown, folded) })
	if err != nil {
		return nil, err
	}
	for _, n := range named {
		f.inMapping(n.Mapping, n.SourceID)
	}
	if len(f.people) == 0 {
		return f.near(ctx, asked)
	}
	if err := f.complete(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(f.people, func(a, b Person) int {
		return cmp.Or(cmp.Compare(a.SourceID, b.SourceID), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Tenant, b.Tenant))
	})
	return &Found{People: f.people}, nil
}

// near is nobody, and the name that is closest to what was asked.
func (f *finder) near(ctx context.Context, asked string) (*Found, error) {
	names, err := f.ledger.Named(ctx, diag.Near(asked))
	if err != nil {
		return nil, err
	}
	shown := make([]string, len(names))
	for i := range names {
		shown[i] = names[i].Shown
	}
	found := &Found{}
	if near := diag.DidYouMean(asked, shown); near != "" {
		found.Near = []string{near}
	}
	return found, nil
}

type finder struct {
	ledger           *ledger.Ledger
	ways             []ledger.Way
	people           []Person
	tenant, resource string // of this collection alone; "": of any
}

// narrow takes the collection off what is asked, and looks in that one alone.
func (f *finder) narrow(asked string) string {
	for _, way := range f.ways {
		rest, named := strings.CutPrefix(asked, collectionOf(way.Of.SourceTenant, way.Of.SourceResource))
		if named && rest != "" {
			f.tenant, f.resource = way.Of.SourceTenant, way.Of.SourceResource
			return rest
		}
	}
	return asked
}

// collectionOf is how a collection of the source is named before an id.
func collectionOf(tenant, resource string) string { return tenant + "/" + resource + "/" }

// byID finds who has this id at the source or at a target.
func (f *finder) byID(ctx context.Context, id string) error {
	links, err := f.ledger.LinksOf(ctx, id, id)
	if err != nil {
		return err
	}
	for _, link := range links {
		f.add(link.Of, link.SourceID)
	}
	results, err := f.ledger.ResultsOf(ctx, id, 1000)
	if err != nil {
		return err
	}
	for _, r := range results {
		f.inMapping(r.Mapping, id)
	}
	held, err := f.ledger.HeldNow(ctx, "")
	if err != nil {
		return err
	}
	for _, h := range held {
		if h.SourceID == id {
			f.inMapping(h.Mapping, id)
		}
	}
	return nil
}

func (f *finder) inMapping(mapping, id string) {
	for _, way := range f.ways {
		if way.Mapping == mapping {
			f.add(way.Of, id)
		}
	}
}

func (f *finder) add(of ledger.Scope, id string) {
	if f.resource != "" && (of.SourceTenant != f.tenant || of.SourceResource != f.resource) {
		return
	}
	p := Person{SourceID: id, Tenant: of.SourceTenant, Resource: of.SourceResource}
	if !slices.ContainsFunc(f.people, func(q Person) bool { return q.SourceID == id && q.Tenant == p.Tenant && q.Resource == p.Resource }) {
		f.people = append(f.people, p)
	}
}

// complete gives people the mappings that carry their collection, and the name
// that these have shown last.
func (f *finder) complete(ctx context.Context) error {
	ids := make([]string, len(f.people))
	for i := range f.people {
		ids[i] = f.people[i].SourceID
	}
	names, err := f.ledger.NamesOf(ctx, ids...)
	if err != nil {
		return err
	}
	for i := range f.people {
		p := &f.people[i]
		for _, way := range f.ways {
			if way.Of.SourceTenant == p.Tenant && way.Of.SourceResource == p.Resource {
				p.ways = append(p.ways, way)
			}
		}
		for _, n := range names {
			if n.SourceID == p.SourceID && slices.ContainsFunc(p.ways, func(w ledger.Way) bool { return w.Mapping == n.Mapping }) {
				p.Shown = n.Shown
			}
		}
		if err := f.speak(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// storied is how many of a mapping's last runs are asked what its records are: one
// that was cut short tells nothing.
const storied = 5

// speak says whether a person is one: one mapping about people is enough.
func (f *finder) speak(ctx context.Context, p *Person) error {
	for _, way := range p.ways {
		last, err := f.ledger.LastRuns(ctx, way.Mapping, storied)
		if err != nil {
			return err
		}
		for i := range last {
			story, told, err := storyOf(ctx, f.ledger, last[i].ID)
			if err != nil {
				return err
			}
			if told {
				if p.records = story.Records; !p.records {
					return nil
				}
				break
			}
		}
	}
	return nil
}

// withoutBeneath leaves out who is only the record that elements of each blocks
// are beneath: held as such, they are under the person's own id.
func withoutBeneath(people []Person) []Person {
	return slices.DeleteFunc(slices.Clone(people), func(p Person) bool {
		return slices.ContainsFunc(people, func(of Person) bool {
			return of.SourceID == p.SourceID && of.Tenant == p.Tenant && strings.HasPrefix(p.Resource, of.Resource+" > ")
		})
	})
}

// One is the only person that fits. Nobody, or several, is refused: what is
// about to be done must not meet another. The diagnostics name nobody.
func One(ctx context.Context, l *ledger.Ledger, asked string) (*Person, error) {
	found, err := Find(ctx, l, asked)
	if err != nil {
		return nil, err
	}
	found.People = withoutBeneath(found.People)
	switch len(found.People) {
	case 0:
		return nil, diag.Diagnostic{
			Code: "unknown-person", Summary: "The ledger knows nobody, and no record, by this name or id",
			Detail: "A person, or a record, is named by the source's id, the target's id, or the name that shown_as gives. Nothing was changed.",
			Remedy: "engine who NAME looks for names that are close.",
		}
	case 1:
		return &found.People[0], nil
	}
	return nil, diag.Diagnostic{
		Code: "ambiguous-person", Summary: "Several people or records fit this name or id",
		Detail: "Which of them is meant can't be told. Nothing was changed.",
		Remedy: "engine who NAME lists them; name the one who is meant by the source's id" + byCollection(found.People) + ".",
	}
}

// byCollection says how to tell apart people of whom two have one id.
func byCollection(people []Person) string {
	ids, collections := map[string]bool{}, map[string]bool{}
	for i := range people {
		ids[people[i].SourceID] = true
		collections[collectionOf(people[i].Tenant, people[i].Resource)+"ID"] = true
	}
	if len(ids) == len(people) {
		return ""
	}
	return ", with where it is from before it: " + strings.Join(slices.Sorted(maps.Keys(collections)), " or ")
}
