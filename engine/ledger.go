package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// stateDir is where a workspace keeps what is its own: the ledger and the spools
// of plans.
func (w *Workspace) stateDir() string { return filepath.Join(w.Dir, ".engine") }

// openLedger takes the ledger's lock; once.
func (w *Workspace) openLedger(ctx context.Context) diag.Diagnostics {
	if w.ledger != nil {
		return nil
	}
	path := w.ledgerPath()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return diag.Diagnostics{{
			Code: "ledger-directory", Class: diag.Fault,
			Summary: "The ledger's folder can't be made",
			Detail:  err.Error() + ".",
			Remedy:  "Give this user the right to write there, or put the ledger elsewhere with --ledger.",
		}}
	}
	exists, err := ledger.Exists(path)
	if err != nil {
		return diag.From(err, "looking for the ledger")
	}
	key, err := ledger.LoadKey(w.keyOptions(path, !exists))
	if err != nil {
		return diag.From(err, "reading the ledger's key")
	}
	w.ledger, err = ledger.Open(ctx, ledger.Options{Path: path, Key: key, Command: w.options.Command, Clock: w.options.Now})
	return diag.From(err, "opening the ledger")
}

func (w *Workspace) ledgerPath() string {
	if w.options.Ledger != "" {
		return w.options.Ledger
	}
	if path, ok := w.options.LookupEnv("ENGINE_LEDGER"); ok && path != "" {
		return path
	}
	return filepath.Join(w.stateDir(), "ledger.db")
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
