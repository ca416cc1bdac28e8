package reference

// toolErrors are those of the tools that run nothing: test, docs, generate.
var toolErrors = []Explanation{
	{"misplaced-test", "A test stands among the mappings, which are run against people's data.", "Move it to a file whose name ends in .test.hcl."},
	{"missing-given", "A test gives no record of the mapping's first source, so that nothing can be planned.", "Add given = { source = { … } }."},
	{"unknown-given", "A test names a source, a field or a mapping that is not there. Records are given by the names that the mapping declares, not by the connector's paths.", "Correct the name."},
	{"wrong-given", "A test gives a value that the mapping could not read, or says that something was sent before which would have been held.", "Correct the value; if the test is about such a value, expect it with held."},
	{"not-discovered", "A mapping was generated without the custom fields of the source, which could not be asked.", "Give its address and key and generate again, or say --offline."},
	{"nothing-to-generate", "The connector knows no field of the resource: a file's columns, for example, are only in the file.", "Write the fields by hand."},
	{"not-written", "A file that was asked for can't be written.", "Check the path and the rights."},
}
