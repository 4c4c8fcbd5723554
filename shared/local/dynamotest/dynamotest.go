//go:build unix

// Package dynamotest gives tests real DynamoDB tables.
//
//	func TestMain(m *testing.M) { dynamotest.Main(m) }
//
//	func TestSomething(t *testing.T) {
//		client, table := dynamotest.Table(t)
//		…
//	}
//
// One DynamoDB Local serves a package's tests, in memory; each table is fresh, made from template.yaml and nobody
// else's. It has a stream only with the option [Stream]. With DYNAMODB_ENDPOINT set, that server is used instead.
package dynamotest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/bundle"
	"personal-rooms/shared/local/dynamo"
	"personal-rooms/shared/local/wire"
)

// shared is the package's one server, started by the first test that asks.
var shared struct {
	once     sync.Once
	server   *dynamo.Server // nil when somebody else's is used
	endpoint string
	table    bundle.Table
	err      error
}

// Main is a package's TestMain. It does not return.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run runs a package's tests, then stops its server, and returns the exit code. Where the package is a function, it also compares what
// the function was seen to ask of the table with what template.yaml grants it.
func Run(m *testing.M) (code int) {
	code = m.Run()
	if err := checkGrants(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if shared.server != nil {
		shared.server.Stop()
	}
	return code
}

// Endpoint is the base URL of the package's server.
func Endpoint(t testing.TB) string {
	t.Helper()
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.endpoint
}

func start() {
	root, err := bundle.FindRoot(".")
	if err != nil {
		shared.err = err
		return
	}
	b, err := bundle.Load(root, nil)
	if err != nil {
		shared.err = err
		return
	}
	shared.table = b.Table
	if shared.endpoint = os.Getenv("DYNAMODB_ENDPOINT"); shared.endpoint != "" {
		return
	}
	if shared.server, shared.err = dynamo.Start(context.Background(), dynamo.Options{Log: os.Stderr}); shared.err == nil {
		shared.endpoint = shared.server.Endpoint()
	}
}

// Option changes a client or its table.
type Option func(*settings)

type settings struct {
	transport http.RoundTripper
	stream    bool
}

// Stream gives the table the stream that template.yaml describes. Other tables have none, because a write to a table with a stream is
// slow in DynamoDB Local: it searches the records of all streams, also those of deleted tables.
func Stream() Option { return func(s *settings) { s.stream = true } }

// Transport lets wrap stand between the client and the network, to count, delay or fail requests.
func Transport(wrap func(http.RoundTripper) http.RoundTripper) Option {
	return func(s *settings) { s.transport = wrap(s.transport) }
}

// connections are shared by all clients of the package.
var connections = &http.Transport{MaxIdleConnsPerHost: 100}

// Client makes a client for the package's server. It retries as often as the SDK does by default, and does not wait in between.
func Client(t testing.TB, options ...Option) *dynamodb.Client {
	t.Helper()
	return settingsOf(options).client(t)
}

func settingsOf(options []Option) settings {
	s := settings{transport: witness.Wrap(connections)}
	for _, option := range options {
		option(&s)
	}
	return s
}

func (s settings) client(t testing.TB) *dynamodb.Client {
	t.Helper()
	options := dynamo.NewClient(Endpoint(t), s.transport).Options()
	options.Retryer = wire.RetryAtOnce()
	return dynamodb.New(options)
}

// table is the template's, without its stream if no option asks for that.
func (s settings) table() bundle.Table {
	if s.stream {
		return shared.table
	}
	plain, input := shared.table, *shared.table.Input
	input.StreamSpecification = nil
	plain.Input = &input
	return plain
}

// Table makes an empty table and a client with the options for it. The table is deleted when the test ends. Making it
// does not pass the client's transport.
func Table(t testing.TB, options ...Option) (client *dynamodb.Client, name string) {
	t.Helper()
	plain, s := Client(t), settingsOf(options)
	name = UniqueName()
	if err := dynamo.CreateTable(t.Context(), plain, s.table(), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Delete(t, name) })
	return s.client(t), name
}

// DeleteAt deletes a table at another endpoint than that of the tests.
func DeleteAt(endpoint, name string) error {
	_, err := dynamo.NewClient(endpoint, nil).DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	return err
}

// Delete deletes a table if it is there, also when the test is over.
func Delete(t testing.TB, name string) {
	t.Helper()
	_, err := Client(t).DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); err != nil && !missing {
		t.Errorf("delete the table: %v", err)
	}
}

// UniqueName is a name for a table that a test makes by itself. It is unique over processes too: several packages may share one server.
func UniqueName() string { return fmt.Sprintf("test-%s", rand.Text()) }
