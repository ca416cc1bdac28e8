// Package connector writes what a connector says of itself as a page for people:
// what engine plugin show prints and what a package ships as its docs.
package connector
