//go:build unix

package awstest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"personal-rooms/shared/local/awstest"
)

func TestTheTemplatesQueuesAndBusAreThere(t *testing.T) {
	cloud := awstest.Start(t)
	_, err := cloud.SQS().SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: aws.String("Deliveries"), MessageBody: aws.String("hello"), MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String("d"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if sent := cloud.Await(t, "Deliveries", 1); sent[0].Body != "hello" || sent[0].Group != "g" || sent[0].Dedup != "d" {
		t.Errorf("sent %+v", sent)
	}
	out, err := cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
		EventBusName: aws.String("Events"), Source: aws.String("test"), DetailType: aws.String("meeting.started"), Detail: aws.String(`{"a":"<&>"}`),
	}}})
	if err != nil || out.FailedEntryCount != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if events := cloud.Events(); len(events) != 1 || events[0].DetailType != "meeting.started" || string(events[0].Detail) != `{"a":"<&>"}` {
		t.Errorf("events %+v", events)
	}
}
