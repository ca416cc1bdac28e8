package main

import (
	"context"

	"passerelle/plugins/sdk"
)

// connector opens connections, one to a file. It keeps nothing.
type connector struct{}

// Configure implements sdk.Connector. It touches neither disk nor network.
func (connector) Configure(_ context.Context, settings sdk.Settings) (sdk.Connection, error) {
	where, complaint := newPlace(settings)
	if complaint != nil {
		return nil, complaint
	}
	tenant := settings.String("tenant")
	if tenant == "" {
		tenant = where.id()
	}
	return &connection{place: where, tenant: tenant}, nil
}

func newPlace(settings sdk.Settings) (place, *sdk.Error) {
	switch {
	case settings.String("path") != "" && settings.String("url") != "":
		return nil, badSetting("url", "Both path and url are set", "A connection is one file.", "Keep the one that is meant.")
	case settings.String("path") != "":
		for _, name := range []string{"host_key", "user", "password", "private_key", "passphrase", "timeout"} {
			if settings.Has(name) {
				return nil, badSetting(name, "The setting \""+name+"\" means nothing for a path", "It is for SFTP.", "Remove it, or give url instead of path.")
			}
		}
		return newLocalPlace(settings.String("path"))
	case settings.String("url") != "":
		return newSFTPPlace(settings)
	}
	return nil, badSetting("path", "Neither path nor url is set", "The file must be somewhere.",
		`Set path = "people.csv", or url = "sftp://host/folder/people.csv".`)
}

// connection is one file.
type connection struct {
	place  place
	tenant string
}

// Tenant implements sdk.Connection: the file is known by its place, unless it was
// given a name.
func (c *connection) Tenant() *sdk.Tenant { return &sdk.Tenant{Id: c.tenant, Label: c.place.name()} }
