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

// sittingItem is the record of a sitting: with its host's things, and once more with its seats.
type sittingItem struct {
	head
	person
	Instance string   `dynamodbav:"instance"`
	Room     string   `dynamodbav:"room,omitempty"`
	Meeting  *satItem `dynamodbav:"meeting,omitempty"`
	OpenedAt int64    `dynamodbav:"opened_at,omitempty"`
	EndedAt  int64    `dynamodbav:"ended_at,omitempty"`
	Expires  int64    `dynamodbav:"expires,omitempty"`
	Rank     int64    `dynamodbav:"rank,omitempty"`
	Until    string   `dynamodbav:"until,omitempty"` // with its host's things: it is in the index
}

func sittingItemOf(s meeting.Sitting) sittingItem {
	return sittingItem{
		head:     head{Type: "sitting", TTL: expiry(s.Expires)},
		person:   personOf(s.Owner),
		Instance: s.Instance,
		Room:     string(s.Room),
		Meeting:  satItemOf(s.Meeting),
		OpenedAt: millis(s.OpenedAt),
		EndedAt:  millis(s.EndedAt),
		Expires:  millis(s.Expires),
		Rank:     s.Rank,
	}
}

func (i sittingItem) sitting() meeting.Sitting {
	return meeting.Sitting{
		Instance: i.Instance,
		Owner:    i.user(),
		Room:     meeting.Number(i.Room),
		Meeting:  i.Meeting.sat(),
		OpenedAt: timeOf(i.OpenedAt),
		EndedAt:  timeOf(i.EndedAt),
		Expires:  timeOf(i.Expires),
		Rank:     i.Rank,
	}
}

func sittingsOf(stored []item) ([]meeting.Sitting, error) {
	sittings := make([]meeting.Sitting, len(stored))
	for n := range stored {
		var i sittingItem
		if err := load(stored[n], &i); err != nil {
			return nil, err
		}
		sittings[n] = i.sitting()
	}
	return sittings, nil
}

// KeepSitting stores the record, unless one of a higher rank is there.
func (t *Table) KeepSitting(ctx context.Context, s meeting.Sitting) error {
	i := sittingItemOf(s)
	listed, holds := i, atMost("rank", i.Rank)
	listed.Until = untilOfSitting(s)
	return t.supersede(ctx,
		write{key: sittingKey(s.Owner, s.OpenedAt, s.Instance), item: listed, when: holds},
		write{key: recordedKey(s.Instance), item: i, when: holds})
}

// supersede puts the items side by side. Where the condition does not hold, the one that is there stays.
func (t *Table) supersede(ctx context.Context, writes ...write) error {
	return sideBySide(len(writes), func(i int) error {
		if _, err := t.put(ctx, writes[i]); !errors.Is(err, meeting.ErrStale) {
			return err
		}
		return nil
	})
}

// The sort keys of sittings in the index are behind those of all meetings. They begin so for those that have not ended, and for those
// of one meeting that have.
const sitsPrefix = "SITS#"

func satPrefix(id meeting.Number) string { return "SITTING#" + string(id) + "#" }

func untilOfSitting(s meeting.Sitting) string {
	if s.EndedAt.IsZero() {
		return sitsPrefix + until(s.OpenedAt) + "#" + s.Instance
	}
	return satPrefix(s.Meeting.ID) + until(s.OpenedAt)
}

// Sitting is the record of a sitting; the zero Sitting if there is none.
func (t *Table) Sitting(ctx context.Context, instance string) (meeting.Sitting, error) {
	var i sittingItem
	err := t.read(ctx, recordedKey(instance), &i)
	return i.sitting(), err
}

// Past is a page of the host's ended sittings that opened within [from, to), latest first; and where the next one begins.
func (t *Table) Past(ctx context.Context, host meeting.User, from, to time.Time, after string, limit int,
) ([]meeting.Sitting, string, error) {
	first, end := sittingPrefix+until(from), sittingPrefix+until(to)
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
	return t.sittings(ctx, in, e, limit)
}

// PastOf is a page of all ended sittings of one meeting, or of the bare personal room, latest first; and where the next one begins.
func (t *Table) PastOf(ctx context.Context, host meeting.User, id meeting.Number, after string, limit int,
) ([]meeting.Sitting, string, error) {
	position, err := positionOf(host, after)
	if err != nil {
		return nil, "", err
	}
	var e expression
	in := &dynamodb.QueryInput{
		IndexName: aws.String("agenda"),
		KeyConditionExpression: aws.String(e.name("pk") + " = " + e.value(userPartition(host)) +
			" AND begins_with(" + e.name("until") + ", " + e.value(satPrefix(id)) + ")"),
		ScanIndexForward: aws.Bool(false),
	}
	if opened, _, ok := strings.Cut(after, "/"); ok {
		in.ExclusiveStartKey = position.attributes()
		in.ExclusiveStartKey["until"] = text(satPrefix(id) + opened)
	}
	return t.sittings(ctx, in, e, limit)
}

// Sits is a page of the host's sittings that opened within [from, to) and have not ended, as far as their records know, oldest first; and
// where the next one begins.
func (t *Table) Sits(ctx context.Context, host meeting.User, from, to time.Time, after string, limit int,
) ([]meeting.Sitting, string, error) {
	first, end := sitsPrefix+until(from), sitsPrefix+until(to)
	position, err := positionOf(host, after)
	if after != "" {
		first = max(first, sitsPrefix+strings.TrimPrefix(position.sk, sittingPrefix)+"#")
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
	return t.sittings(ctx, in, e, limit)
}

// sittings is at most limit sittings, and the position of the last one if more follow.
func (t *Table) sittings(ctx context.Context, in *dynamodb.QueryInput, e expression, limit int) ([]meeting.Sitting, string, error) {
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.names, e.values
	items, err := t.query(ctx, in, limit+1)
	if err != nil {
		return nil, "", err
	}
	sittings, err := sittingsOf(items[:min(limit, len(items))])
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
	return key{userPartition(host), sittingPrefix + opened + "#" + instance}, nil
}

func isInstance(s string) bool {
	_, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && s != "" && len(s) < 100
}

// metItem is that a host met somebody in their personal room.
type metItem struct {
	head
	At int64 `dynamodbav:"at,omitempty"`
}

// Meet remembers until expires that the host met the people at the time, unless they met later.
func (t *Table) Meet(ctx context.Context, host meeting.User, people []meeting.Identity, at, expires time.Time) error {
	writes := make([]write, len(people))
	for i, id := range people {
		writes[i] = write{
			key:  metKey(host, id),
			item: metItem{head: head{Type: "met", TTL: expiry(expires)}, At: millis(at)},
			when: atMost("at", millis(at)),
		}
	}
	return t.supersede(ctx, writes...)
}

// Met is when the host last met each of the people; who is not in it was not met, or so long ago that it is forgotten.
func (t *Table) Met(ctx context.Context, host meeting.User, people []meeting.Identity) (map[meeting.Identity]time.Time, error) {
	asked := map[key]meeting.Identity{}
	for _, id := range people {
		asked[metKey(host, id)] = id
	}
	items, err := t.readAll(ctx, slices.Collect(maps.Keys(asked)))
	if err != nil {
		return nil, err
	}
	met := map[meeting.Identity]time.Time{}
	for _, stored := range items {
		var i metItem
		if err := load(stored, &i); err != nil {
			return nil, err
		}
		met[asked[key{userPartition(host), i.SK}]] = timeOf(i.At)
	}
	return met, nil
}
