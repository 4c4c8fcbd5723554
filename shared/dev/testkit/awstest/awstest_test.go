//go:build unix

package awstest_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

func TestTheTemplatesQueuesAndBusAreThere(t *testing.T) {
	cloud := awstest.Start(t)
	_, err := cloud.SQS().SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: aws.String("DeliveriesQueue"), MessageBody: aws.String("hello"), MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String("d"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if sent := cloud.Await(t, "DeliveriesQueue", 1); sent[0].Body != "hello" || sent[0].Group != "g" || sent[0].Dedup != "d" {
		t.Errorf("sent %+v", sent)
	}
	out, err := cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
		EventBusName: aws.String("EventBus"), Source: aws.String("test"), DetailType: aws.String("meeting.started"), Detail: aws.String(`{"a":"<&>"}`),
	}}})
	if err != nil || out.FailedEntryCount != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if events := cloud.Events(); len(events) != 1 || events[0].DetailType != "meeting.started" || string(events[0].Detail) != `{"a":"<&>"}` {
		t.Errorf("events %+v", events)
	}
}

func TestWhatIsWrittenIsAnEventForAFunction(t *testing.T) {
	client, table := dynamotest.Table(t, dynamotest.Stream())
	stream := awstest.Follow(t, table)
	for _, want := range [][]string{{"a", "b"}, {"c"}, {}} {
		for _, word := range want {
			item := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}, "sk": &types.AttributeValueMemberS{Value: word}}
			if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(table), Item: item}); err != nil {
				t.Fatal(err)
			}
		}
		var event events.DynamoDBEvent
		if err := json.Unmarshal(stream.Event(), &event); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, r := range event.Records {
			got = append(got, r.Change.NewImage["sk"].String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("the event tells of %v, want %v", got, want)
		}
	}
}

func TestMessagesAreAnEventForAFunction(t *testing.T) {
	cloud := awstest.Start(t)
	if _, err := cloud.SQS().SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("CommandsQueue"), MessageBody: aws.String("hello")}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 0} {
		var event events.SQSEvent
		if err := json.Unmarshal(cloud.Take(t, "CommandsQueue", 10), &event); err != nil || len(event.Records) != n {
			t.Errorf("the event has %+v, %v, want %d messages", event, err, n)
		}
	}
}
