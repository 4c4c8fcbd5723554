//go:build unix

// Command test is what `make test` runs: `go test` with one DynamoDB Local for all packages.
//
//	test [arguments of go test]
//
// It starts DynamoDB Local, unless DYNAMODB_ENDPOINT names one, and gives the packages that variable, which dynamotest
// reads. It tests one package more at the same time than there are processors, because tests wait for DynamoDB Local;
// -p changes that. It prints a line for each package, the running packages from time to time, the output of packages
// that fail, and the reasons of skipped tests. Its exit code is that of go test.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/process"
)

const (
	endpointVariable = "DYNAMODB_ENDPOINT"
	quiet            = 10 * time.Second // the time without output after which the running packages are printed
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	code, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ntest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run returns the exit code of go test, or an error if go test did not end by itself.
func run(ctx context.Context, arguments []string) (code int, err error) {
	endpoint := os.Getenv(endpointVariable)
	if endpoint == "" {
		server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Log: os.Stdout})
		if err != nil {
			return 0, err
		}
		defer server.Stop()
		endpoint = server.Endpoint()
	}
	group, err := process.NewGroup()
	if err != nil {
		return 0, err
	}
	defer group.Close()
	parallel := strconv.Itoa(runtime.GOMAXPROCS(0) + 1)
	cmd := exec.Command("go", slices.Concat([]string{"test", "-json", "-p", parallel}, arguments)...)
	cmd.Env = append(os.Environ(), endpointVariable+"="+endpoint)
	cmd.Stderr = os.Stderr
	return follow(ctx, group, cmd)
}

// follow runs cmd, prints the report of its output, and returns its exit code.
func follow(ctx context.Context, group *process.Group, cmd *exec.Cmd) (code int, err error) {
	output, write := io.Pipe()
	cmd.Stdout = write
	goTest, err := group.Start(cmd)
	if err != nil {
		return 0, err
	}
	go func() {
		<-goTest.Done()
		write.Close()
	}()
	report := newReport(os.Stdout, time.Now)
	if err := report.follow(ctx, lines(output), quiet); err != nil {
		return 0, err
	}
	err = goTest.Err()
	report.summary(err == nil)
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// lines returns the lines of r. The channel is closed at the end of r.
func lines(r io.Reader) <-chan []byte {
	all := make(chan []byte)
	go func() {
		defer close(all)
		in := bufio.NewReader(r)
		for {
			line, err := in.ReadBytes('\n')
			if len(line) > 0 {
				all <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return all
}
