// Package resttest helps to test connectors over HTTP. A Contract holds a
// connector's test against an API's OpenAPI file: every request that the connector
// makes, and every answer that the test gives, must be what the file says. A Tape
// records what a real account answers, once, and replays it afterwards: no secret
// and no value of a person is on it.
package resttest
