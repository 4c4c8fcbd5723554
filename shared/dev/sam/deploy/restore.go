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

// restoreCommands returns the commands of the document without the first block, which chooses the stack.
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
func (d *deployer) restore(ctx context.Context, e *deployment, written data) error {
	document, err := os.ReadFile(d.path(restoreDocument))
	if err != nil {
		return err
	}
	commands, err := restoreCommands(string(document))
	if err != nil {
		return err
	}
	restored := e.Stack + "-2"
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", commands)
	cmd.Stdin = strings.NewReader("y\n") // for an environment that asks before it deploys
	cmd.Env = append(d.awsEnv(), "STACK="+e.Stack, "ENVIRONMENT="+e.Name, "NEW="+restored,
		"WHEN="+time.Now().UTC().Format(time.RFC3339), "ARCHITECTURE="+d.architecture,
		"PATH="+filepath.Dir(d.path(awsFile))+":"+filepath.Dir(d.samProgram)+":"+os.Getenv("PATH"))
	if err := d.runCommand(ctx, "the commands of "+restoreDocument, cmd); err != nil {
		return err
	}
	resources, err := d.resources(ctx, restored)
	if err != nil {
		return err
	}
	defer d.proxy.api.Store(d.proxy.api.Load())
	if err := d.connectAPI(ctx, builtFolder, resources, e.issuer); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "    the table %s, behind another API\n", resources["Table"].ID)
	return d.readData(ctx, e, written)
}
