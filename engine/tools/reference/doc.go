// Package reference writes the pages of docs/reference: functions, language,
// commands, events and errors. Each page is made from what the program itself
// uses, or from a table here that a test holds against the source.
package reference
