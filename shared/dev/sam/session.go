//go:build unix

package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/template"
)

// The folders and files below the root that this command makes. Git ignores all of them. `sam build` empties its
// folder. samconfig.toml names builtFolder and envFile too.
const (
	builtFolder = ".aws-sam/local"
	workFolder  = ".aws-sam/session"
	envFile     = workFolder + "/env.json"
	keyFile     = workFolder + "/token-key.pem"
	logFile     = workFolder + "/sam.log"
)

const (
	readyLimit = 2 * time.Minute
	probeEvery = 100 * time.Millisecond
	stopGrace  = time.Minute // for SAM to remove its containers
)

// A session is `sam local start-api` and all that it needs.
type session struct {
	root         string
	out          io.Writer
	architecture string
	port         int    // 0: a free one
	url          string // of the API
	bundle       *template.Bundle
	group        *process.Group
	database     *dynamodblocal.Server
	cloud        *endpoint.Cloud // SQS and EventBridge, without the functions
	api          *process.Process
}

// start returns when the API answers. The caller must call stop, also after an error.
func (s *session) start(ctx context.Context) (err error) {
	if s.group, err = process.NewGroup(); err != nil {
		return err
	}
	if err := s.build(ctx); err != nil {
		return err
	}
	if s.bundle, err = template.Load(filepath.Join(s.root, builtFolder), nil); err != nil {
		return err
	}
	if s.database, err = dynamodblocal.Start(ctx, dynamodblocal.Options{Log: s.out}); err != nil {
		return err
	}
	if s.cloud, err = endpoint.Start(endpoint.Options{Plan: s.bundle, Address: ":0", Log: s.out}); err != nil {
		return err
	}
	// `sam local` puts a resource's logical id where the cloud puts its name.
	client := dynamodblocal.NewClient(s.database.Endpoint(), nil)
	if _, err := dynamodblocal.EnsureTable(ctx, client, s.bundle.Table, s.bundle.Table.ID); err != nil {
		return err
	}
	if err := s.choosePort(); err != nil {
		return err
	}
	if err := s.writeEnv(); err != nil {
		return err
	}
	return s.startAPI(ctx)
}

// build builds for the architecture. make finds it in the environment, and SAM in the parameters.
func (s *session) build(ctx context.Context) error {
	fmt.Fprintf(s.out, "building with SAM for %s\n", s.architecture)
	cmd := s.sam("build", "--build-dir", builtFolder)
	cmd.Env = append(os.Environ(), "ARCHITECTURE="+s.architecture)
	if err := s.group.RunQuietly(ctx, cmd, stopGrace); err != nil {
		return fmt.Errorf("sam build: %w", err)
	}
	return check(s.out, filepath.Join(s.root, builtFolder), s.architecture)
}

func (s *session) choosePort() error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return fmt.Errorf("port %d is in use: stop its program, or choose another port with PORT=", s.port)
	}
	defer listener.Close()
	s.url = "http://" + listener.Addr().String()
	return nil
}

// writeEnv writes the variables that the functions have here and not in the cloud.
func (s *session) writeEnv() error {
	tokens, err := issuer.Open(filepath.Join(s.root, keyFile))
	if err != nil {
		return err
	}
	database, err := url.Parse(s.database.Endpoint())
	if err != nil {
		return err
	}
	const host = "http://host.docker.internal:" // this machine, for the containers
	text, err := json.MarshalIndent(map[string]map[string]string{"Parameters": {
		"AWS_ENDPOINT_URL_DYNAMODB": host + database.Port(),
		"AWS_ENDPOINT_URL":          host + fmt.Sprint(s.cloud.Port()),
		"PUBLIC_URL":                s.url,
		"TOKEN_ISSUER":              issuer.Name,
		"TOKEN_AUDIENCE":            issuer.Audience,
		"KEY_SET":                   tokens.KeySet(),
		"WEBHOOK_KEY":               rand.Text() + rand.Text(),
		"DOORBELL_KEY":              rand.Text() + rand.Text(),
		"PRIVATE_WEBHOOKS":          "true",
		"HINTS_URL":                 "", // it has no WebSocket API
		"HINTS_ENDPOINT":            "",
	}}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.root, envFile), text, 0o600)
}

func (s *session) startAPI(ctx context.Context) error {
	fmt.Fprintln(s.out, "starting sam local start-api; its log is in", logFile)
	log, err := os.Create(filepath.Join(s.root, logFile))
	if err != nil {
		return err
	}
	defer log.Close()
	address := strings.TrimPrefix(s.url, "http://")
	_, port, _ := net.SplitHostPort(address)
	cmd := s.sam("local", "start-api", "--port", port)
	cmd.Stdout, cmd.Stderr = log, log
	if s.api, err = s.group.Start(cmd); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	dial := &net.Dialer{Timeout: time.Second}
	err = s.api.AwaitReady(ctx, probeEvery, func(ctx context.Context) bool {
		connection, err := dial.DialContext(ctx, "tcp", address)
		return err == nil && connection.Close() == nil
	})
	if err != nil {
		return fmt.Errorf("sam local start-api does not answer: %w; its log:\n%s", err, s.log())
	}
	return nil
}

// sam returns a command of SAM. samconfig.toml has its other options.
func (s *session) sam(arguments ...string) *exec.Cmd {
	cmd := exec.Command(cmp.Or(os.Getenv("SAM"), "sam"), append(arguments, "--parameter-overrides", "Architecture="+s.architecture)...)
	cmd.Dir = s.root
	return cmd
}

func (s *session) apiEnded() error {
	return fmt.Errorf("sam local start-api has ended (%w); its log:\n%s", s.api.Err(), s.log())
}

// log returns the end of what SAM and the functions wrote.
func (s *session) log() string {
	text, err := os.ReadFile(filepath.Join(s.root, logFile))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-16<<10):])
}

// stop stops what start started.
func (s *session) stop() {
	if s.api != nil {
		s.api.Stop(stopGrace)
	}
	if s.cloud != nil {
		s.cloud.Close()
	}
	if s.database != nil {
		s.database.Stop()
	}
	if s.group != nil {
		s.group.Close()
	}
}
