package boot

import (
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// The endpoints of an AWS emulator, under the names that AWS's own tools use. Both are empty in the cloud.
const (
	anyEndpoint      = "AWS_ENDPOINT_URL"          // of every service
	databaseEndpoint = "AWS_ENDPOINT_URL_DYNAMODB" // of DynamoDB, if it is another
)

const (
	connectTime = time.Second     // to open a connection; again as much to agree on TLS
	attemptTime = 3 * time.Second // for one attempt in all, so that a second one fits into a function's time limit
	attempts    = 4
	idle        = 64 // connections kept: a use case reads in parallel
)

// Config is what AWS clients are made with: what the SDK's own config package would find in a Lambda function, without
// the files, profiles and services that it looks through and the megabytes that it brings. How long to wait between
// attempts is the SDK's affair; with AWS_NEW_RETRIES_2026=true in the process's environment, which the SDK reads itself,
// it starts at 25 ms for DynamoDB.
//
// Lambda replaces a function's environment before its credentials expire, so they are static. They name no AWS account,
// so requests go to the region's endpoint.
func Config(getenv func(string) string) aws.Config {
	config := aws.Config{
		Region: getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN")),
		HTTPClient:       httpClient(),
		RetryMode:        aws.RetryModeStandard,
		RetryMaxAttempts: attempts,
	}
	if url := getenv(anyEndpoint); url != "" {
		config.BaseEndpoint = aws.String(url)
	}
	return config
}

func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(attemptTime).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTime }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = connectTime
			t.MaxIdleConnsPerHost = idle
		})
}
