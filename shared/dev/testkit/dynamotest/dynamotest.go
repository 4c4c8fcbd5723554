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
// One DynamoDB Local, in memory, serves the tests of a package. Each table is new and has the definition of
// template.yaml, with a stream only for the option [Stream]. If DYNAMODB_ENDPOINT is set, that server is used instead.
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

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/template"
)

// shared is the server of the package. The first test that needs it starts it.
var shared struct {
	once     sync.Once
	server   *dynamodblocal.Server // nil for DYNAMODB_ENDPOINT
	endpoint string
	table    template.Table
	err      error
}

// Main is a package's TestMain. It does not return.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run runs a package's tests, stops its server, and returns the exit code. For a function it also compares the
// permissions that the function used with those that template.yaml grants it.
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

// Endpoint returns the base URL of the package's server.
func Endpoint(t testing.TB) string {
	t.Helper()
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.endpoint
}

func start() {
	b, err := template.LoadNearest()
	if err != nil {
		shared.err = err
		return
	}
	shared.table = b.Table
	if shared.endpoint = os.Getenv("DYNAMODB_ENDPOINT"); shared.endpoint != "" {
		return
	}
	if shared.server, shared.err = dynamodblocal.Start(context.Background(),
		dynamodblocal.Options{Log: os.Stderr}); shared.err == nil {
		shared.endpoint = shared.server.Endpoint()
	}
}

// Option changes a client or its table.
type Option func(*settings)

type settings struct {
	transport http.RoundTripper
	stream    bool
}

// Stream gives the table the stream of template.yaml. Other tables have none, because DynamoDB Local writes slowly to a
// table with a stream: it searches the records of all streams, also those of deleted tables.
func Stream() Option { return func(s *settings) { s.stream = true } }

// Transport puts wrap between the client and the network, to count, delay or fail requests.
func Transport(wrap func(http.RoundTripper) http.RoundTripper) Option {
	return func(s *settings) { s.transport = wrap(s.transport) }
}

// connections are shared by all clients of the package.
var connections = &http.Transport{MaxIdleConnsPerHost: 100}

// Client makes a client of the package's server. It retries as often as the SDK does by default, without waiting.
func Client(t testing.TB, options ...Option) *dynamodb.Client {
	t.Helper()
	return settingsOf(options).client(t)
}

func settingsOf(options []Option) settings {
	s := settings{transport: permissions.Wrap(connections)}
	for _, option := range options {
		option(&s)
	}
	return s
}

func (s settings) client(t testing.TB) *dynamodb.Client {
	t.Helper()
	options := dynamodblocal.NewClient(Endpoint(t), s.transport).Options()
	options.Retryer = dynamoproxy.RetryAtOnce()
	return dynamodb.New(options)
}

// table returns the template's table, without its stream unless an option asks for it.
func (s settings) table() template.Table {
	if s.stream {
		return shared.table
	}
	plain, input := shared.table, *shared.table.Input
	input.StreamSpecification = nil
	plain.Input = &input
	return plain
}

// Table makes an empty table, and a client with the options. The table is deleted when the test ends. The client's
// transport does not see the requests that make the table.
func Table(t testing.TB, options ...Option) (client *dynamodb.Client, name string) {
	t.Helper()
	plain, s := Client(t), settingsOf(options)
	name = UniqueName()
	if err := dynamodblocal.CreateTable(t.Context(), plain, s.table(), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Delete(t, name) })
	return s.client(t), name
}

// DeleteAt deletes a table at another endpoint.
func DeleteAt(endpoint, name string) error {
	_, err := dynamodblocal.NewClient(endpoint, nil).
		DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	return err
}

// Delete deletes a table if it exists, also after the test's end.
func Delete(t testing.TB, name string) {
	t.Helper()
	_, err := Client(t).DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); err != nil && !missing {
		t.Errorf("delete the table: %v", err)
	}
}

// UniqueName returns a name for a table that a test makes itself. It is unique among processes, which may share a
// server.
func UniqueName() string { return fmt.Sprintf("test-%s", rand.Text()) }
