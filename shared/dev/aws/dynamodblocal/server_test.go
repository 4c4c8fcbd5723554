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

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/template"
)

// ownerVariable makes this test binary start a server and wait.
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

func TestDataOutlivesTheServerWhichHasItsFolderAlone(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, want := range []bool{true, false} {
		server := start(t, dir)
		client := dynamodblocal.NewClient(server.Endpoint(), nil)
		if created, err := dynamodblocal.EnsureTable(t.Context(), client, ours.Table, "rooms"); err != nil || created != want {
			t.Fatalf("the table is created: %v, %v", created, err)
		}
		expiry, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("rooms")})
		if err != nil || aws.ToString(expiry.TimeToLiveDescription.AttributeName) != "ttl" {
			t.Errorf("expiry: %+v, %v", expiry, err)
		}
		_, err = dynamodblocal.Start(t.Context(), dynamodblocal.Options{DataDir: dir})
		if err == nil || !strings.Contains(err.Error(), "in use by another runner") {
			t.Errorf("a second server in the folder: %v", err)
		}
		server.Stop()
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

// hold opens a connection, which is closed when the server ends.
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
