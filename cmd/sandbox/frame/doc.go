// Package frame is what the sandbox's two small APIs, which are this project's own,
// have in common around their records: the JSON body that they take, the pages
// that they are asked for, and the answers and refusals that they give.
package frame
