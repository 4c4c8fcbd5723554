//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The folders and files below the root that this command makes or needs. Git ignores all of them.
const (
	workFolder   = ".aws-sam/deploy"
	builtFolder  = workFolder + "/built"
	oldFolder    = workFolder + "/oldest"
	faultyFolder = workFolder + "/faulty"
	awsFile      = ".tools/emulator/bin/aws" // made by make
)

const (
	region    = "us-east-1"
	accessKey = "test" // the emulator's root user, who may do everything
	secretKey = "test"
)

// samBuild runs `sam build` for the processor of this machine.
func (d *deployer) samBuild(ctx context.Context) error {
	return d.sam(ctx, "build", "--build-dir", builtFolder, "--parameter-overrides", "Architecture="+d.architecture)
}

// samDeploy runs `sam deploy`, which makes and executes a change set, with the settings of the environment.
func (d *deployer) samDeploy(ctx context.Context, folder, environment string, parameters []string) error {
	return d.sam(ctx, append([]string{
		"deploy", "--config-file", d.path("samconfig.toml"), "--config-env", environment, "--template-file",
		filepath.Join(d.path(folder), "template.yaml"), "--no-confirm-changeset", "--no-progressbar", "--parameter-overrides",
	}, parameters...)...)
}

func (d *deployer) sam(ctx context.Context, arguments ...string) error {
	cmd := exec.Command(d.samProgram, arguments...)
	cmd.Env = append(d.awsEnv(), "ARCHITECTURE="+d.architecture)
	return d.runCommand(ctx, "sam "+arguments[0], cmd)
}

// runCommand runs a command to its end, and shows its output only if it fails.
func (d *deployer) runCommand(ctx context.Context, name string, cmd *exec.Cmd) error {
	fmt.Fprintln(d.out, "    "+name)
	cmd.Dir = d.root
	if err := d.group.RunQuietly(ctx, cmd, stopGrace); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// aws runs the AWS command line, and decodes its output into the variable unless that is nil.
func (d *deployer) aws(ctx context.Context, answer any, arguments ...string) error {
	var output, failure bytes.Buffer
	cmd := exec.Command(d.path(awsFile), append(arguments, "--output", "json", "--endpoint-url", d.emulator.url)...)
	cmd.Env = d.awsEnv()
	cmd.Stdout, cmd.Stderr = &output, &failure
	if err := d.wait(ctx, cmd); err != nil {
		return fmt.Errorf("aws %s: %w %s", strings.Join(arguments, " "), err, failure.String())
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(output.Bytes(), answer)
}

// awsEnv returns the environment of programs that call AWS: the address and the credentials of the emulator only.
func (d *deployer) awsEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "AWS_") })
	return append(env, "AWS_ENDPOINT_URL="+d.emulator.url, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region,
		"AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY="+secretKey, "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "NO_PROXY=127.0.0.1,localhost", "SAM_CLI_TELEMETRY=0")
}

// wait runs a command to its end, in the folder of the template.
func (d *deployer) wait(ctx context.Context, cmd *exec.Cmd) error {
	cmd.Dir = d.root
	return d.group.Run(ctx, cmd, stopGrace)
}
