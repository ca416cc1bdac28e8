package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"syscall"

	"passerelle/engine/diag"
)

const (
	askPublisher = "Don't use it. Ask whoever publishes the plugin or keeps the mirror, and take it from another place meanwhile."
	initAgain    = "Run engine init, which brings it anew and checks it."
)

func expected(want, found any) string { return fmt.Sprintf("Expected: %v. Found: %v.", want, found) }

// Files and folders.

func cantRead(path string, err error) error {
	return diag.Diagnostic{
		Code: "unreadable-file", Summary: path + " can't be read", Detail: "The system says: " + reason(err) + ".",
		Remedy: "Check that it exists and that the user who runs engine may read it.",
	}
}

func cantWrite(path string, err error) error {
	d := diag.Diagnostic{
		Code: "unwritable-file", Class: diag.Fault, Summary: path + " can't be written", Detail: "The system says: " + reason(err) + ".",
		Remedy: "Check that the user who runs engine may write there. What was there before is unchanged.",
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		d.Remedy = "Make room on that disk and run it again. What was there before is unchanged."
	}
	return d
}

// reason is the system's own, without the path that Go puts in front of it.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func noStore(err error) error {
	return diag.Diagnostic{
		Code: "plugin-store", Class: diag.Fault, Summary: "There is no place for installed plugins", Detail: "The system says: " + err.Error() + ".",
		Remedy: "Set HOME, or XDG_CACHE_HOME, to a folder of this user.",
	}
}

func openStore(dir string, mode fs.FileMode) error {
	return diag.Diagnostic{
		Code: "plugin-store", Summary: "The folder of installed plugins is open to others",
		Detail: dir + " must be a folder of this user alone, because what is in it is executed. " + expected("drwx------, owned by this user", mode),
		Remedy: "Remove that folder and run engine init, which makes it anew.",
	}
}

func interrupted() error {
	return diag.Diagnostic{Code: "interrupted", Class: diag.Interrupted, Summary: "Interrupted while plugins were being installed", Remedy: "Run it again: nothing is half done."}
}

// Keys.

func badKey(k Key) error {
	return diag.Diagnostic{
		Code: "bad-signing-key", Summary: "This is no public key: " + clip(string(k)), Detail: "A key is ed25519: followed by 44 characters.",
		Remedy: "Copy it whole from where the publisher shows it; engine plugin keygen printed it there.",
	}
}

func keyExists(path string) error {
	return diag.Diagnostic{
		Code: "key-exists", Summary: "There is a key already: " + path,
		Detail: "A key is never replaced: nobody who trusts it would trust the new one.", Remedy: "Use that key, or name another file with --out.",
	}
}

func openKey(path string, mode fs.FileMode) error {
	return diag.Diagnostic{
		Code: "key-not-private", Summary: "Others may read the signing key " + path,
		Detail: "Whoever has it can sign plugins in your name. " + expected("-rw-------", mode),
		Remedy: "chmod 600 on it. If others use this machine, make a new key and tell those who trust the old one.",
	}
}

func notAKey(path string) error {
	return diag.Diagnostic{
		Code: "bad-signing-key", Summary: "This is no signing key: " + path, Detail: "A signing key is an Ed25519 key in PEM (PKCS #8), without a passphrase.",
		Remedy: "Make one with engine plugin keygen.",
	}
}

// The lock file.

func badLock(path, why string, at *hclRange) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "bad-lock", Summary: "The lock file can't be used", Detail: why, Subject: place(path, at),
		Remedy: "Take it back from version control. If there is no good one, delete it and run engine init, which then trusts signers anew.",
	}
}

func lockDisagrees(name, what, want, found string) error {
	if found == "" {
		found = "nothing"
	}
	return diag.Diagnostic{
		Code: "plugin-lock-mismatch", Summary: fmt.Sprintf("The lock file and the signed manifest of the plugin %q disagree", name),
		Detail: fmt.Sprintf("It is about %s. The lock says: %s. The manifest says: %s.", what, want, found),
		Remedy: "Somebody edited " + LockName + ". Take it back from version control.",
	}
}

func wrongManifest(p *Locked, from string, found Hash) error {
	return diag.Diagnostic{
		Code: "plugin-lock-mismatch", Summary: fmt.Sprintf("The manifest of the plugin %q is not the one that was locked", p.Name),
		Detail: fmt.Sprintf("At %s. %s A version never changes once it is published, so the manifest or the lock file was changed.", from, expected(p.Manifest, found)),
		Remedy: "Take " + LockName + " back from version control. If it is unchanged, don't use this mirror, and ask whoever keeps it.",
	}
}

func noBuildHere(p *Locked) error {
	return diag.Diagnostic{
		Code: "plugin-no-build", Summary: fmt.Sprintf("The plugin %q %s has no build for this machine", p.Name, p.Version),
		Detail: expected(Here(), strings.Join(p.Platforms(), ", ")),
		Remedy: "Ask its publisher for one, or take another version: engine init --upgrade.",
	}
}

