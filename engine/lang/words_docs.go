package lang

import (
	"maps"
	"slices"
)

// BlockDoc describes one kind of block for the language reference.
type BlockDoc struct {
	Block    string // how it is written: mapping "name"
	About    string
	Words    []WordDoc
	Settings bool // attributes that are not among Words are settings of the connector
}

// WordDoc describes one word that a block may hold.
type WordDoc struct {
	Word  string
	Block bool // a block, with its names; otherwise an attribute
	Names int  // of a block: how many names follow the word
	Later bool // belongs to the language, refused by this version
	About string
}

// Vocabulary is every word of the language, block by block, in the order of the
// reference.
func Vocabulary() []BlockDoc {
	var out []BlockDoc
	for _, d := range documented {
		block := BlockDoc{Block: d.block, About: d.about, Settings: d.words.settings}
		for _, w := range d.words.attrs {
			block.Words = append(block.Words, WordDoc{Word: w, About: d.docs[w]})
		}
		for _, w := range d.words.words()[len(d.words.attrs):] {
			block.Words = append(block.Words, WordDoc{Word: w, Block: true, Names: d.words.blocks[w], About: d.docs[w]})
		}
		for _, w := range d.words.later {
			if !slices.ContainsFunc(block.Words, func(known WordDoc) bool { return known.Word == w }) {
				block.Words = append(block.Words, WordDoc{Word: w, Later: true, About: d.docs[w]})
			}
		}
		out = append(out, block)
	}
	return out
}

// blockDocs is a vocabulary with a line for each of its words.
type blockDocs struct {
	words        *vocabulary
	block, about string
	docs         map[string]string
}

var leaverDocs = map[string]string{
	"when": "Expression: true for who has left.", "do": "keep (as without), deactivate or delete.", "back": "What happens once it is no longer true: reactivate, or keep: the account stays switched off, also for who returns under a new id.",
	"gone": "Who is no longer read at all: report, or deactivate under a limit.", "out": "Who is still read but no longer selected: report, or deactivate under a guard.",
}

// ofTest are the words that a test and its cases have in common, with more.
func ofTest(more map[string]string) map[string]string {
	out := map[string]string{
		"now": "The moment that decides today().", "inputs": "Values of inputs: { name = value }.",
		"given":    "What the sources give, by the names of their fields: { source = { field = value } }, or a list of records.",
		"before":   "What was different in given when it was last sent; {} where nothing was. Without it, nothing was ever sent.",
		"linked":   "Who is linked, by mapping: { people = { \"1\" = \"t-1\" } }, or { id = \"t-1\", state = \"deactivated\" }.",
		"existing": "What the target already has: one record or a list.", "expect": "What should become of it.",
	}
	maps.Copy(out, more)
	return out
}

