package lang

// syntaxRemedies say what to do about what HCL's parser complains of, by its
// summaries; a test holds those that people meet most.
var syntaxRemedies = map[string]string{
	"Missing newline after argument":             `If this is an expression, put all of it between quotes: name = "person.name.upper()". Otherwise begin a new line here.`,
	"Missing newline after block definition":     "Begin a new line after the closing brace.",
	"Invalid single-argument block definition":   "A block on one line has one attribute. Put each on a line of its own, the closing brace too.",
	"Unclosed configuration block":               "A closing brace } is missing, perhaps of a block inside this one.",
	"Invalid block definition":                   `A block is written word "name" { … }, an attribute name = value.`,
	"Argument or block definition required":      `Write name = value, or word "name" { … }. A brace too many may have closed the block above.`,
	"Invalid argument name":                      "Names of attributes are bare words, without quotes.",
	"Missing expression":                         "Write a value after the equals sign.",
	"Invalid expression":                         "Write a value after the equals sign.",
	"Missing attribute value":                    "Write a value after the equals sign.",
	"Missing attribute separator":                "Put each line of an object on a line of its own, or a comma between two.",
	"Missing key/value separator":                "Write name = value.",
	"Missing item separator":                     "Put a comma between two elements.",
	"Unterminated object constructor expression": "A closing brace } is missing.",
	"Unterminated tuple constructor expression":  "A closing bracket ] is missing.",
	"Invalid multi-line string":                  "Close the quote on the same line. A longer text is written <<-CEL, its lines, CEL.",
	"Unterminated template string":               "Close the quote.",
	"Invalid escape sequence":                    `Write \\ for one backslash; in a pattern, \\d for a digit.`,
	"Invalid character":                          "Remove it. Quotes are straight ones: \".",
	"Unsupported operator":                       "Remove it; what is computed stands between quotes.",
	"Missing JSON value":                         "Write a value, or take the comma or the name before it out.",
}

func syntaxRemedy(summary string) string {
	if remedy := syntaxRemedies[summary]; remedy != "" {
		return remedy
	}
	return "Correct the file at this place."
}
