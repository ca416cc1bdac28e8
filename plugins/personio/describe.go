package main

import "passerelle/plugins/sdk"

const version = "1.0.0"

// rateLimit is where v2 starts: each endpoint then says itself what it allows.
const rateLimit = "10/s"

const about = "Reads and writes Personio through both generations of its API with one credential: employees as one flat record over persons and employments, " +
	"absences, attendances, documents, custom reports, organisation. Built from Personio's documentation and public clients; not tried on a live account. " +
	"The API can't set a termination, approve an absence or an attendance, add a second employment or upload through v2. " +
	"Custom reports show all their columns, whatever is ticked among the readable employee attributes. " +
	"A webhook keeps firing after the right to webhooks is taken away: delete it, or disable it, first."

// Describe implements sdk.Connector.
func (*connector) Describe() *sdk.Description {
	return &sdk.Description{
		Name:         "personio",
		Version:      version,
		Title:        &sdk.Text{Fr: "Personio", En: "Personio"},
		About:        about,
		DocsUrl:      "https://developer.personio.de",
		Settings:     settings(),
		Resources:    resources(),
		RateLimit:    rateLimit,
		Capabilities: []string{"check", "discover"},
	}
}

func settings() []*sdk.Setting {
	return []*sdk.Setting{
		{Name: "client_id", Type: "string", Required: true, Secret: true, Label: &sdk.Text{Fr: "Identifiant client", En: "Client id"},
			About: "Of the credential: papi-…. In Personio: " + whereRights + "."},
		{Name: "client_secret", Type: "string", Required: true, Secret: true, Label: &sdk.Text{Fr: "Secret client", En: "Client secret"},
			About: "Shown once, when the credential is made."},
		{Name: "url", Type: "string", DefaultJson: `"https://api.personio.de"`, Label: &sdk.Text{Fr: "Adresse de l'API", En: "Address of the API"},
			About: "Before /v1 and /v2. It is the same for every account; http is for this machine alone."},
		{Name: "company", Type: "string", Label: &sdk.Text{Fr: "Nom du compte", En: "Name of the account"},
			About: "Tells accounts apart in the ledger. Without it the credential does, so that a new credential is taken for another account: name it before the first run."},
		{Name: "timezone", Type: "string", DefaultJson: `"Europe/Berlin"`, Label: &sdk.Text{Fr: "Fuseau horaire", En: "Time zone"},
			About: "Where the account is: Personio's attendances have neither offset nor zone, and today decides who is still to start."},
		{Name: "rate_limit", Type: "rate", DefaultJson: `"` + rateLimit + `"`, Label: &sdk.Text{Fr: "Débit maximal", En: "Rate limit"},
			About: "Of v2, per s, min or h, shared by all connections to one account. What each endpoint says of its own limit is kept to in any case, and v1's published limits too."},
		sdk.ProfileSetting(),
	}
}
