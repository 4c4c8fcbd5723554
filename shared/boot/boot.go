// Package boot turns the environment into what a function needs to start: settings, a logger, a DynamoDB client. The
// environment is read here and nowhere else, once, at a cold start. A main function is then wiring only:
//
//	func main() {
//		f := boot.Start()
//		store := table.New(f.DynamoDB, f.Table)
//		…
//		edge := api.New(api.Options{
//			Logger: f.Log, Keys: boot.Must(api.ParseKeySet(f.KeySet)),
//			Issuer: f.Issuer, Audience: f.Audience, PublicURL: f.PublicURL,
//		}, routes(service)...)
//		lambda.Start(edge.Handle)
//	}
package boot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A Function is what a function starts with.
type Function struct {
	Settings
	Log      *slog.Logger
	DynamoDB *dynamodb.Client
	AWS      aws.Config // of other services
}

// Start reads the process's environment. If it is wrong, every wrong variable is named on stderr and the process ends.
func Start() *Function { return Must(Open(os.Getenv, os.Stdout)) }

// Open is Start with an environment and a place for the log of one's own. A variable that is empty is not set.
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

// Must is the value, or the end of a process that cannot start: the error goes to stderr, where Lambda's log has it.
func Must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot start:", err)
		os.Exit(1)
	}
	return value
}

// Logger writes one JSON object per line, with the names that Lambda's log filters expect: timestamp, level, message. Errors also name the
// function and its version, for the alarm that watches a new version.
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
