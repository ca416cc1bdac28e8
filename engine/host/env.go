package host

import (
	"slices"
	"strings"
)

// passedOn are the variables of the host's environment that a plugin sees. None
// holds a secret of another connector. PATH is there for plugins whose first
// line is #!/usr/bin/env node. A proxy's address may hold its password; without
// it no request would leave the machine.
var passedOn = []string{
	"PATH", "HOME", "TMPDIR", "TZ", "LANG",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

// pluginEnv is what a plugin sees of the host's environment, and its log level.
func pluginEnv(hostEnv []string, level string) []string {
	var env []string
	for _, pair := range hostEnv {
		name, _, _ := strings.Cut(pair, "=")
		if slices.Contains(passedOn, name) || strings.HasPrefix(name, "LC_") {
			env = append(env, pair)
		}
	}
	return append(env, envLog+"="+level)
}

// envLog is the variable in which a plugin finds the level to log at.
const envLog = "ENGINE_PLUGIN_LOG"
