package plan

import (
	"strconv"

	"passerelle/engine/flow"
)

// judgeRead holds the two guards that come before all others: what was not read
// whole, or came back empty, is no picture of the company, and nothing is
// planned from it.
func judgeRead(end flow.End) []Block {
	switch {
	case !end.Complete:
		return []Block{{
			Part: "read", Whole: true,
			Code: "read-not-whole",
			Say:  "The source was not read whole: " + end.Reason + ". " + counted(end),
			Do:   "Nothing was planned and nothing will be sent. Run again; if it stays so, look at the source or its connector.",
		}}
	case end.Received == 0:
		return []Block{{
			Part: "read", Whole: true,
			Code: "read-empty",
			Say:  "The source gave nobody at all. An empty list usually means a missing right or a wrong filter, not an empty company.",
			Do:   "Nothing was planned and nothing will be sent. Check what the key may read, and the source block's settings.",
		}}
	}
	return nil
}

func counted(end flow.End) string {
	if end.Expected < 0 {
		return strconv.FormatInt(end.Received, 10) + " records were read; how many there are is not known."
	}
	return strconv.FormatInt(end.Received, 10) + " records were read of " + strconv.FormatInt(end.Expected, 10) + " announced."
}
