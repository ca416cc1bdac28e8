// Package lucca answers like Lucca's HTTP API as far as reading goes. Version 3:
// users, departments, legal entities (establishments), half-days of leave and
// their requests, definitions of custom fields, the catalogue of user properties.
// Version 4: establishments, legal units, work contracts. Version 5, with its
// tokens: employees and what hangs on them, the organisation, attributes, events.
//
// It follows Lucca's public documentation (developers.lucca.fr, legacy API)
// and, where that is silent, the open-source framework under /api/v3
// (LuccaSA/RestDrivenDomain). What Lucca leaves open can be switched: see
// Rights and Style. Everything else is a 404 in version 3's shape. Nothing can
// be written.
package lucca
