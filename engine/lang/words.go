package lang

import (
	"maps"
	"slices"
)

// vocabulary is what one kind of block may hold. later are words that belong
// to the language but can't be carried out yet: to ignore one would do
// something else than the file says.
type vocabulary struct {
	what     string // "a source"
	attrs    []string
	blocks   map[string]int // and how many labels each has
	later    []string
	settings bool // other attributes are settings of the connector
}

func (v *vocabulary) words() []string {
	return append(slices.Clone(v.attrs), slices.Sorted(maps.Keys(v.blocks))...)
}

var (
	fileWords = &vocabulary{
		what:  "a mapping file",
		attrs: []string{"language"},
		blocks: map[string]int{
			"integration": 1, "plugin": 1, "input": 1, "locals": 0, "connection": 1, "table": 1,
			"fieldset": 1, "mapping": 1, "package": 1, "transform": 1, "retention": 0, "test": 1,
		},
		later: []string{"period"},
	}
	retentionWords   = &vocabulary{what: "retention", attrs: []string{"runs", "held"}}
	integrationWords = &vocabulary{what: "integration", attrs: []string{"title", "publisher", "modules", "setup", "version", "timezone"}}
	pluginWords      = &vocabulary{what: "plugin", attrs: []string{"version"}}
	inputWords       = &vocabulary{what: "an input", attrs: []string{"type", "default", "sensitive"}, blocks: map[string]int{"validation": 0}}
	validationWords  = &vocabulary{what: "a validation", attrs: []string{"that", "say"}}
	transformWords   = &vocabulary{what: "a transform", attrs: []string{"params", "value"}}
	connectionWords  = &vocabulary{what: "a connection", attrs: []string{"plugin", "rate_limit", "settings"}, later: []string{"for_each"}, settings: true}
	tableWords       = &vocabulary{what: "a table", attrs: []string{"values", "unknown", "from_csv"}}
	fieldsetWords    = &vocabulary{what: "a fieldset", blocks: map[string]int{"field": 1}}
	fieldWords       = &vocabulary{what: "a source field", attrs: []string{"path", "type", "label", "required", "class", "sharp", "enabled", "fill"}}
	sectionWords     = &vocabulary{what: "a section", attrs: []string{"enabled"}, blocks: map[string]int{"field": 1}}
	mappingWords     = &vocabulary{
		what:   "a mapping",
		attrs:  []string{"after", "enabled", "shown_as", "same_person"},
		blocks: map[string]int{"trigger": 0, "source": 1, "target": 1, "leavers": 0, "removed": 0, "require": 1, "purpose": 1, "guard": 0, "each": 1},
		later:  []string{"review", "period"},
	}
	guardWords = &vocabulary{
		what: "guard",
		blocks: map[string]int{
			"removals": 0, "gone": 0, "creates": 0, "sharp": 0, "changes": 0, "nulls": 0, "identity": 0, "scope": 0, "held": 0, "read": 0,
			"expect": 1,
		},
	}
	limitWords   = &vocabulary{what: "a limit", attrs: []string{"at_most"}}
	expectWords  = &vocabulary{what: "expect", attrs: []string{"removals", "creates", "fields", "up_to", "from", "until"}}
	leaversWords = &vocabulary{what: "leavers", attrs: []string{"when", "do", "back", "gone", "out"}}
	removedWords = &vocabulary{what: "removed", attrs: []string{"when", "do", "back", "gone", "out"}}
	requireWords = &vocabulary{what: "a require block", attrs: []string{"fields", "that", "before", "else", "say"}}
	purposeWords = &vocabulary{what: "a purpose", attrs: []string{"why", "basis", "retention"}}
	triggerWords = &vocabulary{what: "a trigger", attrs: []string{"manual", "daily", "every", "monthly", "cron"}}
	sourceWords  = &vocabulary{
		what:     "a source",
		attrs:    []string{"connection", "resource", "on", "many", "where", "group", "use", "id", "incremental", "settings", "enabled"},
		blocks:   map[string]int{"field": 1, "section": 1, "window": 1},
		settings: true,
	}
	windowWords = &vocabulary{what: "a window", attrs: []string{"from", "to"}}
	eachWords   = &vocabulary{what: "each", attrs: []string{"in", "id"}}
	targetWords = &vocabulary{
		what:     "a target",
		attrs:    []string{"connection", "resource", "key", "required", "once", "never_clear", "authority", "settings", "map"},
		blocks:   map[string]int{"field": 1, "endpoint": 1, "snapshot": 0, "match": 0},
		settings: true,
	}
	matchWords       = &vocabulary{what: "match", attrs: []string{"by", "confirm"}}
	snapshotWords    = &vocabulary{what: "a snapshot", attrs: []string{"held", "always", "sort_by"}}
	targetFieldWords = &vocabulary{what: "a target field", attrs: []string{"type", "class", "sharp"}}
	endpointWords    = &vocabulary{
		what: "an endpoint",
		attrs: []string{
			"fields", "method", "path", "query", "headers", "body", "wrap", "batch", "success", "conflict",
			"items", "id", "clear", "idempotency_header", "reconcile",
		},
		blocks: map[string]int{"page": 0},
	}
	pageWords    = &vocabulary{what: "page", attrs: []string{"by", "param", "next", "size_param", "size", "first", "total", "pages", "more"}}
	packageWords = &vocabulary{what: "a package", attrs: []string{"from", "version", "inputs"}, blocks: map[string]int{"extend": 1}}
)

// What *.test.hcl files hold. A case has the words of its test but for mapping.
var (
	testFileWords    = &vocabulary{what: "a test file", attrs: []string{"language"}, blocks: map[string]int{"test": 1}}
	testWords        = &vocabulary{what: "a test", attrs: append([]string{"mapping"}, caseWords.attrs...), blocks: map[string]int{"expect": 0, "case": 1}}
	caseWords        = &vocabulary{what: "a case", attrs: []string{"now", "inputs", "given", "before", "linked", "existing"}, blocks: map[string]int{"expect": 0}}
	expectationWords = &vocabulary{
		what: "what is expected", attrs: []string{"id", "operation", "outcome", "output", "contains", "held", "field", "waiting", "error"},
	}
)

var endpointNames = []string{"find", "create", "update", "deactivate", "reactivate", "delete"}

// reservedNames can't name a source, because an expression would read them as
// something else: CEL's reserved words, types and macros, and the words that
// the language gives to every expression.
var reservedNames = []string{
	"in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
	"namespace", "return", "var", "void", "while", "true", "false", "null",
	"int", "uint", "double", "string", "bool", "bytes", "list", "map", "type", "dyn", "decimal", "date", "timestamp",
	"duration", "choice", "google", "optional", "math", "strings", "sets", "lists", "base64", "cel",
	"size", "has", "all", "exists", "exists_one", "filter", "input", "local", "lookup", "text", "linked", "filled",
	"empty", "coalesce", "past", "today", "age", "country",
}

// reservedFields can't follow a dot in CEL.
var reservedFields = []string{"in", "true", "false", "null"}
