package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// openLedger takes the ledger's lock; once.
func (w *Workspace) openLedger(ctx context.Context) diag.Diagnostics {
	if w.ledger != nil {
		return nil
	}
	path := w.ledgerPath()
	exists, err := ledger.Exists(path)
	if err != nil {
		return diag.From(err, "looking for the ledger")
	}
	key, err := ledger.LoadKey(w.keyOptions(path, !exists))
	if err != nil {
		return diag.From(err, "reading the ledger's key")
	}
	opened, err := ledger.Open(ctx, ledger.Options{Path: path, Key: key, Command: w.options.Command, Clock: w.options.Now})
	if err != nil {
		return diag.From(err, "opening the ledger")
	}
	w.ledger = opened
	if err := w.openPlans(ctx); err != nil {
		return diag.From(err, "preparing the folder for plans")
	}
	return nil
}

func (w *Workspace) ledgerPath() string { return w.options.ledgerPath(w.Dir) }

func (o Options) ledgerPath(dir string) string {
	if o.Ledger != "" {
		return o.Ledger
	}
	if path, ok := o.LookupEnv("ENGINE_LEDGER"); ok && path != "" {
		return path
	}
	return filepath.Join(dir, ".engine", "ledger.db")
}

// keyOptions: the default key is one file a ledger, named after its place.
func (w *Workspace) keyOptions(path string, mayCreate bool) ledger.KeyOptions {
	env, _ := w.options.LookupEnv("ENGINE_KEY")
	o := ledger.KeyOptions{Env: env, File: w.options.KeyFile, MayCreate: mayCreate}
	if config, err := os.UserConfigDir(); err == nil {
		absolute := path
		if a, err := filepath.Abs(path); err == nil {
			absolute = a
		}
		sum := sha256.Sum256([]byte(absolute))
		o.Default = filepath.Join(config, "engine", "keys", hex.EncodeToString(sum[:8])+".key")
	}
	return o
}

// planSuffix ends the names of spools.
const planSuffix = ".plan"

// plansDir is where the spools of a ledger's plans are: beside it, so that the
// workspace itself may be read-only and two ledgers never meet.
func (w *Workspace) plansDir() string { return w.ledger.Path() + ".plans" }

// openPlans makes that folder, and sweeps out of it what a killed process left:
// a spool that no open plan of the ledger needs is nobody's. The lock is held.
func (w *Workspace) openPlans(ctx context.Context) error {
	if err := os.MkdirAll(w.plansDir(), 0o700); err != nil {
		return noPlansDir(w.plansDir(), err)
	}
	files, err := os.ReadDir(w.plansDir())
	if err != nil {
		return noPlansDir(w.plansDir(), err)
	}
	for _, file := range files {
		id, ok := strings.CutSuffix(file.Name(), planSuffix)
		if !ok {
			continue
		}
		known, saved, err := w.ledger.FindPlan(ctx, id)
		if err != nil {
			return err
		}
		if saved && (known.State == ledger.PlanReady || known.State == ledger.PlanApplying) {
			continue
		}
		_ = os.Remove(filepath.Join(w.plansDir(), file.Name())) // one that stays costs room, nothing else
	}
	return nil
}

func noPlansDir(path string, err error) error {
	return diag.Diagnostic{
		Code: "plan-directory", Class: diag.Fault,
		Summary: "The folder for plans can't be used",
		Detail:  path + ": the system says: " + systemSays(err) + ".",
		Remedy:  "Give this user the right to write beside the ledger, or choose another place with --ledger or ENGINE_LEDGER.",
	}
}

// systemSays is the system's own words, without the path that Go puts before
// them.
func systemSays(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err.Error()
	}
	return err.Error()
}
