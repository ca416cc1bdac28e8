// Command engine-plugin-rest is the connector for any JSON API, as source or as
// target: everything about the API is said in the mapping file. README.md lists
// the words.
package main
