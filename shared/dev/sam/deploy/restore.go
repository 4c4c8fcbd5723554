//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const restoreDocument = "shared/docs/restore.md"

var shellBlocks = regexp.MustCompile("(?s)\n```sh\n(.*?\n)```\n")

// restoreCommands are the commands of the document, without the first block, which chooses the stack.
func restoreCommands(document string) (string, error) {
	blocks := shellBlocks.FindAllStringSubmatch(document, -1)
	if len(blocks) < 2 {
		return "", fmt.Errorf("%s has no commands", restoreDocument)
	}
	var commands strings.Builder
	for _, block := range blocks[1:] {
		commands.WriteString(block[1])
	}
	return commands.String(), nil
}

// restore runs the commands of the document, and reads the data through the API of the new stack.
func (r *rehearsal) restore(ctx context.Context, d *deployment, written ada) error {
	document, err := os.ReadFile(filepath.Join(r.root, restoreDocument))
	if err != nil {
		return err
	}
	commands, err := restoreCommands(string(document))
	if err != nil {
		return err
	}
	restored := r.emulator.stack(d.setting.stack + "-2")
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", commands)
	cmd.Stdin = strings.NewReader("y\n") // for an environment that asks before it deploys
	cmd.Env = append(r.awsEnv(), "STACK="+d.setting.stack, "ENVIRONMENT="+d.environment, "NEW="+restored.name,
		"WHEN="+time.Now().UTC().Format(time.RFC3339), "ARCHITECTURE="+r.architecture,
		"PATH="+filepath.Join(r.root, filepath.Dir(awsFile))+":"+filepath.Dir(r.samProgram)+":"+os.Getenv("PATH"))
	if err := r.quietly(ctx, "the commands of "+restoreDocument, cmd); err != nil {
		return err
	}
	resources, err := restored.resources(ctx)
	if err != nil {
		return err
	}
	if err := r.connectRoutes(ctx, restored, resources); err != nil {
		return err
	}
	defer r.front.api.Store(r.front.api.Load())
	id := resources["Api"].ID
	r.front.api.Store(&id)
	fmt.Fprintf(r.out, "    the table %s, behind another API\n", resources["Table"].ID)
	return r.readData(ctx, d, written)
}
