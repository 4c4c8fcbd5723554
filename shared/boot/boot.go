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
	client := dynamodb.NewFromConfig(config)
	config.BaseEndpoint = nil // which is DynamoDB's
	return &Function{Settings: settings, Log: Logger(logs, settings.LogLevel), DynamoDB: client, AWS: config}, nil
}

// Must is the value, or the end of a process that cannot start: the error goes to stderr, where Lambda's log has it.
func Must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot start:", err)
		os.Exit(1)
	}
	return value
}

// Logger writes one JSON object a line, with the names that Lambda's own log filters look for: timestamp, level, message.
func Logger(w io.Writer, least slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least, ReplaceAttr: lambdacontext.ReplaceAttr}))
}
