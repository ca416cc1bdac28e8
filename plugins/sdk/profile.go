package sdk

import (
	"passerelle/plugins/protocol"
)

// Profiler is a Connection that knows where people open a record in the system's
// own pages.
type Profiler interface {
	// ProfileURLs are http or https addresses by resource, in which {id} stands for
	// the record's id. Whatever is not in it has no address that is known: none may
	// be guessed.
	ProfileURLs() map[string]string
}

const profileSetting = "profile_url"

// ProfileSetting is the setting of a connection that says where people open one
// record, for systems that don't publish it. ProfileURL reads it.
func ProfileSetting() *Setting {
	return &Setting{
		Name: profileSetting, Type: "string", Label: &Text{Fr: "Adresse d'une fiche", En: "Address of a profile"},
		About: "Where people open one person's page in the browser, with {id} for the id: reports and results then link to it. Copy it from the browser, and write {id} in place of the id.",
	}
}

// ProfileURL is the setting of ProfileSetting, "" where it is not set.
func ProfileURL(settings Settings) (string, *Error) {
	template := settings.String(profileSetting)
	if template == "" {
		return "", nil
	}
	if _, ok := protocol.ProfileURL(template, "1"); !ok {
		return "", &Error{
			Code: "bad-setting", Summary: "the setting " + profileSetting + " can't be used",
			Detail:    "it is no whole http or https address in which " + protocol.ProfileID + " stands for the id, after the host",
			Remedy:    "open somebody's page, copy the address from the browser, and write " + protocol.ProfileID + " in place of the id",
			Attribute: []string{profileSetting}, Retry: protocol.Retry_RETRY_AFTER_FIX,
		}
	}
	return template, nil
}
