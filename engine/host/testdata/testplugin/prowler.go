package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// attempt does what a plugin has no business to do, and says what came of it:
// "done", "refused" by the system, or something else.
func attempt(deed string) string {
	what, on, _ := strings.Cut(deed, " ")
	err := deeds[what](on)
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return "refused"
	}
	return err.Error()
}

var deeds = map[string]func(string) error{
	"read": func(path string) error {
		_, err := os.ReadFile(path)
		return err
	},
	"list": func(path string) error {
		_, err := os.ReadDir(path)
		return err
	},
	"overwrite": func(path string) error {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		return errors.Join(err, file.Close())
	},
	"create": func(folder string) error {
		file, err := os.CreateTemp(folder, "prowler-")
		if err != nil {
			return err
		}
		return errors.Join(file.Close(), os.Rename(file.Name(), file.Name()+"-2"), os.Remove(file.Name()+"-2"))
	},
	"scratch": func(string) error {
		path := filepath.Join(os.TempDir(), "scratch")
		defer os.Remove(path) // without a sandbox that is everybody's
		return os.WriteFile(path, []byte("x"), 0o600)
	},
	"run": func(path string) error { return exec.Command(path).Run() },
	"connect": func(address string) error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		dialer := net.Dialer{}
		dialer.SetMultipathTCP(false)
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return conn.Close()
	},
	"listen": func(address string) error {
		config := net.ListenConfig{}
		config.SetMultipathTCP(false)
		listener, err := config.Listen(context.Background(), "tcp", address)
		if err != nil {
			return err
		}
		return listener.Close()
	},
	"engine's": func(file string) error {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", os.Getppid(), file))
		return err
	},
	"signal": func(pid string) error {
		number, err := strconv.Atoi(pid)
		if err != nil {
			return err
		}
		return syscall.Kill(number, 0)
	},
}