var documented = []blockDocs{
	{fileWords, "a file", "A workspace is a folder: all its *.hcl and *.hcl.json are read as one. Tests are in *.test.hcl.", map[string]string{
		"language":    "The version that the file is written for: 1.",
		"integration": "What this workspace, or package, is and where its today is.",
		"plugin":      "Which version of a connector is wanted; without it, that of the lock file.",
		"input":       "A value that is given from outside. Expressions read it as input.NAME.",
		"locals":      "Values with a name. HCL and expressions read them as local.NAME.",
		"connection":  "One configured connector: which system, with which key.",
		"table":       "A list of values and what they become, for lookup().",
		"fieldset":    "Source fields that several mappings use.",
		"mapping":     "One source, its expressions and one target.",
		"package":     "A shipped workspace, used as it is, with what is added here.",
		"transform":   "An expression with parameters and a name of its own.",
		"retention":   "How long runs and held records are remembered.",
		"period":      "Reserved: pay periods.",
		"test":        "Not here: tests are in *.test.hcl.",
	}},
	{retentionWords, "retention", "As a number of days, weeks, months or years: \"13 months\". Links stay as long as the ledger.", map[string]string{
		"runs": "What runs did person by person, with names and approvals; 13 months without, 31 days at least. The counts of a run stay.",
		"held": "Held records that no run has met again; 30 days without. What is ambiguous stays until a person decides.",
	}},
	{integrationWords, `integration "name"`, "", map[string]string{
		"title": "How people call it: { fr = …, en = … }.", "publisher": "Who answers for it.", "modules": "Which modules of the source it concerns.",
		"setup": "How it is set up: \"self-service\", or by whom.", "version": "The package's own version.",
		"timezone": "The IANA time zone in which it becomes today; needed once today(), past() or age() is used.",
	}},
	{pluginWords, `plugin "name"`, "", map[string]string{"version": "A constraint such as \"~> 1.0\"."}},
	{inputWords, `input "name"`, "Given with --input name=value, --inputs FILE or ENGINE_INPUT_name.", map[string]string{
		"type": "string, int, double, decimal, bool, date, timestamp, list(…), map(…) or object({…}).", "default": "Its value when none is given; without it, one must be.",
		"sensitive": "true: never shown, and fit for secrets.", "validation": "A condition that the value must meet, and what to say otherwise.",
	}},
	{validationWords, "validation (in input)", "Judged as soon as the inputs have their values.", map[string]string{
		"that": "Expression over inputs, locals and tables: true for a value that is right.", "say": "What is told otherwise: { fr = …, en = … }.",
	}},
	{transformWords, `transform "name"`, "Called in expressions as name(…). It knows inputs, locals and tables, and no source.", map[string]string{
		"params": "The names of what is given to it: [\"s\"].", "value": "Expression over its parameters.",
	}},
	{connectionWords, `connection "name"`, "Secrets come from env(\"NAME\") or file(\"path\"), never as text.", map[string]string{
		"plugin": "The connector.", "rate_limit": "Requests, such as \"300/min\", instead of what the connector proposes.",
		"settings": "Settings of the connector whose names the language uses itself.", "for_each": "Reserved: one connection for each of a list.",
	}},
	{tableWords, `table "name"`, "", map[string]string{
		"values": "{ from = \"to\" }.", "from_csv": "A file beside this one instead: a header line, then two columns, in UTF-8.",
		"unknown": "What a value becomes that is not in it: \"hold\" (as without), \"keep\", or text(\"…\").",
	}},
	{fieldsetWords, `fieldset "name"`, "", map[string]string{"field": "As in a source."}},
	{mappingWords, `mapping "name"`, "", map[string]string{
		"after": "Mappings that must have ended well before.", "enabled": "false, or an input: left out, with all that needs it.", "shown_as": "Expression: how a person is named to whoever looks at a plan.",
		"trigger": "When it is run.", "source": "What is read; further ones are joined to the first.", "target": "What is written.",
		"each": "One target record for each element of a list.", "require": "What must be there before a person is sent; until then he waits, by name.",
		"leavers": "Who has left, as a fact in his record, and what is done then.", "removed": "The same for records that are not people.",
		"same_person": "source.field of what makes a person: who returns under a new id takes their record over, and an id that becomes somebody else is stopped.", "guard": "Limits above which somebody is asked, and changes that were announced.",
		"purpose": "Why data of a class may go to this recipient.", "review": "Reserved: somebody looks before anything is sent.", "period": "Reserved: pay periods.",
	}},
	{leaversWords, "leavers", "A leaver is one whose record says so; nobody left because he was not read.", leaverDocs},
	{removedWords, "removed", "The same idea for records that are not people.", leaverDocs},
	{requireWords, `require "name"`, "", map[string]string{
		"fields": "source.field of each field that must be filled.", "that": "Or an expression that must be true.", "before": "The operations that wait for it: [\"create\"]; without, all.",
		"else": "wait, hold or skip.", "say": "How it is told to people: { fr = …, en = … }.",
	}},
	{guardWords, "guard", "", map[string]string{
		"removals": "The limit of deactivations and deletions in seven days.", "expect": "A change that was announced, and so is no surprise.",
		"gone": "The limit of records that are no longer read.", "creates": "The limit of creations in seven days.", "sharp": "The limit of people for whom one sharp field changes.", "changes": "The limit of people for whom another field changes.",
		"nulls": "The limit of people for whom one field is emptied; a sharp field always asks.", "identity": "How many ids may become another person before the whole plan waits, and not only they.", "scope": "The limit of people who leave because the filter was edited.",
		"held": "The limit of records that are newly held.", "read": "By how much a read may be smaller than the largest of 30 days.",
	}},
	{eachWords, `each "name"`, "The name is a variable whose fields are the element's. What where, leavers and require say holds for each element.", map[string]string{
		"in": "Expression: the list, such as a source joined with many.", "id": "Expression: what tells the elements of one record apart. Identity is the record's and this.",
	}},
	{limitWords, "removals, gone, … (in guard)", "The limit of one part.", map[string]string{"at_most": "A number, a share, or both: [2, \"5%\"] is the greater."}},
	{expectWords, `expect "name"`, "", map[string]string{
		"removals": "How many are announced.", "from": "The first day.", "until": "The last day.",
		"fields": "Target fields that are announced to change.", "up_to": "For how many people, in percent of those linked: \"50%\"; without, for all.", "creates": "How many creations are announced.",
	}},
	{purposeWords, `purpose "class"`, "bank, social-security, health and pay data go nowhere without one.", map[string]string{
		"why": "What the recipient does with it: { fr = …, en = … }.", "basis": "The legal basis.", "retention": "How long the recipient keeps it.",
	}},
	{triggerWords, "trigger", "One of them.", map[string]string{
		"manual": "true: only when somebody asks.", "daily": "At a time of day, \"02:00\".", "every": "A length of time, \"15m\".", "monthly": "On a day of the month, 25.", "cron": "As cron writes it, \"0 2 * * *\".",
	}},
	{sourceWords, `source "name"`, "Expressions read its fields as name.field.", map[string]string{
		"connection": "connection.NAME.", "resource": "Which collection of the system.", "where": "Expression over its own fields: which records are wanted; the others are out of scope.",
		"use": "Fieldsets: [fieldset.NAME].", "id": "Fields that identify a record, only where the connector states none.", "settings": "Settings of the connector whose names the language uses itself.",
		"enabled": "false, or an input: left out.", "field": "A field that is read.", "section": "Custom fields of one section of the employee file, granted as one right.",
		"on": "Joins it to the sources before it: { its_field = \"expression\" }. An empty key matches nothing.", "many": "true: all records that match are joined, as a list. Without it one or none; two hold the record.", "group": "Fields of the first source: one record for each group; other fields become lists.",
		"incremental": "true: reads what changed since the last run, where the connector can tell, and everybody at least once a day. Refused with joins, windows, groups, each, snapshots, and expressions that ask which day it is.", "window": "The days of a date field that are read; what lies outside is not gone.",
	}},
	{windowWords, `window "field"`, "What lies outside of it, or falls out with time, is not read, and is not gone.", map[string]string{
		"from": "Expression over today(), inputs and locals: the first day.", "to": "The last day.",
	}},
	{fieldWords, `field "name" (in a source)`, "", map[string]string{
		"path": "Where it is in the connector's record: names joined by dots, quoted in brackets where needed. It goes on in the record that a field refers to: manager.mail.", "type": "Needed where the connector does not know the field.",
		"label": "How people call it: { fr = …, en = … }.", "required": "true: a record without it is held.", "class": "identity, contact, bank, social-security, health or pay.",
		"sharp": "login, e-mail, status or end-date: what guards watch closest.", "enabled": "false, or an input: left out.", "fill": "How full it is meant to be: \"95%\", \"all but one\".",
	}},
	{sectionWords, `section "name"`, "", map[string]string{"enabled": "false, or an input: left out.", "field": "As in a source; its path starts where custom fields live."}},
	{targetWords, `target "name"`, "", map[string]string{
		"connection": "connection.NAME.", "resource": "Which collection of the system.", "key": "Target fields that identify a record there; may be left out where match is given.", "required": "Target fields without which a record is held.",
		"settings": "Settings of the connector whose names the language uses itself.", "map": "What is sent: target field = \"expression\", or a constant.",
		"field": "Declares a field that the connector does not know.", "endpoint": "How one operation is called, for HTTP targets.", "match": "How people who are there already are found.",
		"once": "Fields that are sent at creation and return only.", "never_clear": "Fields that are never emptied.", "authority": "\"shared\": send what changed; \"source\": compare with the target, and put back what was edited there.",
		"snapshot": "For a target that is written as a whole: how it is; all of it may be left out.",
	}},
	{matchWords, "match (in a target)", "Whoever is found is linked, if all fields of confirm are the same there; otherwise he is held. Nobody who has left is looked for.", map[string]string{
		"by":      "Target fields by which the target is asked. Who has one of them empty is held, unless he is linked already.",
		"confirm": "Target fields that must be the same, too: texts but for case and spaces around them, all else exactly.",
	}},
	{snapshotWords, "snapshot (in a target)", "For a target that is written as a whole, such as a flat file: who is not in it has left, for its reader. The whole is put in place at once, or not at all.", map[string]string{
		"held":    "Who is held back: last_good (as without) keeps his last line, for 7 days, and leaves out who was never in it; block writes nothing.",
		"always":  "true: written also when nothing changed.",
		"sort_by": "Target fields by whose values the lines are ordered, empty ones first; without, the source's order.",
	}},
	{targetFieldWords, `field "name" (in a target)`, "", map[string]string{
		"type": "What it holds.", "class": "As in a source field.", "sharp": "As in a source field.",
	}},
	{endpointWords, `endpoint "operation"`, "find, create, update, deactivate, reactivate or delete. What is left out is the connector's own way.", map[string]string{
		"fields": "Of a second update: the fields that go this way.", "method": "Of HTTP.", "path": "Below the connection's url; {field} and {id} are filled in.", "query": "Parameters of the address.",
		"headers": "Of the request.", "body": "What is sent instead of the mapped fields; {field} is filled in.", "wrap": "The name under which the record, or the list of `batch = \"array\"`, stands in the body; not beside body, but for such a list.",
		"batch": "\"one\", \"array\" or \"ndjson\".", "success": "Statuses that mean done.", "conflict": "Statuses that mean: another has this key.", "items": "Where the answer's list is.",
		"id": "Where the answer holds the record's id.", "clear": "How a field is emptied: \"null\", \"empty\" or \"omit\".", "idempotency_header": "The header of the idempotency key.",
		"reconcile": "How an unanswered write is settled: \"lookup\", \"idempotency-key\", \"upsert\" or \"none\".", "page": "How a list is cut into pages.",
	}},
	{pageWords, "page (in endpoint)", "How the list of a find is cut into pages. Without it, it comes whole.", map[string]string{
		"by":    "\"page\" (a number), \"offset\", \"cursor\" (a text of the answer), \"next\" (an address in the answer) or \"link\" (an address in its header).",
		"param": "The parameter that carries it; without, its name is what by says.", "next": "Where the answer holds the next cursor or address.",
		"size_param": "The parameter that carries the size.", "size": "How many records to ask for.", "first": "The number of the first page; without, 1.",
		"total": "Where the answer holds how many records there are.", "pages": "Where it holds how many pages there are.", "more": "Where it says whether there are more.",
	}},
	{testFileWords, "a test file", "Tests are in *.test.hcl, beside the mappings; engine test runs them.", map[string]string{
		"language": "The version that the file is written for: 1.", "test": "An example with what is expected of it.",
	}},
	{testWords, `test "name" (in *.test.hcl)`, "An example that engine test plans as a run would. Without now it is noon on 2026-01-01, UTC.", ofTest(map[string]string{
		"mapping": "The mapping that is tested: mapping.NAME.", "case": "One of several examples.",
	})},
	{caseWords, `case "name" (in test)`, "One of several examples: what it says stands over what its test says, in given and before field by field.", ofTest(nil)},
	{expectationWords, "expect (in test, case)", "What should become of a record. Of several records the order is that of given, unless id says which.", map[string]string{
		"id": "The source's id of the record, where there are several.", "operation": "create, update, link, deactivate, reactivate, delete or none.",
		"outcome": "Why nothing is done: \"unchanged\", \"left\", \"out of scope\", \"waiting\", \"skipped\" or \"held\".",
		"output":  "Exactly what is sent; null for what is cleared. engine test --update writes it.", "contains": "At least this is sent.",
		"held": "The code for which the record is held.", "field": "The field for which it is.", "waiting": "The require block that it waits for.",
		"error": "The code for which nothing can be planned at all.",
	}},
	{packageWords, `package "name"`, "", map[string]string{
		"from": "Its folder: beside the workspace, then beside the executable.", "version": "A constraint on its version.", "inputs": "The values of its inputs.",
		"extend": "Adds to one of its mappings, or replaces lines of it.",
	}},
}
