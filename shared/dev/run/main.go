//go:build unix

// Command run is what `make run` starts: the whole bundle on this machine, until Ctrl-C.
//
//	PORT               the port of the API; 3000
//	DATA_DIR           the folder of what is kept over restarts; by default in the user's cache folder
//	DYNAMODB_ENDPOINT  another DynamoDB than DynamoDB Local; the usual AWS_… variables have its credentials
//	BIN_DIR            the folder of the built functions; by default they are built
//	LOG_FORMAT         json: show the log lines of the functions unchanged; text: in words, which is the default
//	CORS_ORIGINS       web pages that may call the API, separated by commas: the template's parameter CorsOrigins
//
// Events that are posted to /events are put on the event bus, as PutEvents does.
//
// Variables that template.yaml gives the functions (LOG_LEVEL, LEASE_SECONDS…) are passed to them.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
)

const defaultPort = 3000

// tour is in the README too, with the default port.
//
//go:embed tour.sh
var tour string

// links are the pages to click first. They are in the README too, with the default port.
//
//go:embed links.txt
var links string

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "\npersonal-rooms:", err)
		os.Exit(1)
	}
}

// run returns nil if it was interrupted.
func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	options, err := readOptions()
	if err != nil {
		return err
	}
	rooms, err := runner.Start(ctx, options)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer rooms.Close()
	usual := fmt.Sprintf("http://127.0.0.1:%d", defaultPort)
	fmt.Fprintf(os.Stdout, "ready %s\n\n%s\n", rooms.URL(), strings.ReplaceAll(links+"\n"+tour, usual, rooms.URL()))
	select {
	case <-ctx.Done():
		fmt.Fprintln(os.Stdout, "\nstopping")
		return nil
	case <-rooms.Failed():
		return rooms.Err()
	}
}

func readOptions() (o runner.Options, err error) {
	o = runner.Options{DynamoDBEndpoint: os.Getenv("DYNAMODB_ENDPOINT"), BinDir: os.Getenv("BIN_DIR")}
	format := os.Getenv("LOG_FORMAT")
	if !slices.Contains([]string{"", "text", "json"}, format) {
		return o, fmt.Errorf("LOG_FORMAT is %q, and must be text or json", format)
	}
	o.Log = console.New(os.Stdout, format == "json")
	if o.Root, err = template.FindRoot("."); err != nil {
		return o, err
	}
	port := cmp.Or(os.Getenv("PORT"), strconv.Itoa(defaultPort))
	if o.Port, err = strconv.Atoi(port); err != nil || o.Port < 0 || o.Port > 65535 {
		return o, fmt.Errorf("PORT is %q, and must be a number from 1 to 65535, or 0 for any that is free", port)
	}
	if o.DataDir, err = dataDir(); err != nil {
		return o, err
	}
	if origins := os.Getenv("CORS_ORIGINS"); origins != "" {
		o.Parameters = map[string]string{"CorsOrigins": origins}
	}
	o.Env, err = functionEnv(o)
	return o, err
}

func dataDir() (string, error) {
	if dir := os.Getenv("DATA_DIR"); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	return filepath.Join(cache, "personal-rooms", "data"), nil
}

// functionEnv returns the variables of this process that are passed to the functions.
func functionEnv(o runner.Options) (map[string]string, error) {
	plan, err := template.Load(o.Root, nil)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range plan.Functions {
		for name := range f.Env {
			if !strings.HasPrefix(name, "AWS_") {
				names = append(names, name)
			}
		}
	}
	if o.DynamoDBEndpoint != "" {
		names = append(names, "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
	}
	env := map[string]string{}
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			env[name] = value
		}
	}
	return env, nil
}
