//go:build unix

// Package build makes the functions' executables as they are made for the cloud, but for this machine.
package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// Flags are how a function is built, here and by the Makefile for the cloud.
var Flags = []string{"-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-tags", "lambda.norpc,timetzdata"}

var errGo = errors.New("Go is needed to build the functions, and there is no go command in PATH: install Go")

// Functions puts an executable per function, by its name, into dir. What is up to date stays. The compiler runs in
// group; log gets what is going on.
func Functions(
	ctx context.Context, group *process.Group, root string, functions []template.Function, dir string, log io.Writer,
) error {
	compiler, err := exec.LookPath("go")
	if err != nil {
		return errGo
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for built functions: %w", err)
	}
	arguments := append([]string{"build", "-o", dir + string(filepath.Separator)}, Flags...)
	for _, f := range functions {
		if _, err := os.Stat(filepath.Join(root, f.Folder)); err != nil {
			return fmt.Errorf("%s names %s, and there is no folder %s", template.TemplateName, f.ID, f.Folder)
		}
		arguments = append(arguments, "./"+f.Folder)
	}
	defer console.Progress(log, "building the functions (the first time takes a while)")()
	cmd := exec.Command(compiler, arguments...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if said, err := run(ctx, group, cmd); err != nil {
		return fmt.Errorf("the functions do not build: %w\n%s", err, said)
	}
	return nil
}

// run runs cmd to its end, or to the context's, and returns what it said.
func run(ctx context.Context, group *process.Group, cmd *exec.Cmd) (said []byte, err error) {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	tool, err := group.Start(cmd)
	if err != nil {
		return nil, err
	}
	select {
	case <-tool.Done():
		return output.Bytes(), tool.Err()
	case <-ctx.Done():
		tool.Kill()
		return output.Bytes(), ctx.Err()
	}
}
