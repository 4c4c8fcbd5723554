//go:build unix

package runner

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/boot"
	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const defaultTable = "personal-rooms"

func (b *Bundle) startDatabase(ctx context.Context, o Options) (err error) {
	if o.DynamoDBEndpoint != "" {
		return nil
	}
	options := dynamodblocal.Options{Log: b.log}
	where := "in memory"
	if o.DataDir != "" {
		options.DataDir = filepath.Join(o.DataDir, "dynamodb")
		where = "data in " + options.DataDir
	}
	defer console.Progress(b.log, "starting DynamoDB Local, "+where)()
	b.database, err = dynamodblocal.Start(ctx, options)
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
		"AWS_REGION": dynamodblocal.Region, "AWS_DEFAULT_REGION": dynamodblocal.Region,
		"AWS_ACCESS_KEY_ID": dynamodblocal.AccessKey, "AWS_SECRET_ACCESS_KEY": dynamodblocal.SecretKey,
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

func (b *Bundle) ensureTable(ctx context.Context, table template.Table, env map[string]string, config aws.Config) error {
	made, err := dynamodblocal.EnsureTable(ctx, dynamodb.NewFromConfig(config), table, env["TABLE_NAME"])
	if err != nil {
		return fmt.Errorf("DynamoDB at %s: %w", aws.ToString(config.BaseEndpoint), err)
	}
	if made {
		fmt.Fprintf(b.log, "made the table %s\n", env["TABLE_NAME"])
	}
	return nil
}

func (b *Bundle) startFunctions(functions []template.Function, common map[string]string, binDir string) error {
	defer console.Progress(b.log, "starting the functions")()
	var steps []func() error
	for _, f := range functions {
		env := maps.Clone(f.Env)
		maps.Copy(env, common)
		steps = append(steps, func() error {
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
	return together(steps...)
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
