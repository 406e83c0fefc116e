package process

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"github.com/genhost/genhost/sdk"
)

// check reports an executable that cannot be started.
func check(s Spec) error {
	info, err := os.Stat(s.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sdk.Hint(fmt.Errorf("start the %s plugin: %s: %w", s.Name, s.Path, fs.ErrNotExist),
			"build it, or correct its source in models.toml")
	case err != nil:
		return fmt.Errorf("start the %s plugin: %w", s.Name, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("start the %s plugin: %w: %s is no file", s.Name, sdk.ErrBadInput, s.Path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return sdk.Hint(fmt.Errorf("start the %s plugin: %s is not executable: %w", s.Name, s.Path, fs.ErrPermission),
			"chmod +x "+s.Path)
	}
	return nil
}

// explainStart says why the system did not start an executable that is there.
func explainStart(s Spec, err error) error {
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		target, here := targetOf(s.Path), runtime.GOOS+"/"+runtime.GOARCH
		if target == "" || target == here {
			return &failure{fmt.Sprintf("start the %s plugin: %s is no program", s.Name, s.Path), sdk.ErrProtocol}
		}
		return sdk.Hint(&failure{
			fmt.Sprintf("start the %s plugin: %s is built for %s, this machine is %s", s.Name, s.Path, target, here),
			sdk.ErrProtocol,
		}, "build or get it for "+here)
	case errors.Is(err, fs.ErrNotExist):
		return sdk.Hint(fmt.Errorf("start the %s plugin: %s needs an interpreter or loader: %w", s.Name, s.Path, fs.ErrNotExist),
			"look at its first line, or at what it is linked to")
	}
	return fmt.Errorf("start the %s plugin: %w", s.Name, err)
}

// targetOf tells the system that an executable is built for, as GOOS/GOARCH;
// "" when it is no executable.
func targetOf(path string) string {
	if f, err := elf.Open(path); err == nil {
		defer f.Close()
		arch, ok := map[elf.Machine]string{
			elf.EM_X86_64: "amd64", elf.EM_386: "386", elf.EM_AARCH64: "arm64", elf.EM_ARM: "arm",
			elf.EM_RISCV: "riscv64", elf.EM_PPC64: "ppc64le", elf.EM_S390: "s390x", elf.EM_LOONGARCH: "loong64",
		}[f.Machine]
		if !ok {
			arch = f.Machine.String()
		}
		return "linux/" + arch
	}
	if f, err := macho.Open(path); err == nil {
		defer f.Close()
		if f.Cpu == macho.CpuArm64 {
			return "darwin/arm64"
		}
		return "darwin/amd64"
	}
	if f, err := pe.Open(path); err == nil {
		defer f.Close()
		if f.Machine == pe.IMAGE_FILE_MACHINE_ARM64 {
			return "windows/arm64"
		}
		return "windows/amd64"
	}
	return ""
}
