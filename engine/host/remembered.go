package host

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"google.golang.org/protobuf/proto"

	"passerelle/plugins/protocol"
)

// What plugins say of themselves is remembered in the user's cache directory, so
// that checking files starts no process. It decides nothing else: whoever reads or
// writes a record asks the plugin itself.

// rememberedFor bounds how long an executable that looks the same is believed to
// say the same. One that starts another program, which changed, does not show it.
const rememberedFor = 24 * time.Hour

// maxRemembered is far above any description.
const maxRemembered = 16 << 20

// Remembered is what a plugin said of itself when it was last started; nil when
// that is not known, too old, or of another executable. One that Options.Paths
// names is under somebody's hands and is always asked.
func Remembered(name string, o Options) *protocol.Description {
	file, ok := rememberedFile(name, o)
	if !ok {
		return nil
	}
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxRemembered || time.Since(info.ModTime()) > rememberedFor || time.Until(info.ModTime()) > 0 {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil || len(content) < sha256.Size {
		return nil
	}
	sum, body := content[:sha256.Size], content[sha256.Size:]
	if own := sha256.Sum256(body); !bytes.Equal(sum, own[:]) {
		return nil
	}
	description := &protocol.Description{}
	if proto.Unmarshal(body, description) != nil || description.GetName() != name {
		return nil
	}
	return description
}

// Remember keeps what a plugin said of itself. That it can't be kept is no error:
// the plugin is asked again.
func Remember(name string, o Options, description *protocol.Description) {
	file, ok := rememberedFile(name, o)
	if !ok {
		return
	}
	body, err := proto.Marshal(description)
	if err != nil || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	sum := sha256.Sum256(body)
	temporary, err := os.CreateTemp(filepath.Dir(file), ".new-") // 0600, and renamed: a reader sees a whole file
	if err != nil {
		return
	}
	_, err = io.Copy(temporary, io.MultiReader(bytes.NewReader(sum[:]), bytes.NewReader(body)))
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
}

// rememberedFile is named after the executable: where it is, and what changes with
// its content. Reading it whole would take longer than asking it.
func rememberedFile(name string, o Options) (string, bool) {
	if _, named := o.Paths[name]; named {
		return "", false
	}
	path, found := Find(name, o)
	if found.HasErrors() {
		return "", false
	}
	info, err := os.Stat(path)
	cache, noCache := os.UserCacheDir()
	if err != nil || noCache != nil {
		return "", false
	}
	system, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", false
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %d %d %d %d", protocol.Version, name, path, system.Dev, system.Ino, info.Size(), info.ModTime().UnixNano()))
	return filepath.Join(cache, "engine", "plugins", name+"-"+hex.EncodeToString(id[:8])), true
}
