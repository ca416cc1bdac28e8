package reference

import (
	"fmt"
	"strings"
)

// Variable is an environment variable that the engine reads, and what for. The
// flag does the same, and comes before it; "": there is none.
type Variable struct{ Name, Flag, About string }

type variableGroup struct {
	title, about string
	list         []Variable
}

var variables = []variableGroup{
	{"Of the engine", "A flag comes before its variable.", []Variable{
		{"ENGINE_INPUT_name", "--input", "The value of the input `name`. `--input` and `--inputs` come before it; one that the workspace does not declare is passed over, unless it is almost one that it does."},
		{"ENGINE_LEDGER", "--ledger", "The ledger's file; else `.engine/ledger.db` in the workspace."},
		{"ENGINE_KEY", "--key-file", "The ledger's key, 64 hexadecimal digits; else a file that the first run makes under your config folder. Plugins don't see it."},
		{"ENGINE_PLUGIN_DIR", "--plugin-dir", "Folders with plugins, separated like those of `PATH`. They come before the lock file."},
		{"ENGINE_PLUGIN_ATTACH", "--attach", "Plugins that run under a debugger: `name=socket`, with commas between."},
		{"ENGINE_PLUGIN_MEMORY", "--plugin-memory", "The most memory of each plugin, such as `2GiB`; Linux."},
		{"ENGINE_PLUGIN_CPU", "--plugin-cpu", "The most processor time of each plugin, such as `10m`; Linux."},
		{"ENGINE_PLUGIN_SILENCE", "--plugin-silence", "How long a plugin may say nothing while it is asked for something, such as `30m`; else 10 minutes."},
		{"ENGINE_PLUGIN_SANDBOX", "--plugin-sandbox", "`1`: each plugin is kept to what its connections name, their files and their ports; Linux."},
		{"ENGINE_PLUGIN_READ", "--plugin-read", "What a plugin in such a sandbox may read besides."},
		{"ENGINE_PLUGIN_MIRROR", "--from", "Where `engine init` finds plugins: a folder, or an address with https."},
		{"NO_COLOR", "--no-color", "Not empty: no colours."},
	}},
	{"Of mappings", "", []Variable{
		{"env(\"NAME\")", "", "Each variable that a mapping names so, such as `LUCCA_API_KEY`. A connector sees the secrets of its own connection and no others, and never through the environment."},
	}},
	{"Of the machine", "What every program of this kind reads, the engine too.", []Variable{
		{"GOMEMLIMIT", "", "From how much memory on the engine works to stay small rather than grow, such as `512MiB` or `off`. Without it that is 72 MiB, with the ledger's cache and the program on top: " +
			"a run of a million records stays near it, and what is needed beyond it is had. It is no limit; one of the container, or `ulimit`, should leave room above it. Plugins don't see it."},
		{"GOGC", "", "How far the memory in use may grow, in percent, before it is collected; without it 400, as long as the mark above allows."},
		{"HOME", "", "Where the config and the cache folder are, with what `engine init` installed and the ledger's key. Without it, and without the two below: name the key with `ENGINE_KEY` or `--key-file`, and plugins with `ENGINE_PLUGIN_DIR`."},
		{"XDG_CONFIG_HOME", "", "The config folder, on Linux; else `~/.config`. The engine's part of it is `engine/`."},
		{"XDG_CACHE_HOME", "", "The cache folder, on Linux; else `~/.cache`. What is in it can be made again."},
		{"TMPDIR", "", "Where what does not fit into memory is put, sealed and without a name; else `/tmp`."},
		{"SSL_CERT_FILE", "", "Certificates to trust instead of the machine's; `SSL_CERT_DIR` likewise. For plugins too."},
	}},
	{"Of plugins", "A plugin sees these of the engine's environment, and nothing else of it.", []Variable{
		{"PATH, HOME, TMPDIR, TZ, LANG, LC_…", "", "As they are."},
		{"HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "", "As they are, in capitals or not."},
		{"SSL_CERT_FILE, SSL_CERT_DIR", "", "As they are."},
		{"ENGINE_PLUGIN_LOG", "--log", "The level at which to log, set by the engine. By hand, for a plugin that is started with `--debug`."},
		{"PASSERELLE_PLUGIN", "", "Set by the engine, so that a plugin that somebody starts by mistake says what it is."},
	}},
}

// Variables lists all that the page names.
func Variables() []Variable {
	var out []Variable
	for _, g := range variables {
		out = append(out, g.list...)
	}
	return out
}

// Environment is the page of all environment variables.
func Environment() string {
	var b strings.Builder
	b.WriteString(heading("Environment", `Every environment variable that the engine reads or hands on. Plugins see none but
those of the last table.`))
	for _, g := range variables {
		fmt.Fprintf(&b, "\n## %s\n\n", g.title)
		if g.about != "" {
			fmt.Fprintf(&b, "%s\n\n", g.about)
		}
		b.WriteString("| variable | flag | |\n|---|---|---|\n")
		for _, v := range g.list {
			flag := v.Flag
			if flag != "" {
				flag = "`" + flag + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.Name, flag, v.About)
		}
	}
	return b.String()
}
