//go:build unix

// Package build builds the functions for this machine, with the flags of the cloud.
package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/template"
)

// Flags are those of the Makefile's BUILD_FLAGS.
var Flags = []string{"-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-tags", "lambda.norpc"}

// Functions builds an executable for each function, with its name, into dir. The compiler runs in the group. The log
// gets a line.
func Functions(
	ctx context.Context, group *process.Group, root string, functions []template.Function, dir string, log io.Writer,
) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for built functions: %w", err)
	}
	arguments := slices.Concat([]string{"build", "-o", dir + "/"}, Flags)
	for _, f := range functions {
		arguments = append(arguments, "./"+f.Folder)
	}
	fmt.Fprintln(log, "building the functions (the first time takes a while)")
	cmd := exec.Command("go", arguments...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if err := group.RunQuietly(ctx, cmd, 0); err != nil {
		return fmt.Errorf("the functions do not build: %w", err)
	}
	return nil
}
