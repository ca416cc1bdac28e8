package lang

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
)

// Module is one directory of mapping files: the workspace itself, or a package
// that it uses. Lists are in the order of the files.
type Module struct {
	Name  string // "" for the workspace; a package's label otherwise
	Dir   string
	Range diag.Range        // of the package block; zero for the workspace
	Files map[string][]byte // those that were read, by their names in Dir: mapping files, and tables

	Language    int
	Integration *Integration
	Plugins     []*PluginRequirement
	Inputs      []*Input
	Connections []*Connection
	Transforms  []*Transform
	Tables      []*Table
	Fieldsets   []*Fieldset
	Mappings    []*Mapping // extended ones are already merged
	Packages    []*Package
	Replaced    []Replaced // what extensions here put in place of shipped lines

	locals    []*local
	retention *Retention // nil: the default
}

// Replaced is one shipped line that an extension stands in for, so that
// validate can say so.
type Replaced struct {
	What     string // `field "site" of source "employee"`
	Old, New diag.Range
}

// Name with a place: most declarations begin with one.
type Named struct {
	Name  string
	Range diag.Range // of the name
	Block diag.Range // of the block's header
}

// Label is a text for people, in French and English; either may be "".
type Label struct{ FR, EN string }

// Prefer is one of its texts, or the other one where that is "".
func (l Label) Prefer(text string) string {
	for _, t := range []string{text, l.FR, l.EN} {
		if t != "" {
			return t
		}
	}
	return ""
}

type Integration struct {
	Named
	Title     Label
	Publisher string
	Modules   []string
	Setup     string
	Version   string
	Timezone  string // IANA name, checked; "" when not given
	TimezoneR diag.Range
}

type PluginRequirement struct {
	Named
	Version  string
	VersionR diag.Range
}

// Input is a value given from outside. Value is unknown until Bind.
type Input struct {
	Named
	Type      cty.Type
	Declared  string     // the type in the language's words: int, list(date)
	Default   *cty.Value // nil: required
	Sensitive bool
	Value     cty.Value // bound; cty.NilVal before

	Validations []*Validation

	kind *valueType
}

// Validation is a condition that the value of an input must meet.
type Validation struct {
	Named
	That *CEL // nil: lang has refused it
	Say  Label
}

// Transform is an expression with a name and parameters.
type Transform struct {
	Named
	Params []Word
	Value  *CEL // nil: lang has refused it
}

// Connection is a configured connector. Settings are evaluated by Bind.
type Connection struct {
	Named
	Plugin    string
	PluginR   diag.Range
	RateLimit string
	RateR     diag.Range
	Settings  []*Setting
}

// Setting is an attribute that the connector's own schema knows: of a
// connection, a source or a target.
type Setting struct {
	Name   string
	Range  diag.Range // of the name
	ValueR diag.Range // of the expression
	Expr   hcl.Expression
	Value  cty.Value // evaluated by Bind; cty.NilVal before
	Secret bool      // it came through env(), file() or a sensitive input: never shown. Set by Bind
}

// Table is what lookup() reads.
type Table struct {
	Named
	Values  []TableEntry
	Unknown Unknown
}

type TableEntry struct {
	Key, Value string
	Range      diag.Range
}

// Unknown says what a table does with a value it does not hold.
type Unknown struct {
	Do   string // "hold" (default), "keep", "text"
	Text string
}

type Fieldset struct {
	Named
	Fields []*Field
}

type Mapping struct {
	Named
	Module     *Module // where its names are looked up
	Extended   bool    // a package's mapping that the workspace extends
	Trigger    Trigger
	After      []Reference // mapping.NAME
	ShownAs    *CEL
	Sources    []*Source
	Target     *Target
	Leavers    *Leavers // leavers or removed; nil: nobody leaves
	Requires   []*Require
	Purposes   []*Purpose
	Guard      Guard
	Enabled    *Enabled // nil: always
	Each       *Each    // nil: one target record a source record
	SamePerson []Word   // source.field: what tells a person under a new id
}

// Guard is what this mapping changes of the guards that are always on.
type Guard struct {
	Limits  map[string]*Limit // by part: removals, creates, …; absent: the default
	Expects []*Expect
}

// Limit is the greater of a number and a percentage.
type Limit struct {
	Count   int64
	Percent float64 // 5 is 5 %
	Range   diag.Range
}

// Expect announces a change, so that it is no surprise.
type Expect struct {
	Named
	Removals    int64     // how many more may leave; 0: not announced
	Creates     int64     // how many more may be created; 0: not announced
	Fields      []Word    // target fields that may change…
	UpTo        float64   // …for so many of those linked, in percent; 100 where not given
	From, Until time.Time // civil days at midnight UTC, both included
}

// Leavers says how a record shows that its person has left, or that it was
// removed, and what is done then.
type Leavers struct {
	Word string // "leavers" or "removed": how the file calls it
	Named
	When  *CEL
	Do    string // keep (default), deactivate, delete
	DoR   diag.Range
	Back  string // reactivate (default), keep: once When is no longer true
	BackR diag.Range
	Gone  string // report (default), deactivate: no longer read at all
	Out   string // report (default), deactivate: read, but where no longer selects it
}

