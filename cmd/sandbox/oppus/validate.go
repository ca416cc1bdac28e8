package oppus

import (
	"net/mail"
	"regexp"
	"time"
	"unicode/utf8"

	"passerelle/cmd/sandbox/frame"
)

// rule says which texts a field takes, and what it takes in words.
type rule struct {
	name     string
	required bool // on creation; and it can't be emptied
	longest  int  // characters; 0: the shape decides
	shape    func(text string) bool
	says     string
}

var alpha2 = regexp.MustCompile(`^[A-Z]{2}$`)

var rules = []rule{
	{name: "matricule", required: true, longest: 50, says: "a text of 1 to 50 characters"},
	{name: "nom", required: true, longest: 100, says: "a text of 1 to 100 characters"},
	{name: "prenom", required: true, longest: 100, says: "a text of 1 to 100 characters"},
	{name: "civilite", shape: func(text string) bool { return text == "M." || text == "Mme" }, says: "M. or Mme"},
	{name: "nationalite", shape: alpha2.MatchString, says: "an ISO 3166-1 alpha-2 code"},
	{name: "date_naissance", shape: isDate, says: "expected dd/MM/yyyy"},
	{name: "email", longest: 254, shape: isMail, says: "an e-mail address"},
	{name: "telephone_fixe", longest: 30, says: "a text of at most 30 characters"},
}

// validate checks the eight known fields; whatever else is there is kept as it
// came. id is Oppus's own.
func validate(body map[string]any, creating bool) *frame.Problem {
	if _, given := body["id"]; given {
		return frame.Invalid("id", "it is given by Oppus")
	}
	for _, r := range rules {
		value, given := body[r.name]
		switch {
		case !given && !(creating && r.required):
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

func isDate(text string) bool {
	_, err := time.Parse("02/01/2006", text)
	return err == nil && len(text) == len("02/01/2006")
}

// isMail accepts a bare address, without a display name.
func isMail(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}
