// Package box puts Lucca and Oppus on one local address, each under its own
// path, with a third path, /_sandbox/, to watch and change them:
//
//	/lucca/api/v3/…    Lucca, behind its key
//	/oppus/api/v1/…    Oppus, behind its key
//	/_sandbox/         what there is, for people; see Routes
package box