// Require is a condition that a record must meet before it is sent.
type Require struct {
	Named
	Fields []Word   // source.field, all filled; empty where That is given
	That   *CEL     // or a condition
	Before []string // operations: create, update, …; empty: all of them
	Else   string   // wait (default), hold, skip
	Say    Label
}

// Purpose says why data of a class may be sent to this recipient.
type Purpose struct {
	Named
	Why       Label
	WhyR      diag.Range // of the word why, or of the block
	Basis     string
	Retention string
}

// Address is how people name it: employees, or package.lucca-oppus.employees.
func (m *Mapping) Address() string {
	if m.Module == nil || m.Module.Name == "" {
		return m.Name
	}
	return "package." + m.Module.Name + "." + m.Name
}

type Trigger struct {
	Kind  string // "manual" (default), "daily", "every", "monthly", "cron"
	Value string
	Range diag.Range
}

// Reference is a bare reference: connection.lucca is {Kind: "connection", Name: "lucca"}.
type Reference struct {
	Kind, Name string
	Range      diag.Range
}

type Source struct {
	Named
	Connection Reference
	Resource   string
	ResourceR  diag.Range
	Settings   []*Setting // include, …
	ID         []string
	IDR        diag.Range
	Fields     []*Field // those of fieldsets first, then in order, sections included
	Where      *CEL
	Enabled    *Enabled // nil: always

	// Of the second source and those after it: how their records are tied to those
	// of the sources before.
	On    []*On
	OnR   diag.Range
	Many  bool // all that match, as a list; otherwise one or none
	ManyR diag.Range
	// Incremental: read from where the last read ended.
	Incremental  bool
	IncrementalR diag.Range

	Group  []Word  // of the first source: one record a group
	Window *Window // nil: everything is read

	uses []Reference // fieldsets, until resolved
}

// Field is a source field.
type Field struct {
	Named
	Path     string
	PathR    diag.Range
	Type     string // as written: "list(string)"; "" when not given
	TypeR    diag.Range
	Label    Label
	Required bool
	Class    string
	ClassR   diag.Range
	Sharp    string
	Fill     *Fill      // how full it is meant to be; nil: not declared
	Section  *Named     // nil outside a section
	Enabled  []*Enabled // its own and its section's: left out where one of them is off
}

// Fill is how many of those present are meant to have a field filled.
type Fill struct {
	Percent   float64 // 95 is 95 %
	AllButOne bool    // instead: at most one may lack it
	Text      string  // as the file says it
}

type Target struct {
	Named
	Connection Reference
	Resource   string
	ResourceR  diag.Range
	Settings   []*Setting
	Key        []Word // target fields
	Required   []Word
	Once       []Word // sent at creation and return only
	NeverClear []Word
	Fields     []*TargetField
	Map        []*MapEntry // in order
	MapR       diag.Range  // of the word map
	Endpoints  []*Endpoint
	Snapshot   *Snapshot // nil: nothing is said of how the whole is written
	Match      *Match    // nil: the key says who is there already
	Authority  string    // source: what is edited at the target is put back; else what changed at the source is sent
	AuthorityR diag.Range
}

// Word is a name with its place.
type Word struct {
	Name  string
	Range diag.Range
}

// TargetField declares a field that the connector's schema does not know.
type TargetField struct {
	Named
	Type  string
	TypeR diag.Range
	Class string
	Sharp string
}

// MapEntry is one line of map. Exactly one of CEL, Const, Items, Entries is set
// (Items and Entries may be empty but not nil).
type MapEntry struct {
	Word    // the target field, or key of a nested object; "" in a list
	ValueR  diag.Range
	CEL     *CEL
	Const   *cty.Value     // a constant; unknown, but typed, until Bind where it names an input or local
	Expr    hcl.Expression // of such a constant; nil otherwise
	Secret  bool           // the constant holds a sensitive input: never shown. Set by Bind
	Items   []*MapEntry
	Entries []*MapEntry
}

// Endpoint is one operation of a target as declared. Zero means not given.
type Endpoint struct {
	Named             // create, update, find, …
	Fields            []Word
	Method            string
	Path              string
	Query             map[string]string
	Headers           map[string]string
	Body              hcl.Expression
	BodyJSON          []byte // Body, evaluated by Bind
	Wrap              string
	WrapR             diag.Range
	Batch             string
	Success, Conflict []int32
	Items, ID         string
	Clear             string
	IdempotencyHeader string
	Reconcile         string
	PageJSON          []byte // the page block, by its words

	in             []string
	query, headers hcl.Expression // evaluated by Bind too when they name an input
}

// Package is a shipped workspace that this one uses.
type Package struct {
	Named
	From    string
	FromR   diag.Range
	Version string
	Inputs  []*Setting // by name of the package's input
	Module  *Module    // loaded; nil when it could not be

	versionR diag.Range
	extends  []*Mapping // partial mappings, merged once the package is loaded
}
