package table

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// instanceFields are the record of an instance. It is stored twice: in the host's partition, where lists find it, and
// in the instance's own.
func instanceFields(r *meeting.InstanceRecord) fields {
	return append(userFields(&r.Owner),
		value("instance", &r.Instance),
		value("uuid", &r.UUID),
		value("room", &r.Room),
		nested("meeting", &r.Meeting, meetingRefFields),
		value("opened_at", &r.OpenedAt),
		value("ended_at", &r.EndedAt),
		value("expires", &r.Expires),
		value("rank", &r.Rank),
	)
}

func instanceItem(r meeting.InstanceRecord) fields {
	return append(instanceFields(&r), itemType("sitting"), deleteAfter(r.Expires))
}

// SaveInstance stores the record, unless one of a higher rank is stored.
func (t *Table) SaveInstance(ctx context.Context, r meeting.InstanceRecord) error {
	newer := atMost("rank", r.Rank)
	listed := append(instanceItem(r), computed("until", untilOfInstance(r)))
	return t.putIfNewer(ctx,
		write{key: instanceKey(r.Owner, r.OpenedAt, r.Instance), item: listed, when: newer},
		write{key: instanceRecordKey(r.ShownUUID()), item: instanceItem(r), when: newer})
}

// putIfNewer puts the items in parallel. An item whose condition does not hold is left as it is.
func (t *Table) putIfNewer(ctx context.Context, writes ...write) error {
	return inParallel(len(writes), func(i int) error {
		if _, err := t.put(ctx, writes[i]); !errors.Is(err, meeting.ErrStale) {
			return err
		}
		return nil
	})
}

// The sort keys of instances in the index come after those of all meetings. livePrefix begins those of live instances,
// pastPrefix those of the ended instances of one meeting.
const livePrefix = "SITS#"

func pastPrefix(id meeting.Number) string { return "SITTING#" + string(id) + "#" }

func untilOfInstance(r meeting.InstanceRecord) string {
	if r.EndedAt.IsZero() {
		return livePrefix + until(r.OpenedAt) + "#" + r.Instance
	}
	return pastPrefix(r.Meeting.ID) + until(r.OpenedAt)
}

// Instance returns the record of an instance; the zero InstanceRecord if there is none.
func (t *Table) Instance(ctx context.Context, uuid string) (meeting.InstanceRecord, error) {
	return read(ctx, t, instanceRecordKey(uuid), instanceFields)
}

// PastInstances returns a page of the host's ended instances that opened within [from, to), latest first, and where the
// next page begins.
func (t *Table) PastInstances(ctx context.Context, host meeting.User, from, to time.Time, after string, limit int,
) ([]meeting.InstanceRecord, string, error) {
	first, end := instancePrefix+until(from), instancePrefix+until(to)
	position := positionOf(host, after)
	if first >= end || after != "" && position.sk < first {
		return nil, "", nil
	}
	in := between(userPartition(host), "sk", first, end)
	in.ScanIndexForward = aws.Bool(false)
	in.FilterExpression = aws.String("attribute_exists(ended_at)")
	if after != "" && position.sk < end { // DynamoDB takes no start outside the range
		in.ExclusiveStartKey = position.attributes()
	}
	return t.instancePage(ctx, in, limit)
}

// PastInstancesOf returns a page of all ended instances of one meeting, or of the personal room itself, latest first,
// and where the next page begins.
func (t *Table) PastInstancesOf(ctx context.Context, host meeting.User, id meeting.Number, after string, limit int,
) ([]meeting.InstanceRecord, string, error) {
	in := beginsWith(userPartition(host), "until", pastPrefix(id))
	in.ScanIndexForward = aws.Bool(false)
	if opened, _, ok := strings.Cut(after, "/"); ok {
		in.ExclusiveStartKey = positionOf(host, after).attributes()
		in.ExclusiveStartKey["until"] = text(pastPrefix(id) + opened)
	}
	return t.instancePage(ctx, in, limit)
}

// LiveInstances returns a page of the host's instances that opened within [from, to) and have not ended, as far as
// their records know, oldest first, and where the next page begins.
func (t *Table) LiveInstances(ctx context.Context, host meeting.User, from, to time.Time, after string, limit int,
) ([]meeting.InstanceRecord, string, error) {
	first, end := livePrefix+until(from), livePrefix+until(to)
	if after != "" {
		first = max(first, livePrefix+strings.TrimPrefix(positionOf(host, after).sk, instancePrefix)+"#")
	}
	if first >= end {
		return nil, "", nil
	}
	return t.instancePage(ctx, between(userPartition(host), "until", first, end), limit)
}

func (t *Table) instancePage(ctx context.Context, in *dynamodb.QueryInput, limit int) ([]meeting.InstanceRecord, string, error) {
	return queryPage(ctx, t, in, limit, instanceFields, func(last meeting.InstanceRecord) string {
		return until(last.OpenedAt) + "/" + last.Instance
	})
}

// positionOf returns the key of the instance after which a page begins.
func positionOf(host meeting.User, after string) key {
	opened, instance, _ := strings.Cut(after, "/")
	return key{userPartition(host), instancePrefix + opened + "#" + instance}
}
