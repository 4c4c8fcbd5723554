//go:build unix

// Package runner runs the whole bundle on one machine, as `make run` and the black-box tests do: the functions that
// template.yaml names, each built as the cloud gets it, behind its routes, on DynamoDB Local, with tokens from an issuer
// of its own. No Docker and no cloud account.
//
// From the bottom up: process keeps anything from outliving us, build makes the executables, dynamo is the database,
// lambda runs a function, gateway turns HTTP into events and back, oauth gives out tokens. For what is not HTTP, queue and bus
// stand in for SQS and EventBridge, cloud serves both, and sources hands functions the table's stream and the queues' messages. Then run
// is the program, bench measures start-ups, and dynamotest and awstest give other packages' tests their tables, queues and buses. deploy and sam
// are no part of that: they deploy the bundle to an AWS emulator, and start it under `sam local`.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const shutdownLimit = 3 * time.Second // for requests at work when we are told to stop

// Options say how a bundle is run. Only Root is needed.
type Options struct {
	Root             string            // the folder that holds template.yaml
	Port             int               // 0: a free one
	DataDir          string            // what outlives a restart is kept there; "": nothing does
	DynamoDBEndpoint string            // use this DynamoDB, and start none
	Parameters       map[string]string // of the template, over their defaults
	Env              map[string]string // for every function, over what the template says
	BinDir           string            // where the functions are, built already; "": they are built
	Log              io.Writer         // what goes on and what happens, for people; a console.Console, or where one shall write
}

// TokenOptions change a token.
type TokenOptions = issuer.Options

// Bundle is a running bundle.
type Bundle struct {
	url       string
	log       *console.Console
	issuer    *issuer.Issuer
	group     *process.Group
	database  *dynamodblocal.Server // nil if it is not ours
	cloud     *endpoint.Cloud       // nil if the template has neither queues nor buses
	sources   *eventsources.Sources // nil before the functions answer
	server    *http.Server
	temporary string // a folder of ours, "" if there is none

	mu        sync.Mutex
	functions map[string]*lambda.Function // as they start

	closing sync.Once
	closed  chan struct{} // when Close begins
	failing sync.Once
	failed  chan struct{}
	failure error // valid once failed is closed
}

// Start returns when every part answers, and stops what it started if one does not. Its error is for people to read.
func Start(ctx context.Context, o Options) (*Bundle, error) {
	listener, err := listen(o.Port)
	if err != nil {
		return nil, err
	}
	b := &Bundle{
		url: "http://" + listener.Addr().String(), log: console.Of(o.Log),
		functions: map[string]*lambda.Function{}, closed: make(chan struct{}), failed: make(chan struct{}),
	}
	if err := b.start(ctx, o, listener); err != nil {
		listener.Close()
		b.Close()
		return nil, err
	}
	return b, nil
}

func listen(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is in use: stop what uses it, or choose another with PORT=%d", port, port+1)
	}
	return listener, err
}

func (b *Bundle) start(ctx context.Context, o Options, listener net.Listener) (err error) {
	if b.group, err = process.NewGroup(); err != nil {
		return err
	}
	if b.issuer, err = openIssuer(o.DataDir); err != nil {
		return err
	}
	plan, err := template.Load(o.Root, o.Parameters)
	if err != nil {
		return err
	}
	var binDir string
	err = together(
		func() (err error) { binDir, err = b.build(ctx, o, plan.Functions); return err },
		func() error { return b.startDatabase(ctx, o) },
	)
	if err != nil {
		return err
	}
	return b.startParts(ctx, o, binDir, listener)
}

