// Package docs writes the page that an HR administrator reads about an
// integration, in French or English, from the mapping files and what the
// connectors say of themselves: nothing on it is written by hand, so that it
// can't be out of date.
package docs
