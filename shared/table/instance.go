package table

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// instanceItem is the record of a sitting: with its host's things, and once more with its seats.
type instanceItem struct {
	itemHeader
	userFields
	Instance string          `dynamodbav:"instance"`
	Room     string          `dynamodbav:"room,omitempty"`
	Meeting  *meetingRefItem `dynamodbav:"meeting,omitempty"`
	OpenedAt int64           `dynamodbav:"opened_at,omitempty"`
	EndedAt  int64           `dynamodbav:"ended_at,omitempty"`
	Expires  int64           `dynamodbav:"expires,omitempty"`
	Rank     int64           `dynamodbav:"rank,omitempty"`
	Until    string          `dynamodbav:"until,omitempty"` // with its host's things: it is in the index
}

func instanceItemOf(s meeting.InstanceRecord) instanceItem {
	return instanceItem{
		itemHeader: itemHeader{Type: "sitting", TTL: expiry(s.Expires)},
		userFields: userFieldsOf(s.Owner),
		Instance:   s.Instance,
		Room:       string(s.Room),
		Meeting:    meetingRefItemOf(s.Meeting),
		OpenedAt:   millis(s.OpenedAt),
		EndedAt:    millis(s.EndedAt),
		Expires:    millis(s.Expires),
		Rank:       s.Rank,
	}
}

func (i instanceItem) record() meeting.InstanceRecord {
	return meeting.InstanceRecord{
		Instance: i.Instance,
		Owner:    i.user(),
		Room:     meeting.Number(i.Room),
		Meeting:  i.Meeting.meetingRef(),
		OpenedAt: timeOf(i.OpenedAt),
		EndedAt:  timeOf(i.EndedAt),
		Expires:  timeOf(i.Expires),
		Rank:     i.Rank,
	}
}

func instanceRecordsOf(stored []item) ([]meeting.InstanceRecord, error) {
	sittings := make([]meeting.InstanceRecord, len(stored))
	for n := range stored {
		var i instanceItem
		if err := load(stored[n], &i); err != nil {
			return nil, err
		}
		sittings[n] = i.record()
	}
	return sittings, nil
}

// SaveInstance stores the record, unless one of a higher rank is there.
func (t *Table) SaveInstance(ctx context.Context, s meeting.InstanceRecord) error {
	i := instanceItemOf(s)
	listed, holds := i, atMost("rank", i.Rank)
	listed.Until = untilOfInstance(s)
	return t.putIfNewer(ctx,
		write{key: instanceKey(s.Owner, s.OpenedAt, s.Instance), item: listed, when: holds},
		write{key: instanceRecordKey(s.Instance), item: i, when: holds})
}

// putIfNewer puts the items side by side. Where the condition does not hold, the one that is there stays.
func (t *Table) putIfNewer(ctx context.Context, writes ...write) error {
	return inParallel(len(writes), func(i int) error {
		if _, err := t.put(ctx, writes[i]); !errors.Is(err, meeting.ErrStale) {
			return err
		}
		return nil
	})
}

// The sort keys of sittings in the index are behind those of all meetings. They begin so for those that have not ended, and for those
// of one meeting that have.
const livePrefix = "SITS#"

func pastPrefix(id meeting.Number) string { return "SITTING#" + string(id) + "#" }

func untilOfInstance(s meeting.InstanceRecord) string {
	if s.EndedAt.IsZero() {
		return livePrefix + until(s.OpenedAt) + "#" + s.Instance
	}
	return pastPrefix(s.Meeting.ID) + until(s.OpenedAt)
}

// Instance is the record of a sitting; the zero Sitting if there is none.
func (t *Table) Instance(ctx context.Context, instance string) (meeting.InstanceRecord, error) {
	var i instanceItem
	err := t.read(ctx, instanceRecordKey(instance), &i)
	return i.record(), err
}

// PastInstances is a page of the host's ended sittings that opened within [from, to), latest first; and where the next one begins.
func (t *Table) PastInstances(ctx context.Context, host meeting.User, from, to time.Time, after string, limit int,
) ([]meeting.InstanceRecord, string, error) {
	first, end := instancePrefix+until(from), instancePrefix+until(to)
	position, err := positionOf(host, after)
	if err != nil || first >= end || after != "" && position.sk < first {
		return nil, "", err
	}
	var e expression
	in := &dynamodb.QueryInput{
		KeyConditionExpression: aws.String(e.name("pk") + " = " + e.value(userPartition(host)) +
			" AND " + e.name("sk") + " BETWEEN " + e.value(first) + " AND " + e.value(end)),
		ScanIndexForward: aws.Bool(false),
		FilterExpression: aws.String("attribute_exists(" + e.name("ended_at") + ")"),
	}
	if after != "" && position.sk < end { // DynamoDB takes no start outside the range
		in.ExclusiveStartKey = position.attributes()
	}
	return t.instancePage(ctx, in, e, limit)
}

