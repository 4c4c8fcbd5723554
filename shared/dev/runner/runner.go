//go:build unix

// Package runner runs the whole bundle on one machine, for `make run` and the end-to-end tests: the functions of
// template.yaml behind their routes, DynamoDB Local, an issuer of tokens, and stand-ins for SQS, EventBridge, SES and
// Lambda's event sources. It needs no Docker and no cloud account.
//
// It starts what the packages below shared/dev/aws stand in for; shared/dev/process keeps any of it from outliving this
// process, and shared/dev/build builds the functions.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/aws/mailbox"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const shutdownLimit = 3 * time.Second // for requests that are running

// Options say how a bundle is run. Only Root is required.
type Options struct {
	Root             string            // the folder with template.yaml
	Port             int               // 0: a free one
	DataDir          string            // the folder of what is kept over restarts; "": nothing is
	DynamoDBEndpoint string            // use this DynamoDB, and start none
	Parameters       map[string]string // of the template, instead of their defaults
	Env              map[string]string // for every function, instead of what the template says
	BinDir           string            // the folder of the built functions; "": they are built
	Log              io.Writer         // for people; a console.Console, or what a new one writes to
}

// TokenOptions change a token.
type TokenOptions = issuer.Options

// Bundle is a running bundle.
type Bundle struct {
	Options
	url       string
	log       *console.Console
	issuer    *issuer.Issuer
	group     *process.Group
	database  *dynamodblocal.Server // nil if DynamoDBEndpoint is given
	cloud     *endpoint.Cloud
	sources   *eventsources.Sources // nil before the functions answer
	server    *http.Server
	sockets   *gateway.Sockets // nil: the template has no WebSocket API
	temporary string           // a folder to remove; "": none

	mu        sync.Mutex // guards functions while they start
	functions map[string]*lambda.Function

	closing sync.Once
	running context.Context // ends with the failure of a part as its cause, or with Close
	end     context.CancelCauseFunc
}

// Start returns when every part answers. If one does not, it stops the others. Its error is for people to read.
func Start(ctx context.Context, o Options) (*Bundle, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", o.Port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is in use: stop what uses it, or choose another with PORT=%d", o.Port, o.Port+1)
	}
	if err != nil {
		return nil, err
	}
	b := &Bundle{
		Options: o, url: "http://" + listener.Addr().String(), log: console.Of(o.Log),
		functions: map[string]*lambda.Function{},
	}
	b.running, b.end = context.WithCancelCause(context.Background())
	if err := b.start(ctx, listener); err != nil {
		listener.Close()
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Bundle) start(ctx context.Context, listener net.Listener) (err error) {
	if b.group, err = process.NewGroup(); err != nil {
		return err
	}
	if b.issuer, err = b.openIssuer(); err != nil {
		return err
	}
	b.issuer = b.issuer.At(b.url)
	plan, err := template.Load(b.Root, b.Parameters)
	if err != nil {
		return err
	}
	binDir := ""
	var both errgroup.Group
	both.Go(func() (err error) { binDir, err = b.build(ctx, plan.Functions); return err })
	both.Go(func() error { return b.startDatabase(ctx) })
	if err := both.Wait(); err != nil {
		return err
	}
	if plan, err = b.startCloud(plan); err != nil {
		return err
	}
	env, err := b.commonEnv(plan)
	if err != nil {
		return err
	}
	if err := b.ensureTable(ctx, plan.Table, env); err != nil {
		return err
	}
	if err := b.startFunctions(plan.Functions, env, binDir); err != nil {
		return err
	}
	if err := b.startSources(ctx, plan, env); err != nil {
		return err
	}
	if err := b.serve(plan, env, listener); err != nil {
		return err
	}
	go b.watch()
	return nil
}

// URL returns the base URL of the bundle.
func (b *Bundle) URL() string { return b.url }

// Mails returns the mails that were sent, if MAIL_FROM is in Env.
func (b *Bundle) Mails() *mailbox.Mailbox { return b.cloud.Mails }

// Token returns a token of the user, as the token endpoint does.
func (b *Bundle) Token(user string, o TokenOptions) (string, error) { return b.issuer.Token(user, o) }

// Failed is closed when a part that is necessary has ended by itself, and by Close.
func (b *Bundle) Failed() <-chan struct{} { return b.running.Done() }

// Err returns which part has ended and its last output. It is valid when Failed is closed.
func (b *Bundle) Err() error { return context.Cause(b.running) }

// watch waits for the end of a part, until Close.
func (b *Bundle) watch() {
	var database <-chan struct{} // nil, which is never closed, if it is not ours
	if b.database != nil {
		database = b.database.Done()
	}
	select {
	case <-database:
		b.end(fmt.Errorf("DynamoDB Local has ended; its last output:\n%s", strings.TrimSpace(b.database.Output())))
	case <-b.group.Broken():
		b.end(errors.New("the process that ends the others with this one was killed"))
	case <-b.running.Done():
	}
}

// Close stops every part, in the order of their dependencies, and returns when no process is left. Requests are
// answered; events and messages that functions are handling are cut off. It may be called again.
func (b *Bundle) Close() {
	b.closing.Do(func() {
		b.end(nil)
		b.stopServing()
		if b.sources != nil {
			b.sources.Stop()
		}
		var stopping sync.WaitGroup
		if b.cloud != nil {
			stopping.Go(b.cloud.Close)
		}
		for _, f := range b.functions {
			stopping.Go(f.Close)
		}
		stopping.Wait()
		if b.sources != nil {
			b.sources.Wait()
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
