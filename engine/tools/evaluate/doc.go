// Package evaluate computes one expression, or one mapping, over records given
// by hand, and says what went wrong at the exact place. It shows values, because
// whoever calls it asks for them; no diagnostic holds one.
package evaluate
