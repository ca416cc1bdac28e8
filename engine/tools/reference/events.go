package reference

import (
	"fmt"
	"slices"
	"strings"
)

// Event is one kind of line that --json writes.
type Event struct {
	Type, About string
	Fields      []EventField
}

// EventField is a member of an event. Members of its members are joined with
// dots.
type EventField struct{ Name, About string }

// Events is the page of the events that --json writes.
func Events() string {
	var b strings.Builder
	b.WriteString(heading("Events", `With --json a command writes one JSON object a line on stdout, diagnostics included.
The first is version, the last result. Each has a type; the form is version 1: later versions
add types and members, and change none, so a reader passes over what it does not know.`))
	for _, e := range EventList() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| member | |\n|---|---|\n", e.Type, e.About)
		for _, f := range e.Fields {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(f.Name), f.About)
		}
	}
	return b.String()
}

// EventList lists every event, in about the order in which they come.
func EventList() []Event {
	mapping := EventField{"mapping", "The mapping, as the files name it; package.NAME. before those of a package."}
	person := []EventField{{"person.id", "The source's own id."}, {"person.shown", "How the person is named, by shown_as; left out without."}}
	reason := []EventField{
		{"code", "See [errors](errors.md)."}, {"field", "The field it is about, where it is one."}, {"summary", "What is wrong."}, {"detail", "Why."},
		{"remedy", "What to do."}, {"status", "Of HTTP, where the system gave one."}, {"range", "The place in the mapping file, as in diagnostic."},
	}
	summary := []EventField{
		mapping, {"from", "The system that is read."}, {"to", "The system that is written."},
		{"blocked", "The parts that were refused as looking like an accident; an empty list without."},
		{"blocked.part", "Which part."}, {"blocked.field", "Of a part that is one field: which."}, {"blocked.code", "See [errors](errors.md)."}, {"blocked.say", "Whom and why, in words."}, {"blocked.do", "What to do."}, {"blocked.say_fr", "The same in French."}, {"blocked.do_fr", ""},
		{"fields", "The target fields with something to do."}, {"fields.name", ""}, {"fields.changed", "Records in which it changes."},
		{"fields.added", "Records that get it because the field is new to the mapping."}, {"fields.cleared", "Records in which it is emptied."},
		{"fields.kept", "Records in which it would be emptied, and is not."}, {"fields.by_hand", "Records in which it differs and is not sent again: to do by hand."}, {"fields.stopped", "Records in which a guard left it out."}, {"fields.new", "True: the field is new to the mapping."}, {"fields.put_back", "Records in which it was edited at the target, and is put back: `authority = \"source\"` alone."}, {"fields.unseen", "True: it can't be compared with the target, which shows it of nobody."},
		{"unfilled", "Source fields that are less full than declared; left out where there is none."}, {"unfilled.field", ""}, {"unfilled.declared", "As the mapping says it."}, {"unfilled.filled", "How many have it."}, {"unfilled.of", "Of how many."},
		{"fields.pending", "Records that go without it, because the record that it refers to is not linked."}, {"fields.expected", "Records for which a mapping that runs before this one will link it."},
		{"read.received", "Records read."}, {"read.expected", "Records that the source announced; -1 without."}, {"read.calls", "Calls that it took."},
		{"read.since", "Of a mapping with incremental, where only what changed was read: since when."},
		{"read.whole", "Of a mapping with incremental, why everybody was read: first, mapping, day, pilot, unfinished, refused (bad-cursor), no-place, beside (somebody is new, back, or has another key) or agreed (to what is done with somebody who is no longer given)."},
		{"read.no_place", "With whole: the source did not say where the next read may go on."},
		{"planned.create", "Records to create."}, {"planned.update", ""}, {"planned.link", "Found at the target and tied."}, {"planned.unchanged", ""},
		{"planned.deactivate", ""}, {"planned.reactivate", ""}, {"planned.delete", ""},
		{"planned.held", "Held back, each in an event of its own."}, {"planned.reference_missing", "Held for want of a record that they refer to; not among held."}, {"planned.waiting", "Not ready, each in an event of its own."}, {"planned.skipped", "Not ready, and passed over."},
		{"planned.blocked", "Stopped by a guard."}, {"planned.left", "Left and never linked, or left before."}, {"planned.out_of_scope", "Not selected by where."}, {"planned.gone", "Known before and no longer read; untouched."},
		{"planned.aside", "Not among those that --who names."}, {"planned.unlink", "Links that an undo forgets."},
	}
	summary = append(summary,
		EventField{"snapshot", "Of a target that is written as a whole; left out otherwise."}, EventField{"snapshot.lines", "How many it would hold, or holds."},
		EventField{"snapshot.write", "True: it is written."}, EventField{"snapshot.why", "first, changes, form (its order or form is another) or always; empty where nothing is written."},
		EventField{"snapshot.blocked", "True: somebody would be missing, and nothing is written."}, EventField{"snapshot.pending", "Changes that wait for a blocked one."},
		EventField{"snapshot.kept", "Whose last line stands in; each has a person."}, EventField{"snapshot.kept.why", "held, waiting, skipped, blocked, gone or out of scope."},
		EventField{"snapshot.kept.since", "When the line was last known to be true."})
	run := append(append([]EventField{}, summary...),
		EventField{"run", "The run's id."}, EventField{"status", "succeeded, partial, blocked, failed or skipped."},
		EventField{"acknowledged", "Of those held, refused or ambiguous: how many somebody has acknowledged."},
		EventField{"pending", "By field, how many records went without it, because the record that it refers to is not linked."},
		EventField{"calls", "Requests made to each system: source, source_least, target, target_least, the least being those that nothing could do without. Left out where a connector did not say."},
		EventField{"calls.source", ""}, EventField{"calls.source_least", ""}, EventField{"calls.target", ""}, EventField{"calls.target_least", ""},
		EventField{"settled", "Operations of an interrupted run whose fate was learnt first."},
		EventField{"done.create", "Records created."}, EventField{"done.update", ""}, EventField{"done.link", ""}, EventField{"done.deactivate", ""}, EventField{"done.reactivate", ""}, EventField{"done.delete", ""}, EventField{"done.unlink", "Links forgotten by an undo."}, EventField{"done.failed", "Not taken by the target."},
		EventField{"done.ambiguous", "Sent and never answered."}, EventField{"done.unsettled", "Sent, and to be settled by the next run."}, EventField{"done.unsent", "Planned and not sent any more."})
	result := []EventField{
		{"at", "When, in UTC."}, {"person.id", "The source's own id."}, {"person.shown", "How the person is named."}, {"target_id", "The target's own id, where it is known."},
		{"operation", "create, update, link, deactivate, reactivate, delete or unlink; empty where none was tried."},
		{"outcome", "succeeded, failed, skipped, waiting, held, blocked, ambiguous or gone. Who is unchanged has no result, but for a note of what is to be copied by hand (by-hand)."},
		{"case", "The operation as HR systems' own monitoring calls it: provisioning, update, deprovisioning, link, reactivation or unlink; empty where none was tried."},
		{"verdict", "success; failed: somebody has to mend something, or to look; skipped: left as it is, on purpose."},
		{"message", "What happened, for whoever administers HR data, in the language of --lang."},
		{"source_url", "Where people open the record at the source; empty where no address is known."}, {"target_url", "The same at the target."},
		{"left_out", "Fields that the target did not take of a record that it took: each with field, code, summary and remedy."},
		{"code", "See [errors](errors.md)."}, {"field", "The field, requirement or part that it is about."}, {"summary", "The message."}, {"remedy", "What to do."},
		{"answer", "What the target answered, with every value that was sent replaced by its field's name: ‹email›."}, {"status", "Of HTTP; 0 without."},
		{"attempts", "How often it was tried."}, {"retry", "The retry class."}, {"place", "Of the expression: file:line:column."},
	}
	past := []EventField{
		{"run", "Its id."}, mapping, {"trigger", "manual, pilot (for named people alone), undo, or as the mapping says."}, {"status", "running, succeeded, partial, blocked or failed."},
		{"started", "In UTC."}, {"ended", "In UTC; empty while it runs."},
		{"operations", "What took effect: provisioning, update, deprovisioning, link, reactivation."}, {"counts", "Records by what became of them."}, {"calls", "Requests made, as in run."},
		{"per_thousand", "Requests to both systems for a thousand people read: calls, and least; each left out where a connector did not say, or where fewer than 100 were read."},
		{"per_thousand.calls", ""}, {"per_thousand.least", ""},
	}
	entry := []EventField{
		{"first_seen", "Since when, in UTC."}, {"last_seen", "When a run met it last."}, {"run", "That run."},
		{"known_until", "Somebody acknowledged it until then; empty without."}, {"known_by", "Who."},
	}
	about := func(more ...EventField) []EventField {
		return append(append([]EventField{mapping}, person...), more...)
	}
	return []Event{
		{"version", "Which program speaks.", []EventField{{"format", "The version of the events: 1."}, {"version", "The engine's."}, {"platform", "What it was built for."}, {"language", "The newest language it reads."}}},
		{"diagnostic", "Something the engine has to say.", []EventField{
			{"diagnostic.severity", "error or warning."}, {"diagnostic.code", "Stable; see [errors](errors.md)."}, {"diagnostic.summary", ""}, {"diagnostic.detail", ""}, {"diagnostic.remedy", ""},
			{"diagnostic.class", "refused, credentials, unavailable, fault or interrupted: decides the exit code."},
			{"diagnostic.range", "file, start and end, each with line, column and byte."}, {"diagnostic.in", "The blocks around it, outermost first."},
			{"diagnostic.snippet", "line, text, and start and end of the wrong part in characters."}}},
		{"progress", "How far it is; as often as there is news.", []EventField{mapping, {"phase", "reading or applying."}, {"done", "Records so far."}, {"expected", "Records in all, where known."}}},
		{"valid", "`engine validate` found no error.", []EventField{{"workspace", "The folder."}, {"replaced[]", "Lines of packages that its extensions replace: what, shipped and by, the last two places in files. Left out without."}}},
		{"finding", "What `engine check` found of one field, or of a resource as a whole.", []EventField{
			mapping, {"system", "The system that was asked."}, {"resource", "The collection."}, {"write", "True: about the target."}, {"path", "The field; empty: the resource as a whole."},
			{"evidence", "What was found, such as readable or not permitted."}, {"right.fr", "The right that is missing, as the system calls it."}, {"right.en", ""}, {"say", "What it means."}, {"remedy", "What to do."}}},
		{"planned_change", "One operation of a plan.", about(
			EventField{"operation", "create, update, link, deactivate, reactivate or delete."}, EventField{"target_id", "The target's id, where it is known."},
			EventField{"fields", "The target fields that would be sent."}, EventField{"cleared", "Those that would be emptied."}, EventField{"values", "What would be sent, with --show-values alone: personal data."},
			EventField{"references", "The fields that hold the target's id of another record, looked up when they are sent: each with the mapping that carries it, and its id at the source."},
			EventField{"from", "The source id that the person had before, of somebody who comes back under another one."})},
		{"held", "A record that is not sent.", about(reason...)},
		{"waiting", "A record that is wanted and not ready. It is no error.", about(
			EventField{"require", "The requirement that is not met."}, EventField{"say.fr", "It in words."}, EventField{"say.en", ""}, EventField{"fields", "The source fields that it wants filled."})},
		{"blocked", "An operation that a guard stopped.", about(EventField{"operation", "What an approval signs: create, deactivate, delete, held, identity, or the part and the field."}, EventField{"part", "The part to approve."}, EventField{"field", "The field, of a part that is one."})},
		{"by_hand", "A field that changed at the source of somebody whom it is no longer sent for; at most 1000 of them, the rest is counted in fields.by_hand.", about(EventField{"field", "The target field."})},
		{"gone", "A record that was known and is no longer read. Nothing is done about it.", about()},
		{"plan", "A plan as a whole, after its changes.", append(append([]EventField{}, summary...),
			EventField{"pace.rate", "The most that the target is sent, such as 20/s. Left out, with seconds, where no rate is known or many records go in one request."},
			EventField{"pace.seconds", "How long the plan takes at that rate, if each operation is one request."})},
		{"failed", "A record that the target did not take.", about(reason...)},
		{"left_out", "A field that the target did not take of a record that it took; it is sent again by the next run.", about(reason...)},
		{"ambiguous", "A record that was sent and never answered, and that nothing can settle but a person.", about(reason...)},
		{"run", "A run as a whole.", run},
		{"nothing_due", "`engine run --due` found no mapping that is due.", nil},
		{"approved", "What `engine approve` signed.", []EventField{mapping, {"run", "The run whose block it answers."}, {"part", "The part."}, {"people", "Each with id and shown."}, {"until", "When it lapses, in UTC."}}},
		{"undoing", "What a run did that `engine undo` can't take back; a plan of what it can follows.", []EventField{{"run", "The run."}, {"created", ""}, {"updated", ""}, {"deleted", ""}}},
		{"past_run", "A run of the past.", past},
		{"past_result", "What became of one person in it.", append([]EventField{{"run", "The run."}, mapping}, result...)},
		{"held_record", "Somebody who is held, waiting, refused or ambiguous now.", append(append([]EventField{mapping}, append(without(result[1:], "case", "verdict", "message", "source_url", "target_url", "left_out"), entry...)...),
			EventField{"forgotten_on", "When the entry lapses unless a run meets it again; left out where somebody must decide."})},
		{"held_changed", "What was changed of held records.", []EventField{{"change", "retry, drop or acknowledge."}, {"people", "Each with id, shown and mapping."}}},
		{"who", "What is known of somebody.", []EventField{{"asked", "The name or id."}, {"near", "Names close to it, where nobody fits."},
			{"people", "Everybody who fits: id, shown, source, resource, and mappings."},
			{"people.mappings", "Each with mapping, target, target_resource, state (at the target, not up to date, switched off, not there, never sent there, nobody knows), target_id, since, held, results, approvals, last_run (told: whether it recorded something of the person)."},
			{"people.mappings.source_url", "Where people open the record; empty where no address is known."}, {"people.mappings.target_url", ""},
			{"people.mappings.state", ""}, {"people.mappings.since", ""}, {"people.mappings.held", "As held_record."}, {"people.mappings.results", "As past_result."},
			{"people.mappings.approvals", "operation, run, who, at, until."}, {"people.mappings.last_run.told", ""},
			{"people.source", ""}, {"people.resource", ""}, {"people.id", ""}, {"people.shown", ""}, {"people.mappings.target", ""}, {"people.mappings.target_resource", ""},
			{"people.mappings.approvals.who", ""}, {"people.mappings.approvals.until", ""}}},
		{"forgotten", "What `engine forget` erased.", []EventField{{"id", "The source id, for the last time."}, {"links", ""}, {"held", ""}, {"results", "They stay counted."}, {"approvals", "They stay counted."},
			{"children", "How many records beneath the person are among them."}, {"grouped", "By collection: how many groups have the person's id in theirs. With `--grouped=false` they were left."}}},
		{"report", "A report of `engine report`.", []EventField{{"run", "The run."}, {"lang", "fr or en."}, {"format_of", "text or html."}, {"text", "The report."}}},
		{"ledger", "A ledger as a whole.", []EventField{{"ledger", "Its id."}, {"path", ""}, {"bytes", "On disk."}, {"scopes", "Each with source, source_resource, target, target_resource, active and deactivated: how many links."},
			{"scopes.active", ""}, {"scopes.deactivated", ""},
			{"moves", "What `engine ledger move` did: each with side, from, to, links, who, at, and confirmed: a run has found the links right."},
			{"moves.side", ""}, {"moves.from", ""}, {"moves.to", ""}, {"moves.links", ""}, {"moves.who", ""}, {"moves.at", ""}, {"moves.confirmed", ""}}},
		{"moving", "What `engine ledger move` would do, then what it did.", []EventField{{"from", "The tenant's name until now."}, {"to", "From now on."}, {"done", "False: it would."},
			{"scopes", "As in ledger, under the names until now."}}},
		{"link", "One link, of `engine ledger export`.", []EventField{{"source", "The source's tenant."}, {"source_resource", ""}, {"target", "The target's tenant."}, {"target_resource", ""},
			{"id", "The source id."}, {"target_id", ""}, {"state", "active or deactivated."}, {"changed", "In UTC."}}},
		{"verified", "`engine ledger verify` found the ledger whole.", []EventField{{"ledger", "Its id."}}},
		{"unlocked", "`engine unlock` found that nobody has the ledger.", []EventField{{"left", "What a killed process had left; empty when nothing."}}},
		{"formatted", "A file that `engine fmt` changed, or would change.", []EventField{{"file", "Its name; <stdin> for what came from there."}, {"written", "False with --check, --diff or stdin."}, {"diff", "With --diff: a unified diff."}, {"text", "Of stdin: the formatted text."}}},
		{"rule", "What became of one rule of `engine plugin test`.", []EventField{{"rule", "Its name, see [conformance](conformance.md)."}, {"says", "The rule."}, {"must", "False: a plugin works without, but worse."}, {"outcome", "passed, failed, advised (a rule that it should keep and does not) or skipped."}, {"detail", "Why."}}},
		{"made", "What `engine plugin new` made.", []EventField{{"dir", "The folder."}, {"files", "The files in it."}}},
		{"value", "The result of `engine eval`.", []EventField{{"value", "The result; null when it is empty."}}},
		{"mapped", "What `engine eval --mapping` makes of a record.", []EventField{
			{"mapped.mapping", "The mapping."}, {"mapped.shown", "How the person is named."}, {"mapped.in_scope", "False: where does not select the record."},
			{"mapped.left", "True: leavers.when says so; only what a departure sends is computed."}, {"mapped.unmet", "Requirements that are not met: require, else, before."},
			{"mapped.held", "Every reason to hold the record, with field, code, summary, detail and remedy."}, {"mapped.record", "What would be sent."},
			{"mapped.references", "The fields that hold the target's id of another record: each with its mapping and the record's id at the source."}}},
		{"lineage", "Where the fields of one mapping come from.", []EventField{
			{"lineage.mapping", "The mapping."}, {"lineage.from", "system, plugin, connection and resource."}, {"lineage.to", "The same of the target."},
			{"lineage.fields", "Each target field: target, type, key, required, sources (name, path, type, section), expression, copied."},
			{"lineage.uses", "What else reads source fields: word, sources, expression."}, {"lineage.unused", "Source fields that nothing uses."}}},
		{"installed", "A plugin that `engine init` made sure of.", []EventField{{"plugin", "Its name."}, {"version", ""}, {"signed_by", "The public key."}, {"platforms", "Those that the lock file holds."}, {"new", "True: its signer was seen for the first time."}, {"fetched", "True: it was brought from the mirror just now."}}},
		{"pinned", "A package of mappings that `engine init` locked, or found as locked.", []EventField{{"package", "Its name; one inside another after a /."}, {"version", "What it says itself; empty without."}, {"files", "How many of its files count: mapping files and tables."}, {"new", "True: the lock file did not name it before."}, {"changed", "True: it is another than was locked, and --upgrade took it."}}},
		{"plugin", "A plugin of `engine plugin list`, or one that `engine init` found and left as it is.", []EventField{{"plugin", "Its name."}, {"path", "The executable."}, {"version", "Of the lock file; empty without."}, {"signed_by", "The public key; empty without."}, {"verified", "True: it is as locked."}, {"code", "What is wrong; see [errors](errors.md)."}, {"summary", "It in words."}}},
		{"described", "What a plugin says of itself: `engine plugin show`.", []EventField{{"plugin", "Its name."}, {"version", ""}, {"path", "The executable."}, {"text", "Markdown."}}},
		{"schema", "What a plugin says of itself, for programs: `engine plugin schema`.", []EventField{{"plugin", "Its name."}, {"version", ""}, {"schema", "An object, as the command writes it without --json."}}},
		{"plugin_verified", "A plugin that `engine plugin verify` checked.", []EventField{{"plugin", "Its name."}, {"version", ""}, {"signed_by", "The public key."}, {"platforms", "Those that were checked."}, {"intact", "False: a diagnostic says why."}}},
		{"packaged", "What `engine plugin package` made.", []EventField{{"plugin", "Its name."}, {"version", ""}, {"signed_by", "The public key."}, {"platforms", ""}, {"folder", "Where it is."}}},
		{"key", "The key that `engine plugin keygen` made.", []EventField{{"public", "The half to show."}, {"file", "Where the private half is."}}},
		{"call", "A call to a plugin, with --trace: how long and how large, never what was in it.", []EventField{{"plugin", "Its name."}, {"method", "Of the protocol."}, {"took_ms", ""}, {"status", "OK, or how it failed."}, {"sent", "Messages."}, {"sent_bytes", ""}, {"received", "Messages."}, {"received_bytes", ""}}},
		{"test", "What became of one example of `engine test`.", []EventField{
			{"test.test", "Its name."}, {"test.case", "Of its cases, where it has any."}, {"test.mapping", "The mapping."}, {"test.file", "Where it stands."}, {"test.line", ""}, {"test.passed", ""},
			{"test.failures", "Each with what, expected, got, why, at (the expectation's place) and map (the map line's). None where the test itself is wrong: a diagnostic says how."}}},
		{"coverage", "What the examples of one mapping went through.", []EventField{
			{"coverage.mapping", "The mapping."}, {"coverage.lines", "Of map: covered, of."}, {"coverage.branches", "Sides of ?:, where, leavers and require: covered, of."},
			{"coverage.missed", "What none went through: what, at."}}},
		{"tests", "All examples together.", []EventField{{"passed", ""}, {"failed", ""}}},
		{"permissions", "What is needed of one resource of a connection.", []EventField{
			{"permissions.connection", ""}, {"permissions.plugin", ""}, {"permissions.system.fr", "What people call it."}, {"permissions.system.en", ""}, {"permissions.resource", "The collection."},
			{"permissions.label.fr", "What people call it."}, {"permissions.label.en", ""}, {"permissions.write", "True: to write it."}, {"permissions.mappings", "Which mappings need it."},
			{"permissions.rights", "Each with id, name (fr, en), section, whole (nothing goes without), fields (name, path, label, optional), settings that ask for it, and optional: what can be switched off to do without."}}},
		{"generated", "A mapping that `engine generate` made.", []EventField{{"text", "HCL."}, {"paired", "The target fields that were paired."}, {"missing", "Those that the target requires and nothing was paired with."}}},
		{"written", "A file that was written.", []EventField{{"file", "Its name."}}},
		{"page", "A page of `engine reference` or `engine docs`.", []EventField{{"page", "Its name."}, {"text", "Markdown."}}},
		{"pages", "What `engine reference` has.", []EventField{{"pages", "Their names."}}},
		{"result", "The last line.", []EventField{{"exit", "The exit code."}, {"result", "It in a word: done, refused, changes, blocked, partial, credentials, unavailable, fault or interrupted."}, {"at", "When, in UTC."}}},
	}
}

// without leaves out members that another event does not have.
func without(fields []EventField, names ...string) []EventField {
	return slices.DeleteFunc(slices.Clone(fields), func(f EventField) bool { return slices.Contains(names, f.Name) })
}
