// Package people makes the company that the sandbox serves: several hundred
// employees of a French firm, the same ones for the same seed, with the names,
// gaps and dates that trip up integrations.
//
// Nobody in it exists. First and last names are dealt from two lists, phone
// numbers come from the blocks that the French regulator keeps for fiction,
// addresses end in .example, and social security numbers name a country code
// that was never given out.
package people
