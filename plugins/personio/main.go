package main

import (
	_ "time/tzdata" // a plugin's machine may have no time zones of its own

	"passerelle/plugins/sdk"
)

func main() { sdk.Serve(newConnector()) }
