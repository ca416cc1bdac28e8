// Package permissions says which rights a workspace needs, and why: the fewest
// that its mappings can do with, from what the connectors say of themselves. It
// asks no system.
package permissions