// PastInstancesOf is a page of all ended sittings of one meeting, or of the bare personal room, latest first; and where the next one begins.
func (t *Table) PastInstancesOf(ctx context.Context, host meeting.User, id meeting.Number, after string, limit int,
) ([]meeting.InstanceRecord, string, error) {
	position, err := positionOf(host, after)
	if err != nil {
		return nil, "", err
	}
	var e expression
	in := &dynamodb.QueryInput{
		IndexName: aws.String("agenda"),
		KeyConditionExpression: aws.String(e.name("pk") + " = " + e.value(userPartition(host)) +
			" AND begins_with(" + e.name("until") + ", " + e.value(pastPrefix(id)) + ")"),
		ScanIndexForward: aws.Bool(false),
	}
	if opened, _, ok := strings.Cut(after, "/"); ok {
		in.ExclusiveStartKey = position.attributes()
		in.ExclusiveStartKey["until"] = text(pastPrefix(id) + opened)
	}
	return t.instancePage(ctx, in, e, limit)
}

// LiveInstances is a page of the host's sittings that opened within [from, to) and have not ended, as far as their records know, oldest first; and
// where the next one begins.
func (t *Table) LiveInstances(ctx context.Context, host meeting.User, from, to time.Time, after string, limit int,
) ([]meeting.InstanceRecord, string, error) {
	first, end := livePrefix+until(from), livePrefix+until(to)
	position, err := positionOf(host, after)
	if after != "" {
		first = max(first, livePrefix+strings.TrimPrefix(position.sk, instancePrefix)+"#")
	}
	if err != nil || first >= end {
		return nil, "", err
	}
	var e expression
	in := &dynamodb.QueryInput{
		IndexName: aws.String("agenda"),
		KeyConditionExpression: aws.String(e.name("pk") + " = " + e.value(userPartition(host)) +
			" AND " + e.name("until") + " BETWEEN " + e.value(first) + " AND " + e.value(end)),
	}
	return t.instancePage(ctx, in, e, limit)
}

// instancePage is at most limit sittings, and the position of the last one if more follow.
func (t *Table) instancePage(ctx context.Context, in *dynamodb.QueryInput, e expression, limit int) ([]meeting.InstanceRecord, string, error) {
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.names, e.values
	items, err := t.query(ctx, in, limit+1)
	if err != nil {
		return nil, "", err
	}
	sittings, err := instanceRecordsOf(items[:min(limit, len(items))])
	if err != nil || len(items) <= limit || limit < 1 {
		return sittings, "", err
	}
	last := sittings[limit-1]
	return sittings, until(last.OpenedAt) + "/" + last.Instance, nil
}

// positionOf is the key of the sitting after which a page begins.
func positionOf(host meeting.User, after string) (key, error) {
	if after == "" {
		return key{}, nil
	}
	opened, instance, _ := strings.Cut(after, "/")
	if !isAgendaTime(opened) || !isInstance(instance) {
		return key{}, noPage()
	}
	return key{userPartition(host), instancePrefix + opened + "#" + instance}, nil
}

func isInstance(s string) bool {
	_, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && s != "" && len(s) < 100
}

// contactItem is that a host met somebody in their personal room.
type contactItem struct {
	itemHeader
	At int64 `dynamodbav:"at,omitempty"`
}

// SaveContacts remembers until expires that the host met the people at the time, unless they met later.
func (t *Table) SaveContacts(ctx context.Context, host meeting.User, people []meeting.Identity, at, expires time.Time) error {
	writes := make([]write, len(people))
	for i, id := range people {
		writes[i] = write{
			key:  contactKey(host, id),
			item: contactItem{itemHeader: itemHeader{Type: "met", TTL: expiry(expires)}, At: millis(at)},
			when: atMost("at", millis(at)),
		}
	}
	return t.putIfNewer(ctx, writes...)
}

// Contacts is when the host last met each of the people; who is not in it was not met, or so long ago that it is forgotten.
func (t *Table) Contacts(ctx context.Context, host meeting.User, people []meeting.Identity) (map[meeting.Identity]time.Time, error) {
	asked := map[key]meeting.Identity{}
	for _, id := range people {
		asked[contactKey(host, id)] = id
	}
	items, err := t.readAll(ctx, slices.Collect(maps.Keys(asked)))
	if err != nil {
		return nil, err
	}
	met := map[meeting.Identity]time.Time{}
	for _, stored := range items {
		var i contactItem
		if err := load(stored, &i); err != nil {
			return nil, err
		}
		met[asked[key{userPartition(host), i.SK}]] = timeOf(i.At)
	}
	return met, nil
}
