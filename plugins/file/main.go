package main

import "passerelle/plugins/sdk"

func main() { sdk.Serve(connector{}) }
