package lang

import (
	"github.com/hashicorp/go-version"

	"passerelle/engine/diag"
)

// constraint checks the form of a version constraint such as "~> 1.0".
func (c *content) constraint(s string, at diag.Range) {
	if s == "" {
		return
	}
	if _, err := version.NewConstraint(s); err != nil {
		c.refuse(place{at, c.in}, "wrong-value", "This is no version constraint",
			"A constraint is an operator (=, !=, >, >=, <, <=, ~>) and a version; a comma joins several.", `Write for example "~> 1.0".`)
	}
}

func (c *content) version(name string) string {
	s, at := c.fullText(name)
	if s == "" {
		return ""
	}
	if _, err := version.NewVersion(s); err != nil {
		c.refuse(place{at, c.in}, "wrong-value", "This is no version", "A version is three numbers with dots between them.", `Write for example "1.0.0".`)
		return ""
	}
	return s
}

// satisfies is true where either is missing or malformed: what is malformed is
// reported where it stands.
func satisfies(have, constraint string) bool {
	c, err := version.NewConstraint(constraint)
	if err != nil {
		return true
	}
	v, err := version.NewVersion(have)
	return err != nil || c.Check(v)
}
