package host

// impose can't: macOS limits no process but one's own. A Go plugin still keeps to
// the memory that its environment names.
func (l Limits) impose(int) error { return nil }

// CanLimit says whether this system has the limits.
func CanLimit(l Limits) bool { return l.CPU == 0 && l.Memory == 0 }
