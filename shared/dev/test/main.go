//go:build unix

// Command test runs a command, such as gotestsum, with one DynamoDB Local for the tests of all packages. `make test`
// uses it.
//
//	test COMMAND [ARGUMENT…]
//
// It starts DynamoDB Local, unless DYNAMODB_ENDPOINT names one, and gives the command that variable, which dynamotest
// reads. Its exit code is that of the command. On a signal it stops the command, and all that the command has started.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/process"
)

const (
	endpointVariable = "DYNAMODB_ENDPOINT"
	stopGrace        = 2 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1], os.Args[2:]...)
	stop()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.ExitCode() > 0 {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ntest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, command string, arguments ...string) error {
	endpoint := os.Getenv(endpointVariable)
	if endpoint == "" {
		server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Log: os.Stdout})
		if err != nil {
			return err
		}
		defer server.Stop()
		endpoint = server.Endpoint()
	}
	group, err := process.NewGroup()
	if err != nil {
		return err
	}
	defer group.Close()
	cmd := exec.Command(command, arguments...)
	cmd.Env = append(os.Environ(), endpointVariable+"="+endpoint)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return group.Run(ctx, cmd, stopGrace)
}
