package conformance

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"passerelle/plugins/protocol"
)

var settingRules = []Rule{
	{Name: "refuses-unknown-settings", Says: "A setting that it does not have is refused, named in the attribute.",
		Why: "A misspelt setting would be ignored in silence, and the default used in its place.", check: refusesUnknownSettings},
	{Name: "refuses-missing-settings", Says: "A required setting that is missing is refused, named in the attribute.",
		Why: "The failure would come later, in the middle of a run, without the line of the mapping file.", check: refusesMissingSettings},
	{Name: "refuses-wrong-types", Says: "A setting of another type than declared is refused, named in the attribute.",
		Why: "A number that is taken for a text is a wrong limit, or a wrong tenant.", check: refusesWrongTypes},
	{Name: "refuses-unlisted-values", Says: "A setting with a value outside its one_of is refused, named in the attribute.",
		Why: "A misspelt choice would mean something else than was asked, or nothing.", check: refusesUnlistedValues},
}

// aValue is a value of each type, and anotherType one that never fits.
var aValue = map[string]any{
	"string": "conformance", "int": 3, "bool": true, "duration": "5s", "rate": "5/s",
	"list(string)": []string{"conformance"}, "map(string)": map[string]string{"a": "conformance"},
}

// sample is an object of settings that the schema allows, or nearly: texts such
// as addresses can't be guessed.
func (t *trial) sample() map[string]any {
	if t.options.Trial.Connection != nil {
		return maps.Clone(t.options.Trial.Connection)
	}
	object := map[string]any{}
	for _, s := range t.described.GetSettings() {
		if !s.GetRequired() {
			continue
		}
		object[s.GetName()] = aValue[s.GetType()]
		if len(s.GetOneOf()) > 0 {
			object[s.GetName()] = s.GetOneOf()[0]
		}
	}
	return object
}

func refusesUnknownSettings(t *trial) error {
	return t.refuses("a setting that it does not have", func(yield func(string, map[string]any) bool) {
		object := t.sample()
		object["conformance_unknown"] = "conformance"
		yield("conformance_unknown", object)
	})
}

func refusesMissingSettings(t *trial) error {
	return t.refuses("settings without a required one", func(yield func(string, map[string]any) bool) {
		for _, s := range t.described.GetSettings() {
			object := t.sample()
			delete(object, s.GetName())
			if s.GetRequired() && s.GetDefaultJson() == "" && !yield(s.GetName(), object) {
				return
			}
		}
	})
}

func refusesWrongTypes(t *trial) error {
	return t.refuses("a setting of another type", func(yield func(string, map[string]any) bool) {
		for _, s := range t.described.GetSettings() {
			object := t.sample()
			object[s.GetName()] = []any{[]any{}} // a list of lists is of no type that there is
			if !yield(s.GetName(), object) {
				return
			}
		}
	})
}

func refusesUnlistedValues(t *trial) error {
	return t.refuses("a value that one_of does not have", func(yield func(string, map[string]any) bool) {
		for _, s := range t.described.GetSettings() {
			object := t.sample()
			object[s.GetName()] = "conformance-unlisted"
			if len(s.GetOneOf()) > 0 && s.GetType() == "string" && !yield(s.GetName(), object) {
				return
			}
		}
	})
}

// refuses tries objects of settings, each wrong in the one setting named.
func (t *trial) refuses(what string, objects func(func(string, map[string]any) bool)) error {
	if t.described == nil {
		return skip("it gave no description")
	}
	var p *process
	for name, object := range objects {
		if p == nil {
			var err error
			if p, err = t.start(); err != nil {
				return err
			}
		}
		answer, err := t.callConfigure(p, object)
		if err != nil {
			return err
		}
		complaint := firstError(answer.GetDiagnostics())
		if complaint == nil {
			return fmt.Errorf("it took %s (%s)", what, name)
		}
		if !slices.Equal(complaint.GetAttribute(), []string{name}) {
			return fmt.Errorf("it refused %s (%s) without naming it in attribute", what, name)
		}
		if answer.GetHandle() != "" {
			return fmt.Errorf("it refused %s (%s), and gave a handle all the same", what, name)
		}
		if err := wellFormed(complaint); err != nil {
			return err
		}
	}
	if p == nil {
		return skip("no setting to try it on")
	}
	return nil
}

var aCode = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// wellFormed holds a diagnostic to its form.
func wellFormed(d *protocol.Diagnostic) error {
	switch {
	case !aCode.MatchString(d.GetCode()) || len(d.GetCode()) > 64:
		return fmt.Errorf("the code %q is not lower-case words joined by hyphens, at most 64 characters", short(d.GetCode()))
	case d.GetSummary() == "":
		return fmt.Errorf("the diagnostic %s has no summary", d.GetCode())
	case d.GetRemedy() == "":
		return fmt.Errorf("the diagnostic %s has no remedy", d.GetCode())
	case len([]rune(d.GetSummary())) > 300 || len([]rune(d.GetDetail())) > 2000 || len([]rune(d.GetRemedy())) > 2000:
		return fmt.Errorf("a text of the diagnostic %s is too long", d.GetCode())
	case d.GetSeverity() == protocol.Severity_SEVERITY_UNSPECIFIED:
		return errors.New("the diagnostic " + d.GetCode() + " has no severity")
	case d.GetSeverity() == protocol.Severity_SEVERITY_ERROR && d.GetRetry() == protocol.Retry_RETRY_UNSPECIFIED:
		return errors.New("the diagnostic " + d.GetCode() + " does not say when another try may help")
	}
	return nil
}
