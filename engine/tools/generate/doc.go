// Package generate writes a first mapping between two resources: fields that mean
// the same are paired by what the connectors call them, and everything else is
// left beside as comments. It knows no synonyms of its own.
package generate
