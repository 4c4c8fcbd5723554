//go:build unix

package runner

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/template"
)

const defaultTable = "personal-rooms"

// build returns the folder of the functions' executables. It builds them unless they are built already.
func (b *Bundle) build(ctx context.Context, functions []template.Function) (dir string, err error) {
	if b.BinDir == "" {
		if b.temporary, err = os.MkdirTemp("", "personal-rooms-"); err != nil {
			return "", err
		}
		return b.temporary, build.Functions(ctx, b.group, b.Root, functions, b.temporary, b.log)
	}
	for _, f := range functions {
		path := filepath.Join(b.BinDir, f.Name)
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("the function %s is not built: there is no %s", f.Name, path)
		}
	}
	return filepath.Abs(b.BinDir)
}

func (b *Bundle) openIssuer() (*issuer.Issuer, error) {
	if b.DataDir == "" {
		return issuer.Open("")
	}
	if err := os.MkdirAll(b.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	return issuer.Open(filepath.Join(b.DataDir, "token-key.pem"))
}

// startDatabase starts DynamoDB Local, unless another DynamoDB is given, and sets DynamoDBEndpoint.
func (b *Bundle) startDatabase(ctx context.Context) (err error) {
	if b.DynamoDBEndpoint != "" {
		return nil
	}
	options, where := dynamodblocal.Options{Log: b.log}, "in memory"
	if b.DataDir != "" {
		options.DataDir = filepath.Join(b.DataDir, "dynamodb")
		where = "data in " + options.DataDir
	}
	fmt.Fprintln(b.log, "starting DynamoDB Local,", where)
	if b.database, err = dynamodblocal.Start(ctx, options); err != nil {
		return err
	}
	b.DynamoDBEndpoint = b.database.Endpoint()
	return nil
}

// commonEnv returns the environment variables that every function gets, besides those of the template.
func (b *Bundle) commonEnv(plan *template.Bundle) (map[string]string, error) {
	webhookKey, err := b.key("webhook-key")
	doorbellKey, failed := b.key("doorbell-key")
	env := map[string]string{
		"AWS_REGION": dynamodblocal.Region, "AWS_DEFAULT_REGION": dynamodblocal.Region,
		"AWS_ACCESS_KEY_ID": dynamodblocal.AccessKey, "AWS_SECRET_ACCESS_KEY": dynamodblocal.SecretKey,
		"AWS_ENDPOINT_URL_DYNAMODB": b.DynamoDBEndpoint,
		"TABLE_NAME":                defaultTable,
		"APPS":                      "true", "APPS_URL": b.url,
		"WEBHOOK_KEY": webhookKey, "WEBHOOK_KEY_ARN": "", // there is no Secrets Manager
		"DOORBELL_KEY": doorbellKey, "DOORBELL_KEY_ARN": "",
	}
	if plan.Sockets != nil {
		env["HINTS_URL"], env["HINTS_ENDPOINT"] = "ws"+strings.TrimPrefix(b.url, "http")+hintsPath, b.url+hintsPath
	}
	maps.Copy(env, b.Env)
	return env, cmp.Or(err, failed)
}

// key returns a key from which others are derived: that in the file of DataDir, or a new one, which is kept there.
func (b *Bundle) key(name string) (string, error) {
	fresh := rand.Text() + rand.Text()
	if b.DataDir == "" {
		return fresh, nil
	}
	file := filepath.Join(b.DataDir, name)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte(fresh), os.WriteFile(file, []byte(fresh), 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("keep %s: %w", name, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// config returns the configuration of a client of DynamoDB, with the functions' credentials.
func (b *Bundle) config(env map[string]string) aws.Config {
	config := boot.Config(func(name string) string { return env[name] })
	config.BaseEndpoint = &b.DynamoDBEndpoint
	return config
}

func (b *Bundle) ensureTable(ctx context.Context, table template.Table, env map[string]string) error {
	created, err := dynamodblocal.EnsureTable(ctx, dynamodb.NewFromConfig(b.config(env)), table, env["TABLE_NAME"])
	if err != nil {
		return fmt.Errorf("DynamoDB at %s: %w", b.DynamoDBEndpoint, err)
	}
	if created {
		fmt.Fprintf(b.log, "made the table %s\n", env["TABLE_NAME"])
	}
	return nil
}

func (b *Bundle) startFunctions(functions []template.Function, common map[string]string, binDir string) error {
	fmt.Fprintln(b.log, "starting the functions")
	var all errgroup.Group
	for _, f := range functions {
		env := maps.Clone(f.Env)
		maps.Copy(env, common)
		all.Go(func() error {
			started, err := lambda.Start(lambda.Config{
				Name: f.Name, Path: filepath.Join(binDir, f.Name), Env: env,
				Timeout: f.Timeout, Memory: f.Memory, Group: b.group, Log: b.log.Function(f.Name),
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
	return all.Wait()
}

func (b *Bundle) invoke(function string, event []byte) ([]byte, error) {
	return b.functions[function].Invoke(event)
}
