package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// mirrored is `mirror DIR [FAULT]`: it serves a folder over https until the script
// ends. MIRROR is its address, CA the file of its certificate. A fault is what
// happens to the archives: html, cut, or 503.
func mirrored(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: mirror DIR [html|cut|503]")
	}
	fault := strings.Join(args[1:], "")
	files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault == "" || !strings.HasSuffix(r.URL.Path, ".gz") {
			files.ServeHTTP(w, r)
			return
		}
		switch fault {
		case "html":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<h1>Please log in</h1>"))
		case "cut":
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte("the beginning"))
		case "503":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	ts.Defer(server.Close)
	ca := filepath.Join(ts.Getenv("WORK"), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	ts.Check(os.WriteFile(ca, block, 0o600))
	ts.Setenv("MIRROR", server.URL)
	ts.Setenv("CA", ca)
}
