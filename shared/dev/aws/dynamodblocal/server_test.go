//go:build unix

package dynamodblocal_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/template"
)

// A process that owns a server is this test binary started again with this variable set.
const ownerVariable = "DYNAMO_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerVariable) == "" {
		os.Exit(m.Run())
	}
	server, err := dynamodblocal.Start(context.Background(), dynamodblocal.Options{})
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString(server.Endpoint() + "\n")
	select {}
}

func TestDataOutlivesTheServer(t *testing.T) {
	dir, table := t.TempDir(), definition(t)
	first := start(t, dir)
	client := dynamodblocal.NewClient(first.Endpoint(), nil)
	if made, err := dynamodblocal.EnsureTable(t.Context(), client, table, "rooms"); err != nil || !made {
		t.Fatalf("the table is made: %v, %v", made, err)
	}
	put(t, client)
	first.Stop()

	client = dynamodblocal.NewClient(start(t, dir).Endpoint(), nil)
	if made, err := dynamodblocal.EnsureTable(t.Context(), client, table, "rooms"); err != nil || made {
		t.Fatalf("the table is made again: %v, %v", made, err)
	}
	answer, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("rooms")})
	if err != nil || answer.Count != 1 {
		t.Fatalf("after a restart: %+v, %v", answer, err)
	}
	expiry, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("rooms")})
	if err != nil || *expiry.TimeToLiveDescription.AttributeName != "ttl" {
		t.Fatalf("expiry: %+v, %v", expiry, err)
	}
}

func TestTwoServersNeverShareADataFolder(t *testing.T) {
	dir := t.TempDir()
	start(t, dir)
	_, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "in use by another runner") {
		t.Errorf("a second server in the folder: %v", err)
	}
}

func TestAKilledOwnerLeavesNoServer(t *testing.T) {
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"=1")
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	defer owner.Wait()
	endpoint, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	server := hold(t, strings.TrimSpace(endpoint))
	owner.Process.Kill()
	awaitClose(t, server)
}

func TestAStoppedServerIsGone(t *testing.T) {
	server := start(t, "")
	connection := hold(t, server.Endpoint())
	server.Stop()
	awaitClose(t, connection)
	server.Stop()
	if !strings.Contains(server.Output(), "InMemory:\ttrue") {
		t.Errorf("its output: %s", server.Output())
	}
}

func start(t *testing.T, dir string) *dynamodblocal.Server {
	t.Helper()
	server, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{DataDir: dir, Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

func definition(t *testing.T) template.Table {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.Table
}

func put(t *testing.T, client *dynamodb.Client) {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("rooms"),
		Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "p"}, "sk": &types.AttributeValueMemberS{Value: "s"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hold opens a connection to the server, which ends when the server does.
func hold(t *testing.T, endpoint string) net.Conn {
	t.Helper()
	if _, err := http.Get(endpoint); err != nil {
		t.Fatal(err)
	}
	connection, err := net.Dial("tcp", strings.TrimPrefix(endpoint, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

func awaitClose(t *testing.T, connection net.Conn) {
	t.Helper()
	if err := connection.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, connection); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the server is still there")
	}
}
