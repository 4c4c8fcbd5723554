package boot

import (
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// The variables of an AWS emulator's endpoints, as in AWS's own tools. Both are empty in the cloud.
const (
	anyEndpoint      = "AWS_ENDPOINT_URL"          // of every service
	databaseEndpoint = "AWS_ENDPOINT_URL_DYNAMODB" // of DynamoDB, if it is a different one
)

const (
	connectTimeout = time.Second     // to open a connection, and again for the TLS handshake
	attemptTimeout = 3 * time.Second // for one attempt, so that a second one fits into a function's time limit
	maxAttempts    = 4
	idleConns      = 64 // kept open, because a use case reads in parallel
)

// Config returns the configuration of AWS clients: what the SDK's own config package finds in a Lambda function,
// without the files, profiles and services that it searches, and without its size. The SDK waits between attempts; with
// AWS_NEW_RETRIES_2026=true in the process's environment, which it reads itself, it begins with 25 ms for DynamoDB.
//
// Lambda replaces a function's environment before its credentials expire, so they are static.
func Config(getenv func(string) string) aws.Config {
	config := aws.Config{
		Region: getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN")),
		HTTPClient:       httpClient(),
		RetryMode:        aws.RetryModeStandard,
		RetryMaxAttempts: maxAttempts,
	}
	if url := getenv(anyEndpoint); url != "" {
		config.BaseEndpoint = aws.String(url)
	}
	return config
}

func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(attemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = connectTimeout
			t.MaxIdleConnsPerHost = idleConns
		})
}
