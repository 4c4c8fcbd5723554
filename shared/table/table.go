// Package table keeps the domain in one DynamoDB table. It is the only package that knows keys and attribute names.
//
// From the bottom up:
//
//   - keys.go says under which key each noun is stored, and that no two nouns share one;
//   - field.go says how attributes are written and read. One rule holds everywhere: a zero value is absent;
//   - condition.go and write.go make conditional writes, errors.go says what becomes of their failures;
//   - query.go reads many items, and lists page by page;
//   - room.go, seat.go and the like have the attributes and the reads of each noun;
//   - save.go says when each change is possible and makes changes together; transition.go is the one write of the
//     turnstile.
//
// Every write carries an id of its own, the attribute "write". When an answer is lost, the SDK sends the write again,
// and its condition fails on the writer's own work. The id distinguishes that from a write of somebody else. It has the
// time of the write, which events report.
//
// All reads are consistent but two: Spent and Members.
package table

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/meeting"
)

// A Table is a meeting.Store.
type Table struct {
	client *dynamodb.Client
	name   *string
	pause  func(context.Context, time.Duration) error
	now    func() time.Time // of writes, for events
}

var _ meeting.Store = (*Table)(nil)

// New returns the store of a table that template.yaml defines.
func New(client *dynamodb.Client, name string) *Table {
	return &Table{client: client, name: aws.String(name), pause: smithytime.SleepWithContext, now: time.Now}
}

// read returns the noun of the key, read consistently; a zero one if there is none.
func read[V any](ctx context.Context, t *Table, k key, fieldsOf func(*V) fields) (v V, err error) {
	if !k.possible() {
		return v, nil
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.name, Key: k.attributes(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return v, translate(err)
	}
	return decode(out.Item, fieldsOf)
}

func decode[V any](stored item, fieldsOf func(*V) fields) (v V, err error) {
	err = fieldsOf(&v).decode(stored)
	return v, err
}

// item is an item as DynamoDB has it.
type item = map[string]types.AttributeValue
