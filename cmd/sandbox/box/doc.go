// Package box puts Lucca, Oppus and Emasphère on one local address, each under
// its own path, with another path, /_sandbox/, to watch and change them:
//
//	/lucca/api/v3/…      Lucca, behind its key
//	/oppus/api/v1/…      Oppus, behind its key
//	/emasphere/api/v1/…  Emasphère, behind its key
//	/_sandbox/           what there is, for people; see Routes
package box
