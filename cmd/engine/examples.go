package main

import (
	"github.com/spf13/cobra"

	"passerelle/engine/plan"
	"passerelle/engine/report"
)

// examples are of the commands that have none of their own, by their words.
var examples = map[string]string{
	"validate":         "engine validate mappings/lucca-oppus",
	"check":            "engine check mappings/lucca-oppus",
	"plan":             "engine plan mappings/lucca-oppus\n  engine plan mappings/lucca-oppus --out tonight.plan",
	"apply":            "engine apply tonight.plan --workspace mappings/lucca-oppus",
	"run":              "engine run mappings/lucca-oppus\n  engine run mappings/lucca-oppus --who \"Zoé N'Guyen\"",
	"approve":          "engine approve last --part removals\n  engine approve 2026-09-01-0200 --part removals --person \"Jean Petit\"",
	"version":          "engine version --json",
	"runs list":        "engine runs list --workspace mappings/lucca-oppus",
	"runs show":        "engine runs show last --all",
	"runs export":      "engine runs export last --format csv",
	"report":           "engine report last --lang fr\n  engine report last --lang fr --format html > report.html",
	"held list":        "engine held list --workspace mappings/lucca-oppus",
	"held show":        "engine held show \"Inès Roy\"",
	"held retry":       "engine held retry \"Inès Roy\"",
	"held drop":        "engine held drop \"Ida Huit\" --target 4711",
	"held acknowledge": "engine held acknowledge \"Inès Roy\" --until 2026-09-30",
	"who":              "engine who \"Zoé N'Guyen\"",
	"undo":             "engine undo last",
	"forget":           "engine forget \"Jean Petit\" --yes",
	"ledger show":      "engine ledger show --workspace mappings/lucca-oppus",
	"ledger export":    "engine ledger export --workspace mappings/lucca-oppus > ledger.ndjson",
	"ledger move":      "engine ledger move --from acme.example --to acme.new --side source --yes",
	"ledger verify":    "engine ledger verify --workspace mappings/lucca-oppus",
	"unlock":           "engine unlock --workspace mappings/lucca-oppus",
	"plugin list":      "engine plugin list mappings/lucca-oppus",
	"plugin show":      "engine plugin show oppus",
	"plugin schema":    "engine plugin schema oppus > oppus.json",
	"plugin verify":    "engine plugin verify mappings/lucca-oppus",
	"plugin new":       "engine plugin new acme",
	"plugin test":      "engine plugin test bin/engine-plugin-acme",
	"plugin keygen":    "engine plugin keygen",
	"fmt":              "engine fmt mappings/lucca-oppus --check --diff",
	"lineage":          "engine lineage mappings/lucca-oppus",
	"test":             "engine test mappings/lucca-oppus --coverage",
	"permissions":      "engine permissions mappings/lucca-oppus",
	"docs":             "engine docs mappings/lucca-oppus --lang fr",
	"reference":        "engine reference errors",
}

// exemplify gives every command below one its example.
func exemplify(cmd *cobra.Command, words string) {
	for _, sub := range cmd.Commands() {
		name := sub.Name()
		if words != "" {
			name = words + " " + name
		}
		if example := examples[name]; example != "" && sub.Example == "" {
			sub.Example = "  " + example
		}
		exemplify(sub, name)
	}
}

// completeWords lets a shell complete the flags that take one of a few words.
func completeWords(cmd *cobra.Command) {
	words := map[string][]string{
		"lang": report.Languages(), "part": plan.Parts(),
		"log": {"trace", "debug", "info", "warn", "error", "off"},
	}
	for flag, values := range words {
		if cmd.Flags().Lookup(flag) != nil || cmd.PersistentFlags().Lookup(flag) != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // errs if there is one already
		}
	}
	for _, sub := range cmd.Commands() {
		completeWords(sub)
	}
}
