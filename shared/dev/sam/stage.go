//go:build unix

package main

import (
	"bytes"
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
	"runtime"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/template"
)

// What is made below the root, all of it ignored by git. `sam build` empties the folder that it builds into; that one and
// the environment are named by samconfig.toml too.
const (
	builtFolder = ".aws-sam/local"
	stageFolder = ".aws-sam/stage"
	envFile     = stageFolder + "/env.json"
	keyFile     = stageFolder + "/token-key.pem"
	logFile     = stageFolder + "/sam.log"
)

const (
	readyLimit = 2 * time.Minute
	probeEvery = 100 * time.Millisecond
	stopGrace  = time.Minute // for SAM to remove its containers
)

// A stage is `sam local start-api` and all that it needs.
type stage struct {
	root     string
	out      io.Writer
	port     int    // 0 until a free one is chosen
	url      string // where the API answers
	plan     *template.Bundle
	before   map[string]bool // containers that were there already
	group    *process.Group
	database *dynamodblocal.Server
	cloud    *endpoint.Cloud // SQS and EventBridge, whose rules lead to no function here
	api      *process.Process
}

// setUp returns when the API answers. Whatever becomes of it, clear clears up.
func (s *stage) setUp(ctx context.Context) (err error) {
	before, err := s.containers(ctx)
	if err != nil {
		return fmt.Errorf("a container engine is needed, such as Docker, and does not answer: %w", err)
	}
	s.before = before
	if s.group, err = process.NewGroup(); err != nil {
		return err
	}
	if err := s.build(ctx); err != nil {
		return err
	}
	if s.plan, err = template.Load(filepath.Join(s.root, builtFolder), nil); err != nil {
		return err
	}
	if s.database, err = dynamodblocal.Start(ctx, dynamodblocal.Options{Log: s.out}); err != nil {
		return err
	}
	if s.cloud, err = endpoint.Start(endpoint.Options{Plan: s.plan, Address: ":0", Log: s.out}); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.makeTable, s.choosePort, s.writeEnv, s.startAPI} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// build builds for ARCHITECTURE, which make finds in the environment and SAM among its parameters.
func (s *stage) build(ctx context.Context) error {
	fmt.Fprintf(s.out, "building with SAM for %s\n", architecture())
	var said bytes.Buffer
	cmd := s.sam("build", "--build-dir", builtFolder)
	cmd.Env = append(os.Environ(), "ARCHITECTURE="+architecture())
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := s.runToEnd(ctx, cmd); err != nil {
		return fmt.Errorf("sam build: %w\n%s", err, said.String())
	}
	return check(s.out, filepath.Join(s.root, builtFolder), architecture())
}

// makeTable gives the table the name that the functions see: `sam local` puts a resource's logical id where the cloud
// puts its name.
func (s *stage) makeTable(ctx context.Context) error {
	client := dynamodblocal.NewClient(s.database.Endpoint(), nil)
	_, err := dynamodblocal.EnsureTable(ctx, client, s.plan.Table, s.plan.Table.ID)
	return err
}

func (s *stage) choosePort(context.Context) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return fmt.Errorf("port %d is in use: stop what uses it, or choose another with PORT=", s.port)
	}
	defer listener.Close()
	s.url = "http://" + listener.Addr().String()
	_, number, _ := net.SplitHostPort(listener.Addr().String())
	_, err = fmt.Sscan(number, &s.port)
	return err
}

// writeEnv writes what the functions' environment has here and not in the cloud.
func (s *stage) writeEnv(context.Context) error {
	key := filepath.Join(s.root, keyFile)
	tokens, err := issuer.Open(key)
	if err != nil {
		return err
	}
	database, err := url.Parse(s.database.Endpoint())
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]map[string]string{"Parameters": {
		"AWS_ENDPOINT_URL_DYNAMODB": hostOf(database.Port()),
		"AWS_ENDPOINT_URL":          hostOf(fmt.Sprint(s.cloud.Port())),
		"PUBLIC_URL":                s.url,
		"TOKEN_ISSUER":              issuer.Name,
		"TOKEN_AUDIENCE":            issuer.Audience,
		"KEY_SET":                   tokens.KeySet(),
		"WEBHOOK_KEY":               rand.Text() + rand.Text(),
		"PRIVATE_WEBHOOKS":          "true",
	}}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.root, envFile), text, 0o600)
}

// hostOf is the port of this machine as the containers see it.
func hostOf(port string) string { return "http://host.docker.internal:" + port }

func (s *stage) startAPI(ctx context.Context) error {
	fmt.Fprintln(s.out, "starting sam local start-api; its log is in", logFile)
	log, err := os.Create(filepath.Join(s.root, logFile))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.sam("local", "start-api", "--port", fmt.Sprint(s.port))
	cmd.Stdout, cmd.Stderr = log, log
	if s.api, err = s.group.Start(cmd); err != nil {
		return err
	}
	return s.awaitAPI(ctx)
}

// sam is a command of SAM. samconfig.toml has the rest of its options.
func (s *stage) sam(arguments ...string) *exec.Cmd {
	program := os.Getenv("SAM")
	if program == "" {
		program = "sam"
	}
	cmd := exec.Command(program, append(arguments, "--parameter-overrides", "Architecture="+architecture())...)
	cmd.Dir = s.root
	return cmd
}

func (s *stage) awaitAPI(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	dial := &net.Dialer{Timeout: time.Second}
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.api.Done():
			return s.apiEnded()
		case <-ctx.Done():
			return fmt.Errorf("sam local start-api does not answer: %w\n%s", ctx.Err(), s.log())
		case <-tick.C:
			if connection, err := dial.DialContext(ctx, "tcp", strings.TrimPrefix(s.url, "http://")); err == nil {
				return connection.Close()
			}
		}
	}
}

func (s *stage) apiEnded() error {
	return fmt.Errorf("sam local start-api has ended (%w); it wrote:\n%s", s.api.Err(), s.log())
}

// log is the end of what SAM and the functions wrote.
func (s *stage) log() string {
	const most = 16 << 10
	text, err := os.ReadFile(filepath.Join(s.root, logFile))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}

// clear stops what setUp started, and reports the containers that are left.
func (s *stage) clear() error {
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
	if s.before == nil {
		return nil
	}
	return s.noneLeft(context.Background())
}

func (s *stage) hints() string {
	overrides := ""
	if runtime.GOARCH != "arm64" {
		overrides = " --parameter-overrides Architecture=" + architecture()
	}
	return "One function alone, while this runs:\n\n" +
		"    sam local invoke ProfileFunction -e functions/profile/events/get-user.json" + overrides + "\n"
}
