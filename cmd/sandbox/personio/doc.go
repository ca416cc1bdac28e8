// Package personio is a faithful Personio account in memory: both generations of
// its API under one address, with the credential's rights and readable attributes,
// and the irregularities that clients complain of, each of which a test can switch
// on. What it knows comes from Personio's documentation and public clients; what
// nobody has published, it does in the likeliest form, which Style changes.
package personio
