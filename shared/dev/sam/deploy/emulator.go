//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

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
	folder  string // holds all that it writes
	logFile string
	process *process.Process
}

// startEmulator returns when the emulator answers.
func startEmulator(ctx context.Context, group *process.Group, root, folder string) (*emulator, error) {
	python := filepath.Join(root, pythonFile)
	if _, err := os.Stat(python); err != nil {
		return nil, fmt.Errorf("the AWS emulator is not installed: use make deploy-local, which installs it (%w)", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	e := &emulator{url: "http://127.0.0.1:" + port, folder: folder, logFile: filepath.Join(folder, "emulator.log")}
	log, err := os.Create(e.logFile)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(python, filepath.Join(root, launcher))
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, log, log
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + folder, "TMPDIR=" + folder, "STATE_DIR=" + filepath.Join(folder, "state"),
		"BIND_HOST=127.0.0.1", "GATEWAY_PORT=" + port, "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", // else it listens on every address
		"AUTH=true", "AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey,
	}
	if e.process, err = group.Start(cmd); err != nil {
		return nil, err
	}
	return e, e.awaitReady(ctx)
}

// freePort is a port of 127.0.0.1 that nobody listens on.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

func (e *emulator) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.process.Done():
			return fmt.Errorf("the AWS emulator has ended (%w); it wrote:\n%s", e.process.Err(), tail(e.logFile))
		case <-ctx.Done():
			return fmt.Errorf("the AWS emulator does not answer (%w); it wrote:\n%s", ctx.Err(), tail(e.logFile))
		case <-tick.C:
			if e.answers(ctx) {
				return nil
			}
		}
	}
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

// poolKey is the file of the key with which the emulator signs the ID tokens of a user pool.
func (e *emulator) poolKey(pool string) string {
	return filepath.Join(e.folder, "state", "cognito-pool-keys", pool+"-id.pem")
}

// tail is the end of a log.
func tail(file string) string {
	const most = 8 << 10
	f, err := os.Open(file)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > most {
		_, _ = f.Seek(-most, io.SeekEnd)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
