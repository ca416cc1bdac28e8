package emasphere

import (
	"regexp"
	"time"
	"unicode/utf8"

	"passerelle/cmd/sandbox/frame"
)

// kind is what one collection holds and how it is addressed.
type kind struct {
	name       string
	prefix     string            // of its ids
	key        []string          // the fields that an upsert goes by, and that a list can be asked by
	references map[string]string // field → the collection whose id it holds
	rules      []rule
	keyInPath  bool // PUT /collection/{key}, else PUT /collection
	deletable  bool
}

// rule says which texts a field takes, and what it takes in words.
type rule struct {
	name     string
	required bool // on an upsert; and it can't be emptied
	longest  int  // characters; 0: the shape decides
	shape    func(text string) bool
	says     string
}

var iban = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`)

func text(name string, required bool, longest int) rule {
	return rule{name: name, required: required, longest: longest, says: "a text that is not too long"}
}

func date(name string, required bool) rule {
	return rule{name: name, required: required, says: "expected yyyy-MM-dd", shape: func(text string) bool {
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	}}
}

var kinds = []*kind{
	{name: "legal-entities", prefix: "le", key: []string{"external_id"}, keyInPath: true,
		rules: []rule{text("external_id", true, 64), text("name", true, 200)}},
	{name: "employees", prefix: "emp", key: []string{"external_id"}, keyInPath: true, references: map[string]string{"legal_entity": "legal-entities"},
		rules: []rule{
			text("external_id", true, 64), text("last_name", true, 100), text("first_name", true, 100),
			text("job_title", false, 200), text("department", false, 200), text("establishment", false, 200), text("legal_entity", false, 100),
			{name: "bank_account", shape: iban.MatchString, says: "an IBAN without spaces"},
		}},
	{name: "absences", prefix: "abs", key: []string{"employee", "date"}, references: map[string]string{"employee": "employees"}, deletable: true,
		rules: []rule{text("employee", true, 100), date("date", true), date("start_date", false)}},
}

// validate checks the known fields; whatever else is there is kept as it came. id
// is Emasphère's own.
func (k *kind) validate(body map[string]any, whole bool) *frame.Problem {
	if _, given := body["id"]; given {
		return frame.Invalid("id", "it is given by Emasphère")
	}
	for _, r := range k.rules {
		value, given := body[r.name]
		switch {
		case !given && !(whole && r.required):
		case value == nil && r.required:
			return frame.Invalid(r.name, "it is required")
		case value == nil: // empties it
		case !r.accepts(value):
			return frame.Invalid(r.name, r.says)
		}
	}
	return nil
}

func (r rule) accepts(value any) bool {
	text, isText := value.(string)
	return isText &&
		(text != "" || !r.required) &&
		(r.longest == 0 || utf8.RuneCountInString(text) <= r.longest) &&
		(r.shape == nil || r.shape(text))
}
