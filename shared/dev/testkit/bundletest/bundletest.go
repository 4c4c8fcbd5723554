//go:build unix

// Package bundletest starts the whole bundle for tests over HTTP.
package bundletest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"strconv"

	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

// Start starts the bundle with a new table, on the DynamoDB of DYNAMODB_ENDPOINT or on one of its own. Every function
// gets env, of which PORT is where the bundle listens; without it, that is a free port. The caller must call stop,
// which also deletes the table. The log is for people.
func Start(env map[string]string, log io.Writer) (b *runner.Bundle, stop func(), err error) {
	root, err := template.FindRoot(".")
	if err != nil {
		return nil, nil, err
	}
	endpoint, table := os.Getenv("DYNAMODB_ENDPOINT"), dynamotest.UniqueName()
	port, _ := strconv.Atoi(env["PORT"])
	all := map[string]string{"TABLE_NAME": table}
	maps.Copy(all, env)
	b, err = runner.Start(context.Background(), runner.Options{
		Root: root, Log: console.New(log, true), DynamoDBEndpoint: endpoint, Env: all, Port: port,
	})
	if err != nil {
		return nil, nil, err
	}
	return b, func() {
		b.Close()
		if endpoint == "" {
			return
		}
		if err := dynamotest.DeleteAt(endpoint, table); err != nil {
			fmt.Fprintln(os.Stderr, "delete the table:", err)
		}
	}, nil
}
