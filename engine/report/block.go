package report

import "passerelle/engine/plan"

// sayOf and doOf are what a guard says of what it stopped.
func sayOf(b *plan.Block, _ Language) string { return b.Say }

func doOf(b *plan.Block, _ Language) string { return b.Do }
