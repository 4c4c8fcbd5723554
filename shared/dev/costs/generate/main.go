// Command generate writes shared/docs/costs.md. `make costs` calls it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"personal-rooms/shared/dev/costs"
	"personal-rooms/shared/dev/template"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	text, err := costs.Document(root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, costs.File), []byte(text), 0o600)
}
