//go:build unix

package main

import (
	"debug/elf"
	"fmt"
	"io"
	"path/filepath"

	"personal-rooms/shared/dev/template"
)

// machines are the processors of Lambda, by their names in CloudFormation.
var machines = map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64}

// check compares the executables in a folder of `sam build` with what the template there declares for the value of its
// parameter Architecture. Lambda accepts a mismatch, and then answers every request with 502.
func check(out io.Writer, folder, architecture string) error {
	b, err := template.Load(folder, map[string]string{"Architecture": architecture})
	if err != nil {
		return fmt.Errorf("%s holds no build: %w", folder, err)
	}
	for _, f := range b.Functions {
		file := filepath.Join(folder, f.Code, "bootstrap")
		if err := checkOne(file, f.Architecture); err != nil {
			return fmt.Errorf("%s: %w", f.ID, err)
		}
	}
	fmt.Fprintf(out, "%d functions are built for %s, as the template declares\n", len(b.Functions), architecture)
	return nil
}

func checkOne(file, declared string) error {
	executable, err := elf.Open(file)
	if err != nil {
		return err
	}
	defer executable.Close()
	if want, known := machines[declared]; !known || executable.Machine != want {
		return fmt.Errorf("it is built for %s, and the template declares %s: build with make, and the same ARCHITECTURE",
			executable.Machine, declared)
	}
	libraries, err := executable.ImportedLibraries()
	if len(libraries) > 0 {
		return fmt.Errorf("it needs the libraries %v: build it with CGO_ENABLED=0", libraries)
	}
	return err
}
