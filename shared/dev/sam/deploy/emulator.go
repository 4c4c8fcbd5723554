//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"personal-rooms/shared/dev/process"
)

const (
	launcher   = "shared/dev/sam/deploy/emulator.py"
	pythonFile = ".tools/emulator/bin/python" // made by make
	startLimit = 2 * time.Minute
	stopGrace  = 10 * time.Second
	probeEvery = 50 * time.Millisecond
)

// An emulator is a running ministack. It enforces IAM: each function may do what its role allows, and no more.
type emulator struct {
	url     string
	folder  string // for all its files
	process *process.Process
}

// startEmulator returns when the emulator answers.
func startEmulator(ctx context.Context, group *process.Group, root, folder string) (*emulator, error) {
	python := filepath.Join(root, pythonFile)
	if _, err := os.Stat(python); err != nil {
		return nil, fmt.Errorf("the AWS emulator is not installed: make deploy-local installs it (%w)", err)
	}
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	e := &emulator{url: "http://127.0.0.1:" + port, folder: folder}
	log, err := os.Create(filepath.Join(folder, "emulator.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(python, filepath.Join(root, launcher))
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder, "STATE_DIR=" + filepath.Join(folder, "state"),
		"BIND_HOST=127.0.0.1", "GATEWAY_PORT=" + port, "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", // both listen on every address
		"AUTH=true", "AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey,
	}
	if e.process, err = group.Start(cmd); err != nil {
		return nil, err
	}
	if err := e.awaitReady(ctx); err != nil {
		return e, fmt.Errorf("the AWS emulator does not answer: %w; its log:\n%s", err, tail(log.Name()))
	}
	return e, nil
}

func (e *emulator) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return e.process.AwaitReady(ctx, probeEvery, e.answers)
}

func (e *emulator) answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/_ministack/health", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// awsConfig is for clients of the emulator.
func (e *emulator) awsConfig() aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &e.url, Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	}
}

// tail returns the end of a log.
func tail(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-8<<10):])
}
