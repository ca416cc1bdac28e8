// Package ledger is what the engine remembers between runs: which source id is
// tied to which target id, a keyed fingerprint per field that was sent, runs,
// plans with the journal of their batches, results, and the records that are
// held back. It is one SQLite file with one writer.
//
// It stores no value of a record. A fingerprint is a SipHash-64 under a key that
// is never in the file; the one exception, the name by which a person is shown,
// is sealed with AES-256-GCM, and so are the ids that results are about. The ids
// of links and held records, and connectors' codes, are kept as they are.
//
// Every error is a diag.Diagnostic.
package ledger
