//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
)

// rushes runs the scenarios of shared/dev/proof/rush, and shows their outcomes.
func rushes(group *process.Group, root string, out io.Writer) error {
	folder := filepath.Join(root, "shared", "dev", "proof", "rush")
	cmd := exec.Command("go", "test", "-count=1", "-run=^TestARush$", ".", "-args", "-write")
	cmd.Dir = folder
	fmt.Fprintln(out)
	stop := console.Progress(out, "playing a rush at one room, in virtual time")
	said, err := output(group, cmd)
	stop()
	if err != nil {
		return fmt.Errorf("a rush at one room: %w\n%s", err, said)
	}
	table, err := os.ReadFile(filepath.Join(folder, "burst.txt"))
	if err == nil {
		_, err = fmt.Fprintf(out, "\n%s\nthe plot: %s\n", table, filepath.Join(folder, "burst.svg"))
	}
	return err
}
