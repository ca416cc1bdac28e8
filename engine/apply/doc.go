// Package apply carries out a plan: batch by batch, each intended in the journal
// before it is sent and settled after, so that a run killed at any instant is
// finished by the next. What was sent and never answered is settled as the
// endpoint says, never blindly repeated.
package apply
