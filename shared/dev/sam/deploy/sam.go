//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"personal-rooms/shared/dev/run/console"
)

// What is made below the root, all of it ignored by git.
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

// samBuild runs the real `sam build`, for the processor of this machine.
func (r *rehearsal) samBuild(ctx context.Context) error {
	return r.sam(ctx, "build", "--build-dir", builtFolder, "--parameter-overrides", "Architecture="+r.architecture)
}

// samDeploy runs the real `sam deploy`, which makes a change set and executes it, with the settings of the environment.
func (r *rehearsal) samDeploy(ctx context.Context, folder, environment string, parameters []string) error {
	return r.sam(ctx, append([]string{
		"deploy", "--config-file", filepath.Join(r.root, "samconfig.toml"), "--config-env", environment,
		"--template-file", filepath.Join(folder, "template.yaml"), "--no-confirm-changeset", "--no-progressbar", "--parameter-overrides",
	}, parameters...)...)
}

// sam runs a command of SAM.
func (r *rehearsal) sam(ctx context.Context, arguments ...string) error {
	cmd := exec.Command(r.samProgram, arguments...)
	cmd.Env = append(r.awsEnv(), "ARCHITECTURE="+r.architecture)
	return r.quietly(ctx, "sam "+arguments[0], cmd)
}

// quietly runs a command to its end, and shows what it writes only if it fails.
func (r *rehearsal) quietly(ctx context.Context, what string, cmd *exec.Cmd) error {
	stop := console.Progress(r.out, "    "+what)
	defer stop()
	name := filepath.Join(r.root, workFolder, "command.log")
	log, err := os.Create(name)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := r.runToEnd(ctx, cmd); err != nil {
		return fmt.Errorf("%s: %w; it wrote:\n%s", what, err, tail(name))
	}
	return nil
}

// aws runs the AWS command line, and reads its answer into the variable unless that is nil.
func (r *rehearsal) aws(ctx context.Context, answer any, arguments ...string) error {
	var said, failure strings.Builder
	cmd := exec.Command(filepath.Join(r.root, awsFile), append(arguments, "--output", "json", "--endpoint-url", r.emulator.url)...)
	cmd.Env = r.awsEnv()
	cmd.Stdout, cmd.Stderr = &said, &failure
	if err := r.runToEnd(ctx, cmd); err != nil {
		return fmt.Errorf("aws %s: %w %s", strings.Join(arguments, " "), err, failure.String())
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal([]byte(said.String()), answer)
}

// awsEnv is the environment of programs that call AWS: they call the emulator, and know no credentials but its own.
func (r *rehearsal) awsEnv() []string {
	var env []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") {
			env = append(env, variable)
		}
	}
	return append(env, "AWS_ENDPOINT_URL="+r.emulator.url, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region,
		"AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY="+secretKey,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "NO_PROXY=127.0.0.1,localhost", "SAM_CLI_TELEMETRY=0")
}

// runToEnd runs the command; if the context ends first, it is asked to stop, and waited for.
func (r *rehearsal) runToEnd(ctx context.Context, cmd *exec.Cmd) error {
	cmd.Dir = r.root
	p, err := r.group.Start(cmd)
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
		return p.Err()
	case <-ctx.Done():
		p.Stop(stopGrace)
		return ctx.Err()
	}
}

// A setting is the section [<environment>.deploy.parameters] of samconfig.toml, as far as it is needed here.
type setting struct {
	environment string
	stack       string
	parameters  []string // Name=value
}

var (
	sections  = regexp.MustCompile(`(?m)^\[([a-z]+)\.deploy\.parameters\]\n((?:[^\[\n].*\n|\n)*)`)
	stackName = regexp.MustCompile(`(?m)^stack_name = "(.*)"$`)
	overrides = regexp.MustCompile(`(?m)^parameter_overrides = \[(.*)\]$`)
	quoted    = regexp.MustCompile(`"([^"]*)"`)
)

// readSettings reads all environments, in their order.
func readSettings(samconfig string) ([]setting, error) {
	var all []setting
	for _, section := range sections.FindAllStringSubmatch(samconfig, -1) {
		stack, given := stackName.FindStringSubmatch(section[2]), overrides.FindStringSubmatch(section[2])
		if stack == nil || given == nil {
			return nil, fmt.Errorf("samconfig.toml: [%s.deploy.parameters] has no stack_name, or no parameter_overrides on one line", section[1])
		}
		s := setting{environment: section[1], stack: stack[1]}
		for _, parameter := range quoted.FindAllStringSubmatch(given[1], -1) {
			s.parameters = append(s.parameters, parameter[1])
		}
		all = append(all, s)
	}
	return all, nil
}
