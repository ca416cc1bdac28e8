package plan

// String is how people call it. An operation has its own name.
func (o outcome) String() string {
	switch o {
	case held:
		return "held"
	case outOfScope:
		return "out of scope"
	case unchanged:
		return "unchanged"
	case created:
		return Create.String()
	case updated:
		return Update.String()
	case adopted:
		return Link.String()
	case deactivated:
		return Deactivate.String()
	case reactivated:
		return Reactivate.String()
	case deleted:
		return Delete.String()
	case waiting:
		return "waiting"
	case skipped:
		return "skipped"
	case left:
		return "left"
	case blockedOut:
		return "blocked"
	}
	return "aside"
}
