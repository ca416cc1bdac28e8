// Package format writes mapping files in HCL's canonical layout. It moves white
// space between words and nothing else: the text of a CEL string, a heredoc or
// a comment stays as its author wrote it.
package format