func notInstalled(p *Locked) error {
	return diag.Diagnostic{
		Code: "plugin-not-installed", Summary: fmt.Sprintf("The plugin %q %s is locked, but not installed on this machine", p.Name, p.Version),
		Detail: "There is none with the manifest " + p.Manifest + ".",
		Remedy: "Run engine init, with --from and the place where the plugins are.",
	}
}

// What was changed.

func changed(path string, want, found Hash) error {
	return diag.Diagnostic{
		Code: "plugin-changed", Summary: "An installed plugin was changed and is not started",
		Detail: path + " is not the file that was locked. " + expected(want, found),
		Remedy: "Find out who changed it. " + initAgain,
	}
}

func wrongHash(from string, want, found Hash) error {
	return diag.Diagnostic{
		Code: "plugin-hash", Summary: "A file is not the one that was signed", Detail: from + ". " + expected(want, found), Remedy: askPublisher,
	}
}

func wrongSize(from string, want, found int64) error {
	text := fmt.Sprintf("%d", found)
	if found > want {
		text = "more"
	}
	return diag.Diagnostic{
		Code: "plugin-size", Summary: "A file has another size than announced", Detail: from + ". " + expected(fmt.Sprintf("%d bytes", want), text+" bytes"), Remedy: askPublisher,
	}
}

func badArchive(from, want, found string) error {
	return diag.Diagnostic{
		Code: "plugin-archive", Summary: "This is no archive of a plugin", Detail: diag.VisibleLine(from + ". " + expected(want, found)), Remedy: askPublisher,
	}
}

func badManifest(from, why string) error {
	return diag.Diagnostic{Code: "plugin-manifest", Summary: "A manifest can't be used", Detail: from + ". " + why, Remedy: askPublisher}
}

func badSignature(from, why string, k Key) error {
	d := diag.Diagnostic{Code: "plugin-signature", Summary: "A signature doesn't fit", Detail: from + ". " + why, Remedy: askPublisher}
	if k != "" {
		d.Detail += " The key: " + string(k) + "."
	}
	return d
}

func wrongSigner(name, from string, want, found Key) error {
	return diag.Diagnostic{
		Code: "plugin-signer", Summary: fmt.Sprintf("The plugin %q is signed by another key", name),
		Detail: from + ". " + expected(want, found),
		Remedy: "Ask its publisher, by a way that you know, whether the key is new. Only then: engine init --trust-key " + string(found) + ".",
	}
}

func untrusted(name string, want []Key, found Key) error {
	var keys []string
	for _, k := range want {
		keys = append(keys, string(k))
	}
	return diag.Diagnostic{
		Code: "plugin-signer", Summary: fmt.Sprintf("The plugin %q is signed by a key that --trust-key doesn't name", name),
		Detail: expected(strings.Join(keys, " or "), found),
		Remedy: "Ask its publisher, by a way that you know, which key is theirs.",
	}
}

// Mirrors.

func noSource(name string) error {
	return diag.Diagnostic{
		Code: "no-mirror", Summary: fmt.Sprintf("Where to take the plugin %q from is not known", name),
		Detail: "It is not locked in a version that the files allow, or a newer one is asked for.",
		Remedy: "Name a folder, a tar file or an https address with --from, or in ENGINE_PLUGIN_MIRROR. Plugins beside the engine need none, as long as the lock file names no plugin.",
	}
}

func badMirror(from string) error {
	_, rest, _ := strings.Cut(from, "://")
	if _, host, ok := strings.Cut(rest, "@"); ok {
		rest = host // without a password
	}
	return diag.Diagnostic{
		Code: "bad-mirror", Summary: "This is no address of a mirror: " + clip(rest), Detail: "A mirror on the network is an https address.",
		Remedy: "Write https://… , or the path of a folder or of a tar file.",
	}
}

func notCertificates(path string) error {
	return diag.Diagnostic{
		Code: "bad-mirror", Summary: "There is no certificate in " + path, Detail: "It is the file that --mirror-ca names.", Remedy: "Give the authority's certificate in PEM.",
	}
}

func mirrorUnavailable(at, why string) error {
	return diag.Diagnostic{
		Code: "mirror-unavailable", Class: diag.Unavailable, Summary: "The mirror can't be reached", Detail: at + ". " + diag.VisibleLine(clip(why)) + ".",
		Remedy: "Run it again later. What is installed stays usable.",
	}
}

func brokenOff(from string, err error) error {
	return diag.Diagnostic{
		Code: "mirror-unavailable", Class: diag.Unavailable, Summary: "A file broke off before its end", Detail: from + ". " + diag.VisibleLine(clip(err.Error())) + ".",
		Remedy: "Run it again. Nothing of it was kept.",
	}
}

