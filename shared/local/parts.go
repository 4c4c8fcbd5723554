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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/bus"
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

// commonEnv is what every function's environment has besides what the template says; endpoint is that of DynamoDB.
func commonEnv(o Options, endpoint string) (map[string]string, error) {
	key, err := webhookKey(o.DataDir)
	env := map[string]string{
		"AWS_REGION": dynamo.Region, "AWS_DEFAULT_REGION": dynamo.Region,
		"AWS_ACCESS_KEY_ID": dynamo.AccessKey, "AWS_SECRET_ACCESS_KEY": dynamo.SecretKey,
		"AWS_ENDPOINT_URL_DYNAMODB": endpoint,
		"TABLE_NAME":                defaultTable,
		"WEBHOOK_KEY":               key, "WEBHOOK_KEY_ARN": "", // here it is in no Secrets Manager
	}
	maps.Copy(env, o.Env)
	return env, err
}

// config is what clients of the database are made with: they reach it as the functions do.
func (b *Bundle) config(env map[string]string, endpoint string) aws.Config {
	seen := maps.Clone(env)
	seen["AWS_ENDPOINT_URL"] = endpoint
	return boot.Config(func(name string) string { return seen[name] })
}

func (b *Bundle) ensureTable(ctx context.Context, table bundle.Table, env map[string]string, config aws.Config) error {
	made, err := dynamo.EnsureTable(ctx, dynamodb.NewFromConfig(config), table, env["TABLE_NAME"])
	if err != nil {
		return fmt.Errorf("DynamoDB at %s: %w", aws.ToString(config.BaseEndpoint), err)
	}
	if made {
		fmt.Fprintf(b.log, "made the table %s\n", env["TABLE_NAME"])
	}
	return nil
}

func (b *Bundle) startFunctions(functions []bundle.Function, common map[string]string, binDir string) error {
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
			b.mu.Lock()
			defer b.mu.Unlock()
			b.functions[f.Name] = started
			return nil
		})
	}
	return together(steps...)
}

// serve answers on listener from now on.
func (b *Bundle) serve(plan *bundle.Bundle, listener net.Listener) error {
	api, err := gateway.New(plan, b.invoke, b.log)
	if err != nil {
		return err
	}
	b.server = &http.Server{
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(b.log, nil), slog.LevelError),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == oauth.Path:
				b.issuer.ServeHTTP(w, r)
			case r.URL.Path == bus.Path && b.cloud != nil:
				b.cloud.Bus.ServeHTTP(w, r)
			default:
				api.ServeHTTP(w, r)
			}
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
	b.mu.Lock()
	f := b.functions[function]
	b.mu.Unlock()
	if f == nil {
		return nil, fmt.Errorf("%s is not there yet", function)
	}
	return f.Invoke(event)
}
