// Package people is what the benchmark moves: employees of about 360 bytes with
// fifteen leaves, the nine fields made of them, and the two loops that a team
// could write by hand instead of using an engine. Both loops are one process and
// one goroutine and give the same bytes as the engine does.
package people