// startParts starts what needs the database and the executables.
func (b *Bundle) startParts(ctx context.Context, o Options, binDir string, listener net.Listener) error {
	endpoint := b.endpoint(o)
	parameters := map[string]string{
		"PublicUrl":   b.url,
		"TokenIssuer": issuer.Name, "TokenAudience": issuer.Audience, "KeySet": b.issuer.KeySet(),
	}
	maps.Copy(parameters, o.Parameters)
	plan, err := b.startCloud(o, parameters)
	if err != nil {
		return err
	}
	common, err := commonEnv(o, endpoint)
	if err != nil {
		return err
	}
	config := b.config(common, endpoint)
	if err := b.ensureTable(ctx, plan.Table, common, config); err != nil {
		return err
	}
	if err := b.startFunctions(plan.Functions, common, binDir); err != nil {
		return err
	}
	if err := b.startSources(ctx, o, plan, common["TABLE_NAME"], config); err != nil {
		return err
	}
	if err := b.serve(plan, common, listener); err != nil {
		return err
	}
	go b.watch()
	return nil
}

func openIssuer(dataDir string) (*issuer.Issuer, error) {
	if dataDir == "" {
		return issuer.Open("")
	}
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	return issuer.Open(filepath.Join(dataDir, "token-key.pem"))
}

// build returns the folder of the functions. It builds them into one of ours, unless they are built already.
func (b *Bundle) build(ctx context.Context, o Options, functions []template.Function) (dir string, err error) {
	if o.BinDir == "" {
		if b.temporary, err = os.MkdirTemp("", "personal-rooms-"); err != nil {
			return "", err
		}
		return b.temporary, build.Functions(ctx, b.group, o.Root, functions, b.temporary, b.log)
	}
	for _, f := range functions {
		if path := filepath.Join(o.BinDir, f.Name); !exists(path) {
			return "", fmt.Errorf("the function %s is not built: there is no %s", f.Name, path)
		}
	}
	return filepath.Abs(o.BinDir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// together runs the steps at once and returns when all are done.
func together(steps ...func() error) error {
	failures := make([]error, len(steps))
	var all sync.WaitGroup
	for i, step := range steps {
		all.Go(func() { failures[i] = step() })
	}
	all.Wait()
	return errors.Join(failures...)
}

// URL is where the bundle answers.
func (b *Bundle) URL() string { return b.url }

// Token makes a token of the user's, as the token endpoint does.
func (b *Bundle) Token(user string, o TokenOptions) (string, error) { return b.issuer.Token(user, o) }

// Failed is closed when a part has ended by itself, without which the bundle is of no use. Err says which.
func (b *Bundle) Failed() <-chan struct{} { return b.failed }

// Err waits for Failed, and says which part it was and what it wrote last.
func (b *Bundle) Err() error {
	<-b.failed
	return b.failure
}

// watch notices the end of a part before Close.
func (b *Bundle) watch() {
	var database <-chan struct{} // never closed if it is not ours
	if b.database != nil {
		database = b.database.Done()
	}
	select {
	case <-database:
		b.fail(fmt.Errorf("DynamoDB Local has ended; the last it wrote:\n%s", strings.TrimSpace(b.database.Output())))
	case <-b.group.Broken():
		b.fail(errors.New("the process that watches over our own was killed"))
	case <-b.closed:
	}
}

func (b *Bundle) fail(err error) {
	b.failing.Do(func() {
		b.failure = err
		close(b.failed)
	})
}

// Close stops every part, the ones that need others first, and returns when no process is left.
func (b *Bundle) Close() {
	b.closing.Do(func() {
		close(b.closed)
		b.stopServing()
		handedOn := b.stopHandingOn()
		var stopping sync.WaitGroup
		for _, f := range b.functions {
			stopping.Go(f.Close)
		}
		stopping.Wait()
		<-handedOn
		if b.cloud != nil {
			b.cloud.Close()
		}
		if b.database != nil {
			b.database.Stop()
		}
		if b.group != nil {
			b.group.Close()
		}
		if b.temporary != "" {
			os.RemoveAll(b.temporary)
		}
	})
}

func (b *Bundle) stopServing() {
	if b.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	if err := b.server.Shutdown(ctx); err != nil {
		b.server.Close()
	}
}
