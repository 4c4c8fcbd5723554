package e2e

import (
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const (
	commandSource = "com.example.test"
	commandType   = "Room Command"
)

// busName is the event bus of a deployment. `make run`, and the bundle that the tests start, take what is posted to /events.
func busName() string { return os.Getenv("EVENT_BUS") }

// commands puts a command on the event bus.
func (p person) commands(detail fields) {
	p.t.Helper()
	if busName() == "" {
		p.send("POST", "/events", fields{"Source": commandSource, "DetailType": commandType, "Detail": detail}).is(http.StatusOK)
		return
	}
	config := aws.Config{Region: os.Getenv("AWS_REGION"), Credentials: credentials.NewStaticCredentialsProvider(
		os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN"))}
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		config.BaseEndpoint = &endpoint
	}
	put, err := eventbridge.NewFromConfig(config).PutEvents(p.t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String(busName()), Source: aws.String(commandSource), DetailType: aws.String(commandType),
		Detail: aws.String(string(encode(p.t, detail))),
	}}})
	if err != nil || put.FailedEntryCount > 0 {
		p.t.Fatalf("%s: PutEvents to %s: %v %+v", p.name, busName(), err, put)
	}
}
