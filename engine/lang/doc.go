// Package lang reads mapping files: HCL in, declarations with exact source
// ranges out. It knows the words of the language and refuses all others; what
// the words mean together (schemas, types, CEL) is compile's business.
package lang
