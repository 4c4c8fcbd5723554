//go:build unix

package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/console"
)

// BuildFlags are how a function is built, here and by the Makefile for the cloud.
var BuildFlags = []string{"-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-tags", "lambda.norpc,timetzdata"}

var errGo = errors.New("Go is needed to build the functions, and there is no go command in PATH: install Go")

// build puts an executable per function, by its name, into dir. What is up to date stays.
func (b *Bundle) build(ctx context.Context, root string, functions []bundle.Function, dir string) error {
	compiler, err := exec.LookPath("go")
	if err != nil {
		return errGo
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for built functions: %w", err)
	}
	arguments := append([]string{"build", "-o", dir + string(filepath.Separator)}, BuildFlags...)
	var names []string
	for _, f := range functions {
		if _, err := os.Stat(filepath.Join(root, f.Folder)); err != nil {
			return fmt.Errorf("%s names %s, and there is no folder %s", bundle.TemplateName, f.ID, f.Folder)
		}
		arguments, names = append(arguments, "./"+f.Folder), append(names, f.Name)
	}
	start := time.Now()
	stop := console.Progress(b.log, "building "+strings.Join(names, ", ")+" (the first time takes a while)")
	defer stop()
	cmd := exec.Command(compiler, arguments...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if said, err := b.runTool(ctx, cmd); err != nil {
		return fmt.Errorf("the functions do not build: %w\n%s", err, said)
	}
	fmt.Fprintf(b.log, "built in %s\n", time.Since(start).Round(100*time.Millisecond))
	return nil
}

// runTool runs cmd to its end, or to the context's, and returns what it said.
func (b *Bundle) runTool(ctx context.Context, cmd *exec.Cmd) (said []byte, err error) {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	tool, err := b.group.Start(cmd)
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
