// Package trust decides which executables the engine may start as plugins.
//
// A publisher packages a plugin once for all platforms (Package): one archive a
// platform, and a manifest that names each by its hash and is signed with an
// Ed25519 key. A mirror is a folder of such packages, read from disk, from a tar
// file or over HTTPS; it is believed in nothing. Init picks versions, checks
// signature and hashes, puts the executables into a store that only the user may
// write, and writes engine.lock.hcl: version, key, the manifest's hash, and the
// executable's hash on every platform, so that a lock written on one machine
// holds on another. Before every start the stored manifest, its signature and the
// executable are checked against the lock again (Store.Open), and what was hashed
// is the very file that is executed.
//
// Every refusal says what was expected and what was found.
package trust
