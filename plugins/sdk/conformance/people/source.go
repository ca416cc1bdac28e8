package people

import _ "embed"

// Source is the text of api.go: `engine plugin new` puts it into the projects
// that it makes, so that a partner can bend it towards his own API.
//
//go:embed api.go
var Source string
