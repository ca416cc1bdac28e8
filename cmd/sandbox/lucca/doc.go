// Package lucca answers like Lucca's legacy HTTP API, version 3, as far as
// reading employees goes: users, departments, legal entities (establishments),
// definitions of custom fields, and the catalogue of user properties.
//
// It follows Lucca's public documentation (developers.lucca.fr, legacy API)
// and, where that is silent, the open-source framework under /api/v3
// (LuccaSA/RestDrivenDomain). What Lucca leaves open can be switched: see
// Rights and Style. Everything else, versions 4 and 5 included, is a 404 in
// version 3's shape. Nothing can be written.
package lucca
