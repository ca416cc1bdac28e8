// Package scaffold makes the project that a partner begins from: a connector that
// works, with everything around it. `engine plugin new` calls it.
package scaffold
