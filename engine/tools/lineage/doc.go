// Package lineage tells where every field that a workspace sends comes from:
// which source fields, through which expression, and what a source field decides
// besides. It is read off the compiled mappings, so it can't disagree with what
// a run does.
package lineage
