package protocol

import (
	"net/url"
	"strings"
)

// ProfileID is what stands for a record's id in an address of
// ConfigureResponse.profile_urls.
const ProfileID = "{id}"

const longestProfile = 2048 // bytes of an address; browsers and mails cut what is longer

// ProfileURL is the address of one record's page: template with the id in its
// place, escaped as where it stands wants it. ok is false where that would be no
// address to follow: the template is not http or https with a host, has no {id}
// after the host, names a user, or holds what no address is written with; or the
// id is empty or means another folder.
func ProfileURL(template, id string) (address string, ok bool) {
	scheme, rest, found := strings.Cut(template, "://")
	if !found || (!strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https")) || len(template) > longestProfile {
		return "", false
	}
	host, after := rest, ""
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host, after = rest[:end], rest[end:]
	}
	if strings.ContainsAny(host, "{}@") || !strings.Contains(after, ProfileID) || !writtenPlainly(rest) {
		return "", false
	}
	if id == "" || id == "." || id == ".." {
		return "", false
	}
	path, query := after, ""
	if at := strings.IndexAny(after, "?#"); at >= 0 {
		path, query = after[:at], after[at:]
	}
	inQuery := strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
	address = strings.ToLower(scheme) + "://" + host +
		strings.ReplaceAll(path, ProfileID, url.PathEscape(id)) + strings.ReplaceAll(query, ProfileID, inQuery)
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || len(address) > longestProfile {
		return "", false
	}
	return address, true
}

// writtenPlainly: nothing that a terminal, a table or a page could take for
// something else.
func writtenPlainly(text string) bool {
	text = strings.ReplaceAll(text, ProfileID, "")
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'<>\\^`{|}", r) })
}
