package main

import (
	"errors"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"passerelle/cmd/engine/view"
	"passerelle/engine"
	"passerelle/engine/diag"
)

// command is what all subcommands share: the flags, where output goes, and the
// exit code that comes of it all.
type command struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	jsonFile       *os.File // of --json-into, once it is open
	code           int

	inputs     []string
	inputFiles []string
	plugins    []string
	pluginDirs []string
	ledger     string
	keyFile    string
	logLevel   string
	json       bool
	jsonInto   string
	dir        string // --workspace, of commands whose argument is something else
	elsewhere  string // the flags by which another command finds this one's workspace and ledger
	noColor    bool
	process    processing
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "engine",
		Short: "Move HR data between systems as mapping files say",
		Long: `engine carries people's data from one system to another, as HCL mapping files say.
It plans every change, refuses what looks like an accident, applies the rest and
answers for each person what happened.

Exit codes: 0 done, also nothing to do; 1 refused; 2 the plan has changes
(plan --detailed-exitcode); 3 a part is blocked; 4 somebody is held or ambiguous;
5 credentials or rights; 6 the other system is unavailable or the ledger is
locked; 7 our fault or the machine's; 130 interrupted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          helpOrRefuse,

		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			c.elsewhere = elsewhere(cmd, args)
			return c.openJSON()
		},
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&c.json, "json", false, "write NDJSON events on stdout, diagnostics included")
	flags.StringVar(&c.jsonInto, "json-into", "", "write the events to this file, beside what people see; it names people")
	flags.BoolVar(&c.noColor, "no-color", false, "no colours, even on a terminal")
	flags.StringVar(&c.logLevel, "log", "off", "log of the engine and its plugins on stderr: trace, debug, info, warn, error, off")
	root.AddCommand(c.validateCommand(), c.checkCommand(), c.planCommand(), c.applyCommand(), c.runCommand(), c.approveCommand(), c.versionCommand())
	root.AddCommand(c.runsCommand(), c.reportCommand(), c.heldCommand(), c.whoCommand(), c.undoCommand(), c.forgetCommand(), c.ledgerCommand(), c.unlockCommand())
	root.AddCommand(c.initCommand(), c.pluginCommand())
	root.AddCommand(c.fmtCommand(), c.evalCommand(), c.lineageCommand(), c.referenceCommand())
	root.AddCommand(c.testCommand(), c.permissionsCommand(), c.docsCommand(), c.generateCommand())
	root.SetFlagErrorFunc(knownFlag)
	exemplify(root, "")
	completeWords(root)
	return root
}

// workspaceFlags are those of every command that reads a workspace.
func (c *command) workspaceFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&c.inputs, "input", nil, "value of an input, as name=value; may be repeated")
	flags.StringArrayVar(&c.inputFiles, "inputs", nil, "file of inputs, one name = value a line (HCL); may be repeated")
	flags.StringArrayVar(&c.plugins, "plugin", nil, "executable of a plugin, as name=path; may be repeated")
	flags.StringArrayVar(&c.pluginDirs, "plugin-dir", nil, "folder to look for plugins in, before all others; may be repeated")
	c.process.flags(flags)
}

// ledgerFlags are those of every command that needs the ledger.
func (c *command) ledgerFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&c.ledger, "ledger", "", "path of the ledger (default .engine/ledger.db in the workspace, or ENGINE_LEDGER)")
	flags.StringVar(&c.keyFile, "key-file", "", "file of the ledger's key (default: ENGINE_KEY, or a file under your config folder)")
}

// open loads the workspace that args name: the current folder without.
func (c *command) open(cmd *cobra.Command, args []string, out view.View) (*engine.Workspace, diag.Diagnostics) {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	inputs, ds := c.readInputs()
	plugins, more := pairs("--plugin", "name=path", c.plugins)
	if ds = append(ds, more...); ds.HasErrors() {
		return nil, ds
	}
	level := hclog.LevelFromString(c.logLevel)
	if level == hclog.NoLevel {
		return nil, diag.Diagnostics{usageFault(`--log is trace, debug, info, warn, error or off, not "` + c.logLevel + `"`)}
	}
	options := engine.Options{
		Inputs:     inputs,
		Plugins:    plugins,
		PluginDirs: c.pluginDirs,
		Ledger:     c.ledger,
		KeyFile:    c.keyFile,
		Logger:     hclog.New(&hclog.LoggerOptions{Name: "engine", Level: level, Output: c.stderr, JSONFormat: c.json}),
		LogLevel:   c.logLevel,
		Command:    "engine " + cmd.Name(),
		Watch:      out.Progress,
	}
	if ds := c.process.options(c, &options); ds.HasErrors() {
		return nil, ds
	}
	return engine.Load(dir, options)
}

// view picks how results are shown.
func (c *command) view() view.View {
	if c.json {
		return view.NewJSON(c.stdout, version)
	}
	human := view.NewHuman(c.stdout, c.stderr, !c.noColor && os.Getenv("NO_COLOR") == "", c.elsewhere)
	if c.jsonFile != nil {
		return view.Both(human, view.NewJSON(c.jsonFile, version))
	}
	return human
}

// usage reports arguments that make no command.
func (c *command) usage(err error) {
	var d diag.Diagnostic
	if !errors.As(err, &d) {
		d = usageFault(strings.ToUpper(err.Error()[:1]) + err.Error()[1:])
	}
	_ = c.openJSON() // a mistake in the arguments comes before it is opened
	out := c.view()
	out.Diagnostics(diag.Diagnostics{d}, nil)
	c.finish(out, diag.Diagnostics{d})
}

func usageFault(summary string) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "usage", Summary: summary,
		Remedy: "engine --help lists the commands, and engine COMMAND --help its flags.",
	}
}

// usageOf is a usageFault of one command, which knows whose help to name.
func usageOf(cmd *cobra.Command, summary string) diag.Diagnostic {
	d := usageFault(summary)
	d.Remedy = cmd.CommandPath() + " --help shows how it is used."
	return d
}

// knownFlag adds the nearest flag to what is said of one that a command lacks, or
// the command that is called so.
func knownFlag(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) || len(missing.GetSpecifiedName()) < 2 {
		return usageOf(cmd, strings.ToUpper(err.Error()[:1])+err.Error()[1:])
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	d := usageFault(strings.TrimSpace(cmd.CommandPath()) + " has no flag --" + missing.GetSpecifiedName())
	d.Detail = strings.TrimSpace(diag.Suggest("--"+missing.GetSpecifiedName(), names))
	d.Remedy = cmd.CommandPath() + " --help lists its flags."
	for _, sub := range cmd.Commands() {
		if sub.Name() == missing.GetSpecifiedName() {
			d.Remedy = "It is a command: " + sub.CommandPath() + "."
		}
	}
	return d
}

// knownCommand refuses a first word that is no command, with the nearest one.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	d := usageFault(`There is no command "` + strings.TrimPrefix(root.CommandPath()+" ", "engine ") + args[0] + `"`)
	if near := diag.DidYouMean(args[0], names); near != "" {
		d.Remedy = "Did you mean " + root.CommandPath() + " " + near + "? " + d.Remedy
	}
	return d
}

// pairs splits flags of the form name=value.
func pairs(flag, form string, list []string) (map[string]string, diag.Diagnostics) {
	out := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, diag.Diagnostics{usageFault(flag + " takes " + form + ", and was given another form")}
		}
		out[name] = value
	}
	return out, nil
}

// openJSON opens the file of --json-into, once. What an earlier command wrote
// there is written over.
func (c *command) openJSON() error {
	if c.jsonInto == "" || c.jsonFile != nil {
		return nil
	}
	if c.json {
		return usageFault("--json and --json-into ask for the events in two places: give one of them")
	}
	file, err := os.OpenFile(c.jsonInto, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		into := c.jsonInto
		c.jsonInto = "" // it is said once, to people
		d := usageFault("The file " + into + " of --json-into can't be written")
		if path, ok := errors.AsType[*os.PathError](err); ok {
			d.Detail = "The system says: " + path.Err.Error() + "."
		}
		return d
	}
	c.jsonFile = file
	return nil
}
