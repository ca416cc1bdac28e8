package report

import "passerelle/engine/ledger"

// Calls is how many requests a run made to one side, and how many of them nothing
// could do without; -1: the connector did not say.
type Calls struct{ Made, Least int64 }

// CallsOf are those of a run to the source and to the target. docs/decisions/0022
// says what is counted.
func CallsOf(r *ledger.Run) [2]Calls { return CallsIn(r.Calls) }

// CallsIn reads what the ledger keeps of a run's requests.
func CallsIn(kept map[string]int64) [2]Calls {
	of := func(name string) int64 {
		if n, said := kept[name]; said {
			return n
		}
		return -1
	}
	return [2]Calls{{of(ledger.CallsSource), of(ledger.LeastSource)}, {of(ledger.CallsTarget), of(ledger.LeastTarget)}}
}

// enough people to tell what a thousand of them cost: with fewer, what is asked
// once, such as a token, would be told as if it grew with them.
const enough = 100

// PerThousand is what both sides together came to for a thousand people read; -1
// where something was not said, or too few were read to tell.
func PerThousand(calls [2]Calls, read int64) Calls {
	scaled := func(a, b int64) int64 {
		if a < 0 || b < 0 || read < enough {
			return -1
		}
		return ((a+b)*1000 + read/2) / read
	}
	return Calls{scaled(calls[0].Made, calls[1].Made), scaled(calls[0].Least, calls[1].Least)}
}
