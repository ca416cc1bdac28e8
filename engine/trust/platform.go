package trust

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"regexp"
	"runtime"
)

// Platform is an operating system and a processor, as linux_amd64.
type Platform string

// Here is the platform that this engine runs on.
func Here() Platform { return Platform(runtime.GOOS + "_" + runtime.GOARCH) }

var platformForm = regexp.MustCompile(`^[a-z0-9]+_[a-z0-9]+$`)

// Valid reports whether it has the form of one.
func (p Platform) Valid() bool { return platformForm.MatchString(string(p)) }

var elfMachines = map[elf.Machine]string{
	elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_386: "386", elf.EM_ARM: "arm", elf.EM_RISCV: "riscv64", elf.EM_S390: "s390x",
}

var machoProcessors = map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}

// builtFor says which platform an executable was built for; "" where its form
// doesn't tell, as with a script.
func builtFor(content []byte) Platform {
	if file, err := elf.NewFile(bytes.NewReader(content)); err == nil {
		return known("linux", elfMachines[file.Machine])
	}
	if file, err := macho.NewFile(bytes.NewReader(content)); err == nil {
		return known("darwin", machoProcessors[file.Cpu])
	}
	return ""
}

func known(system, processor string) Platform {
	if processor == "" {
		return ""
	}
	return Platform(system + "_" + processor)
}
