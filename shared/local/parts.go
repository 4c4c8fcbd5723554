//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/dynamo"
	"personal-rooms/shared/local/gateway"
	"personal-rooms/shared/local/lambda"
	"personal-rooms/shared/local/oauth"
)

const (
	defaultTable  = "personal-rooms"
	headerTimeout = 10 * time.Second
)

func (b *Bundle) startDatabase(ctx context.Context, o Options) (err error) {
	if o.DynamoDBEndpoint != "" {
		return nil
	}
	options := dynamo.Options{Log: b.log}
	where := "in memory"
	if o.DataDir != "" {
		options.DataDir = filepath.Join(o.DataDir, "dynamodb")
		where = "data in " + options.DataDir
	}
	fmt.Fprintf(b.log, "starting DynamoDB Local, %s\n", where)
	b.database, err = dynamo.Start(ctx, options)
	return err
}

func (b *Bundle) endpoint(o Options) string {
	if b.database != nil {
		return b.database.Endpoint()
	}
	return o.DynamoDBEndpoint
}

// commonEnv is what every function's environment has besides what the template says.
func commonEnv(overrides map[string]string) map[string]string {
	env := map[string]string{
		"AWS_REGION": dynamo.Region, "AWS_DEFAULT_REGION": dynamo.Region,
		"AWS_ACCESS_KEY_ID": dynamo.AccessKey, "AWS_SECRET_ACCESS_KEY": dynamo.SecretKey,
		"TABLE_NAME": defaultTable,
	}
	maps.Copy(env, overrides)
	return env
}

// ensureTable reaches the table as the functions do.
func (b *Bundle) ensureTable(ctx context.Context, table bundle.Table, env map[string]string, endpoint string) error {
	seen := maps.Clone(env)
	seen["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint
	client := dynamodb.NewFromConfig(boot.Config(func(name string) string { return seen[name] }))
	made, err := dynamo.EnsureTable(ctx, client, table, env["TABLE_NAME"])
	if err != nil {
		return fmt.Errorf("DynamoDB at %s: %w", endpoint, err)
	}
	if made {
		fmt.Fprintf(b.log, "made the table %s\n", env["TABLE_NAME"])
	}
	return nil
}

func (b *Bundle) startFunctions(functions []bundle.Function, common map[string]string, binDir string) error {
	var mu sync.Mutex
	var steps []func() error
	for _, f := range functions {
		env := maps.Clone(f.Env)
		maps.Copy(env, common)
		steps = append(steps, func() error {
			started, err := lambda.Start(lambda.Config{
				Name: f.Name, Path: filepath.Join(binDir, f.Name), Env: env,
				Timeout: f.Timeout, Memory: f.Memory, Group: b.group, Log: b.log,
			})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			b.functions[f.Name] = started
			return nil
		})
	}
	return together(steps...)
}

// serve answers on listener from now on.
func (b *Bundle) serve(routes []bundle.Route, listener net.Listener) error {
	api, err := gateway.New(routes, b.invoke, b.log)
	if err != nil {
		return err
	}
	b.server = &http.Server{
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(b.log, nil), slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == oauth.Path {
				b.issuer.ServeHTTP(w, r)
				return
			}
			api.ServeHTTP(w, r)
		}),
	}
	go func() {
		if err := b.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			b.fail(fmt.Errorf("the HTTP server has ended: %w", err))
		}
	}()
	return nil
}

func (b *Bundle) invoke(function string, event []byte) ([]byte, error) {
	return b.functions[function].Invoke(event)
}
