// Command engine validates, plans and runs the mappings of a workspace. It turns
// arguments into calls of package engine and shows what comes back; it holds no
// logic of its own.
package main