func mirrorAnswers(at string, status int) error {
	d := diag.Diagnostic{
		Code: "mirror-unavailable", Class: diag.Unavailable, Summary: "The mirror doesn't answer as it should", Detail: at + ". " + expected("status 200", fmt.Sprintf("status %d", status)),
		Remedy: "Run it again later. If it stays so, ask whoever keeps the mirror.",
	}
	if status < 500 && status != 429 {
		d.Code, d.Class, d.Remedy = "bad-mirror", diag.Refused, "Check the address of the mirror."
	}
	return d
}

func mirrorForbids(at string, status int) error {
	return diag.Diagnostic{
		Code: "mirror-forbidden", Class: diag.Credentials, Summary: "The mirror or a proxy wants credentials", Detail: fmt.Sprintf("%s. It answers with status %d.", at, status),
		Remedy: "Use a mirror that this machine may read.",
	}
}

func mirrorCertificate(at string, err error) error {
	return diag.Diagnostic{
		Code: "mirror-certificate", Summary: "The mirror's certificate is not trusted", Detail: at + ". " + diag.VisibleLine(clip(err.Error())) + ".",
		Remedy: "If the mirror has an authority of its own, name its certificate with --mirror-ca. Otherwise somebody stands between.",
	}
}

func mirrorRedirects(at string) error {
	return diag.Diagnostic{
		Code: "bad-mirror", Summary: "The mirror leads elsewhere", Detail: at + ". " + expected("at most 5 redirects, each to https", "one to http, or more"), Remedy: "Check the address of the mirror.",
	}
}

func wrongContent(at, found string) error {
	return diag.Diagnostic{
		Code: "bad-mirror", Summary: "The mirror answers with something else than a file of a plugin",
		Detail: at + ". " + expected("JSON or an archive", diag.VisibleLine(clip(found))), Remedy: "It is most often the page of a proxy or of a login. Check the address in a browser.",
	}
}

func notInMirror(name, version, at string) error {
	what := fmt.Sprintf("plugin %q", name)
	if version != "" {
		what += " " + version
	}
	return diag.Diagnostic{Code: "not-in-mirror", Summary: "The mirror doesn't have the " + what, Detail: "It was looked for at " + at + ".", Remedy: "Check the name, or use a mirror that has it."}
}

func missingArchive(at string) error {
	return diag.Diagnostic{Code: "not-in-mirror", Summary: "The mirror lacks a file that its manifest names", Detail: at + ".", Remedy: "Ask whoever keeps the mirror to copy the version whole."}
}

func badIndex(at string) error {
	return diag.Diagnostic{Code: "bad-mirror", Summary: "The list of versions can't be read", Detail: at + " is not of the form that engine plugin package writes.", Remedy: "Ask whoever keeps the mirror."}
}

func noVersion(want Want, at string, has []string) error {
	asked := "any version"
	if len(want.Constraints) > 0 {
		asked = strings.Join(want.Constraints, ", ")
	}
	shown := "none"
	if len(has) > 0 {
		shown = clip(strings.Join(has, ", "))
	}
	return diag.Diagnostic{
		Code: "no-version", Summary: fmt.Sprintf("No version of the plugin %q fits", want.Name), Detail: at + ". " + diag.VisibleLine(expected(asked, shown)),
		Remedy: "Change the version in the plugin block, or use a mirror that has a newer one.",
	}
}

// Packaging.

func badVersion(name, version string) error {
	return diag.Diagnostic{
		Code: "bad-package", Summary: fmt.Sprintf("The plugin %q can't be packaged in this version", name), Detail: "What it says of itself: " + clip(version) + ". Expected: three numbers, as 1.2.3.",
		Remedy: "Give the plugin a version in its Describe.",
	}
}

func badPlatform(text string) error {
	return diag.Diagnostic{
		Code: "bad-package", Summary: "This is no platform: " + clip(text), Remedy: "Write the system and the processor, as linux_amd64=PATH. This machine is " + runtime.GOOS + "_" + runtime.GOARCH + ".",
	}
}

func wrongPlatform(path string, want, found Platform) error {
	return diag.Diagnostic{Code: "bad-package", Summary: path + " was built for another platform", Detail: expected(want, found), Remedy: "Build it for that platform, or name the one that it was built for."}
}

func versionExists(name, version, dir string) error {
	return diag.Diagnostic{
		Code: "bad-package", Summary: fmt.Sprintf("The plugin %q %s is packaged already", name, version), Detail: dir + " is there. A published version never changes: somebody may have locked it.",
		Remedy: "Give the plugin a new version. If this one was never published, remove that folder first.",
	}
}

// clip keeps what others wrote from filling the screen.
func clip(text string) string {
	const longest = 300
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
