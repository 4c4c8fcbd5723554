//go:build unix

// Command run is what `make run` starts: the whole bundle on this machine, until Ctrl-C.
//
//	PORT               where it answers; 3000
//	DATA_DIR           what outlives a restart; a folder of the user's cache
//	DYNAMODB_ENDPOINT  another DynamoDB; one is started otherwise. The usual AWS_… variables say how to sign in there
//	BIN_DIR            where the functions are built already, as make run does; they are built otherwise
//	LOG_FORMAT         json: the log lines of the functions as the cloud gets them; text, for people, otherwise
//	CORS_ORIGINS       web pages that may call the API, with commas between: the template's parameter CorsOrigins
//
// What is posted to /events is put on the event bus, as PutEvents does.
//
// A variable that template.yaml gives the functions (LOG_LEVEL, LEASE_SECONDS…) is handed on to them.
package main

import (
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

// The tour stands in the README too.
//
//go:embed tour.sh
var tour string

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "\npersonal-rooms:", err)
		os.Exit(1)
	}
}

// run returns nil when it was told to stop.
func run() error {
	told, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx := untilMakeEnds(told)
	options, err := readOptions()
	if err != nil {
		return err
	}
	rooms, err := runner.Start(ctx, options)
	if ctx.Err() != nil && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer rooms.Close()
	fmt.Fprintf(os.Stdout, "ready %s\n\n%s\n", rooms.URL(), strings.ReplaceAll(tour, tourURL, rooms.URL()))
	select {
	case <-ctx.Done():
		stop() // a second Ctrl-C does not wait
		fmt.Fprintln(os.Stdout, "\nstopping")
		return nil
	case <-rooms.Failed():
		return rooms.Err()
	}
}

// tourURL is where the tour expects the bundle.
var tourURL = fmt.Sprintf("http://127.0.0.1:%d", defaultPort)

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
	if o.Port, err = port(); err != nil {
		return o, err
	}
	if o.DataDir = os.Getenv("DATA_DIR"); o.DataDir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return o, fmt.Errorf("find the user's cache folder: %w", err)
		}
		o.DataDir = filepath.Join(cache, "personal-rooms", "data")
	}
	if o.DataDir, err = filepath.Abs(o.DataDir); err != nil {
		return o, err
	}
	if origins := os.Getenv("CORS_ORIGINS"); origins != "" {
		o.Parameters = map[string]string{"CorsOrigins": origins}
	}
	o.Env, err = handedOn(o)
	return o, err
}

func port() (int, error) {
	text := os.Getenv("PORT")
	if text == "" {
		return defaultPort, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 || number > 65535 {
		return 0, fmt.Errorf("PORT is %q, and must be a number from 1 to 65535, or 0 for any that is free", text)
	}
	return number, nil
}

// handedOn are those of our own variables that are meant for the functions.
func handedOn(o runner.Options) (map[string]string, error) {
	plan, err := template.Load(o.Root, nil)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, f := range plan.Functions {
		for name := range f.Env {
			names[name] = !strings.HasPrefix(name, "AWS_")
		}
	}
	if o.DynamoDBEndpoint != "" {
		for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
			names[name] = true
		}
	}
	env := map[string]string{}
	for name, wanted := range names {
		if value := os.Getenv(name); wanted && value != "" {
			env[name] = value
		}
	}
	return env, nil
}
