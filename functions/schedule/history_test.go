package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/table"
)

// A history is copies of what ada planned and held once.
type history struct {
	t      testing.TB
	client *dynamodb.Client
	table  string
	now    time.Time
}

const sortable = "2006-01-02T15:04:05.000Z"

// grow stores n past meetings and n past sittings, an hour apart, of the one meeting that there is.
func (h history) grow(n int) {
	h.t.Helper()
	var meetings, sittings []map[string]any
	for _, item := range h.all() {
		switch sk := fmt.Sprint(item["sk"]); {
		case strings.HasPrefix(sk, "MEETING#"):
			meetings = append(meetings, item)
		case strings.HasPrefix(sk, "INSTANCE#"):
			sittings = append(sittings, item)
		}
	}
	if len(meetings) != 1 || len(sittings) != 1 {
		h.t.Fatalf("there are %d meetings and %d sittings to copy", len(meetings), len(sittings))
	}
	var copies []map[string]any
	for i := range n {
		at := h.now.Add(-time.Duration(i+48) * time.Hour)
		copies = append(copies, meetingAt(meetings[0], i, at), sittingAt(sittings[0], i, at))
	}
	h.store(copies)
}

func meetingAt(like map[string]any, i int, at time.Time) map[string]any {
	m, id := maps.Clone(like), fmt.Sprint(84000000000+i)
	m["sk"], m["id"], m["start"], m["until"] = "MEETING#"+id, id, at.UnixMilli(), at.Add(time.Hour).Format(sortable)
	return m
}

func sittingAt(like map[string]any, i int, at time.Time) map[string]any {
	s, instance := maps.Clone(like), fmt.Sprintf("%022d", i)
	meeting := strings.Split(fmt.Sprint(like["until"]), "#")[1]
	s["sk"], s["instance"] = "INSTANCE#"+at.Format(sortable)+"#"+instance, instance
	s["opened_at"], s["ended_at"] = at.UnixMilli(), at.Add(time.Hour).UnixMilli()
	s["until"] = "SITTING#" + meeting + "#" + at.Format(sortable)
	return s
}

// all is what is stored with ada.
func (h history) all() (all []map[string]any) {
	h.t.Helper()
	answer, err := h.client.Query(h.t.Context(), &dynamodb.QueryInput{
		TableName: &h.table, KeyConditionExpression: aws.String("pk = :ada"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":ada": &types.AttributeValueMemberS{Value: "USER#" + testkit.Account + "#ada"}},
	})
	if err == nil {
		err = attributevalue.UnmarshalListOfMaps(answer.Items, &all)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// store puts the items in batches, some at once.
func (h history) store(items []map[string]any) {
	h.t.Helper()
	var lanes sync.WaitGroup
	batches := slices.Collect(slices.Chunk(items, 25))
	for lane := range 8 {
		lanes.Go(func() {
			for i := lane; i < len(batches); i += 8 {
				if err := h.put(h.t.Context(), batches[i]); err != nil {
					h.t.Error(err)
				}
			}
		})
	}
	lanes.Wait()
}

func (h history) put(ctx context.Context, items []map[string]any) error {
	puts := make([]types.WriteRequest, len(items))
	for i, item := range items {
		stored, err := attributevalue.MarshalMap(item)
		if err != nil {
			return err
		}
		puts[i].PutRequest = &types.PutRequest{Item: stored}
	}
	answer, err := h.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{h.table: puts}})
	if err == nil && len(answer.UnprocessedItems) > 0 {
		err = fmt.Errorf("%d items were not stored", len(answer.UnprocessedItems[h.table]))
	}
	return err
}

// withHistory is ada's, of whom n meetings and n sittings are past, one meeting sits, and six are to come.
func withHistory(t *testing.T, n int) (edge *testkit.Edge, meter *dynamoproxy.Meter, sits string) {
	t.Helper()
	meter = &dynamoproxy.Meter{}
	client, name := dynamotest.Table(t, dynamotest.Transport(meter.Wrap))
	edge = testkit.New(t, table.New(client, name), testRoutes)
	sits = create(t, edge, `{"topic":"Tea"}`)
	start(t, edge, sits)
	end(t, edge, sits)
	history{t: t, client: dynamotest.Client(t), table: name, now: edge.Clock.Now()}.grow(n)
	for i := range 6 {
		create(t, edge, fmt.Sprintf(`{"topic":"Tea","start_time":"2026-04-%02dT10:00:00Z"}`, i+1))
	}
	edge.Clock.Advance(2 * time.Hour)
	start(t, edge, sits)
	meter.Linger = testkit.Linger
	return edge, meter, sits
}

func TestWhatAListCostsDoesNotGrowWithTheHistory(t *testing.T) {
	for _, n := range []int{10, 2500} {
		edge, meter, sits := withHistory(t, n)
		ada := edge.As("ada")
		token := ada.Do("GET", mine+"?type=previous_meetings&page_size=5", nil).Text(t, "next_page_token")
		for _, c := range []struct{ path, want string }{
			{mine + "?page_size=5", "2 trips, 0 WCU, 2 RCU"},
			{mine + "?page_size=5&from=2026-04-02&to=2026-04-05", "2 trips, 0 WCU, 2 RCU"},
			{mine + "?page_size=5&type=live", "4 trips, 0 WCU, 4 RCU"},
			{mine + "?page_size=5&type=upcoming", "5 trips, 0 WCU, 5 RCU"}, // with what runs over its time
			{mine + "?page_size=5&type=upcoming&to=2026-04-04", "5 trips, 0 WCU, 5 RCU"},
			{mine + "?page_size=5&type=previous_meetings", "3 trips, 0 WCU, 5 RCU"}, // one query met nothing but what sits, and its room is asked
			{mine + "?page_size=5&type=previous_meetings&next_page_token=" + token, "3 trips, 0 WCU, 4 RCU"},
			{mine + "?page_size=5&type=previous_meetings&from=2026-02-27&to=2026-02-28", "3 trips, 0 WCU, 4 RCU"},
			{past + sits, "3 trips, 0 WCU, 4 RCU"},
			{past + sits + "/participants", "3 trips, 0 WCU, 4 RCU"},
			{past + sits + "/instances?page_size=5", "3 trips, 0 WCU, 4 RCU"},
		} {
			meter.Reset()
			ada.Do("GET", c.path, nil).Want(t, 200)
			if got := meter.Cost(); got != c.want {
				t.Errorf("with a history of %d, %s takes %s, want %s", n, c.path, got, c.want)
			}
		}
	}
}
