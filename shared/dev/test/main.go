//go:build unix

// Command test is what `make test` runs: `go test` on one DynamoDB Local for all packages.
//
//	test [arguments of go test]
//
// It starts DynamoDB Local and names it to the packages in DYNAMODB_ENDPOINT, where dynamotest looks for it. Where that variable is set
// already, none is started. One package more than there are processors is tested at once, because tests wait for DynamoDB Local; -p is
// another number. It prints a line for each package that is done, what is running while none is, all output of a package that fails, and
// why a test was skipped. It ends with the exit code of go test.
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
	"strconv"
	"syscall"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/process"
)

const (
	endpointVariable = "DYNAMODB_ENDPOINT"
	quiet            = 10 * time.Second // without a line of output, after which the running packages are named
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

// run returns the exit code of go test. An error is that it could not be run to its end.
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
	cmd := exec.Command("go", append([]string{"test", "-json", "-p", strconv.Itoa(runtime.GOMAXPROCS(0) + 1)}, arguments...)...)
	cmd.Env = append(os.Environ(), endpointVariable+"="+endpoint)
	cmd.Stderr = os.Stderr
	return follow(ctx, group, cmd)
}

// follow runs cmd, prints what it says of the tests, and returns its exit code.
func follow(ctx context.Context, group *process.Group, cmd *exec.Cmd) (code int, err error) {
	said, says := io.Pipe()
	cmd.Stdout = says
	goTest, err := group.Start(cmd)
	if err != nil {
		return 0, err
	}
	go func() {
		<-goTest.Done()
		says.Close()
	}()
	report := newReport(os.Stdout, time.Now)
	if err := report.follow(ctx, lines(said), quiet); err != nil {
		return 0, err
	}
	err = goTest.Err()
	report.summary(err == nil)
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// lines is what r says, line by line. The channel is closed at its end.
func lines(r io.Reader) <-chan []byte {
	all := make(chan []byte)
	go func() {
		defer close(all)
		for in := bufio.NewReader(r); ; {
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
