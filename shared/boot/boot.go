// Package boot makes what a function needs to start: settings, a logger, a DynamoDB client. It reads the environment
// once, at a cold start; nothing else reads it. A main function only connects the parts:
//
//	func main() {
//		f := boot.Start()
//		store := table.New(f.DynamoDB, f.Table)
//		…
//		api.Serve(f, routes(service)...)
//	}
package boot

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/meeting"
)

// A Function holds what a function starts with.
type Function struct {
	Settings
	Log      *slog.Logger
	DynamoDB *dynamodb.Client
	AWS      aws.Config // for clients of other services
}

// Start reads the process's environment. If a variable is wrong, it names each wrong one on stderr and ends the
// process.
func Start() *Function { return Must(Open(os.Getenv, os.Stdout)) }

// Open is Start with the given environment and log. An empty variable counts as not set. The error names each wrong
// variable.
func Open(getenv func(string) string, logs io.Writer) (*Function, error) {
	settings, err := Read(getenv)
	if err != nil {
		return nil, err
	}
	config := Config(getenv)
	client := dynamodb.NewFromConfig(config, func(o *dynamodb.Options) {
		if url := getenv(databaseEndpoint); url != "" {
			o.BaseEndpoint = &url
		}
	})
	log := Logger(logs, settings.LogLevel, getenv("AWS_LAMBDA_FUNCTION_NAME"), getenv("AWS_LAMBDA_FUNCTION_VERSION"))
	return &Function{Settings: settings, Log: log, DynamoDB: client, AWS: config}, nil
}

// Env returns what the use cases need besides storage: the clock, to the millisecond that is stored; randomness; a
// pause; and the operator's configuration.
func (s Settings) Env() meeting.Env {
	return meeting.Env{
		Now:    func() time.Time { return time.Now().Truncate(time.Millisecond) },
		Random: rand.Reader,
		Pause:  func(ctx context.Context, d time.Duration) { _ = smithytime.SleepWithContext(ctx, d) },
		Config: s.Config,
	}
}

// Must returns the value. If there is an error, it writes it to stderr, which is in Lambda's log, and ends the process.
func Must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot start:", err)
		os.Exit(1)
	}
	return value
}

// Logger writes one JSON object per line, with the names that Lambda's log filters expect: timestamp, level, message.
// Errors also name the function and its version, for the alarm on a new version.
func Logger(w io.Writer, lowest slog.Level, function, version string) *slog.Logger {
	lines := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: lowest, ReplaceAttr: lambdacontext.ReplaceAttr})
	return slog.New(versioned{lines, function, version})
}

// versioned adds the function and its version to errors.
type versioned struct {
	slog.Handler
	function, version string
}

func (v versioned) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		r.AddAttrs(slog.String("function", v.function), slog.String("version", v.version))
	}
	return v.Handler.Handle(ctx, r)
}

func (v versioned) WithAttrs(attrs []slog.Attr) slog.Handler {
	return versioned{v.Handler.WithAttrs(attrs), v.function, v.version}
}

func (v versioned) WithGroup(name string) slog.Handler {
	return versioned{v.Handler.WithGroup(name), v.function, v.version}
}
