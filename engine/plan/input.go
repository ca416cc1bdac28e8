package plan

import (
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
)

// Input is what a plan is made of.
type Input struct {
	Mapping *compile.Mapping
	Source  *host.Connection
	Others  flow.Connections // of the sources beside the first; nil: none
	Target  *host.Connection
	Ledger  *ledger.Ledger
	// Basis gives the hash of mapping files, inputs and plugins. It is asked after
	// the read: hashing executables takes longer than the first request.
	Basis func() (string, error)
	// Reads gives the hash of all that makes a record what it is: the Basis, and what
	// is secret. Asked of a mapping that is read by what changed; nil: it is read whole.
	Reads func() (string, error)
	Now   time.Time
	Zone  *time.Location // of the integration
	Dir   string         // where the spool is written
	Path  string         // or exactly there; wins over Dir
	Watch func(flow.Progress)
	Who   []string // these people alone, by source id or shown name; empty: everybody
	// Scopes are those of the mappings whose records this one refers to.
	Scopes map[*compile.Mapping]ledger.Scope
	// Expected, in a preview, says of a record that is not linked yet that a mapping
	// which runs before this one will link it. Nil: what is not linked won't be.
	Expected func(scope ledger.Scope, sourceID string) bool
	// Became is told, in the order of the read, what is to be done with each record;
	// who turns out to have a twin is held all the same. Nil: nobody asks.
	Became func(sourceID, what string)
	// Example: a handful of records made up to show what a mapping does. The guards
	// that look for accidents among everybody ask nothing of them.
	Example bool
	// FirstsInMemory is how many new ids, and how many keys, are compared in memory;
	// 0: mostFirsts. The others are on disk.
	FirstsInMemory int
}
