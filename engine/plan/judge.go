package plan

import (
	"strconv"

	"passerelle/engine/flow"
)

// judgeRead holds the two guards that come before all others: what was not read
// whole, or came back empty, is no picture of the company, and nothing is
// planned from it.
//
// A joined source that is empty is as likely an accident: everybody's fields from
// it would be cleared. Of a window nobody can say that something must lie in it.
func judgeRead(end flow.End, windowed bool) []Block {
	switch {
	case !end.Complete:
		return []Block{{
			Part: "read", Whole: true,
			Code: "read-not-whole",
			Say:  the(end.Short) + " was not read whole: " + end.Reason + ". " + counted(end),
			Do:   "Nothing was planned and nothing will be sent. Run again; if it stays so, look at the source or its connector.",
		}}
	case end.Received == 0 && !windowed:
		return []Block{{
			Part: "read", Whole: true,
			Code: "read-empty",
			Say:  "The source gave nobody at all. An empty list usually means a missing right or a wrong filter, not an empty company.",
			Do:   "Nothing was planned and nothing will be sent. Check what the key may read, and the source block's settings.",
		}}
	}
	for _, other := range end.Others {
		if other.Received == 0 && !other.Windowed {
			return []Block{{
				Part: "read", Whole: true,
				Code: "read-empty",
				Say:  the(other.Name) + " gave nothing at all. An empty list usually means a missing right or a wrong filter, and all that comes from it would be emptied at the target.",
				Do:   "Nothing was planned and nothing will be sent. Check what the key may read, and the source block's settings.",
			}}
		}
	}
	return nil
}

// the names what was read; the first source goes without a name.
func the(name string) string {
	if name == "" {
		return "The source"
	}
	return "The source " + strconv.Quote(name)
}

// counted is about what was not whole.
func counted(end flow.End) string {
	received, expected := end.Received, end.Expected
	for _, other := range end.Others {
		if other.Name == end.Short {
			received, expected = other.Received, other.Expected
		}
	}
	if expected < 0 {
		return strconv.FormatInt(received, 10) + " records were read; how many there are is not known."
	}
	return strconv.FormatInt(received, 10) + " records were read of " + strconv.FormatInt(expected, 10) + " announced."
}
