package table

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// newTable returns an empty table that does not wait between its tries.
func newTable(t *testing.T, options ...dynamotest.Option) *Table {
	t.Helper()
	client, name := dynamotest.Table(t, options...)
	table := New(client, name)
	table.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return table
}

// faultyTable returns a table whose requests can be made to fail, and are counted.
func faultyTable(t *testing.T) (*Table, *dynamoproxy.Faults, *dynamoproxy.Meter) {
	t.Helper()
	var faults dynamoproxy.Faults
	var meter dynamoproxy.Meter
	table := newTable(t, dynamotest.Transport(faults.Wrap), dynamotest.Transport(meter.Wrap))
	t.Cleanup(func() {
		if n := faults.Pending(); n > 0 {
			t.Errorf("%d planned faults did not occur", n)
		}
	})
	return table, &faults, &meter
}

// place stores an item, whatever is stored under the key.
func (t *Table) place(tb testing.TB, k key, all fields) {
	tb.Helper()
	stored, err := write{key: k, item: all}.stored(t.newWriteID())
	if err == nil {
		_, err = t.client.PutItem(tb.Context(), &dynamodb.PutItemInput{TableName: t.name, Item: stored})
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// alike compares what was stored with what is read: a nil slice is an empty one, and identities are a set.
var alike = cmp.Options{
	cmpopts.IgnoreUnexported(types.AttributeValueMemberSS{}, types.AttributeValueMemberN{}),
	cmpopts.EquateEmpty(),
	cmpopts.SortSlices(func(a, b meeting.Identity) bool { return string(a[:]) < string(b[:]) }),
	cmp.Transformer("JSON", func(raw json.RawMessage) string {
		var b bytes.Buffer
		if err := json.Compact(&b, raw); err != nil {
			return err.Error()
		}
		return b.String()
	}),
}

// start is when tests begin.
var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// drawn makes values of any type of the domain. It draws each field by reflection, so that a new field that is not
// stored fails a test.
func drawn[V any]() *rapid.Generator[V] {
	kinds := []meeting.Kind{meeting.Personal, meeting.MeetingRoom, meeting.Alias, meeting.Released}
	unknown := []meeting.UnknownSettings{nil, {"watermark": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}}}
	return rapid.MakeCustom[V](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[int]():                     rapid.IntRange(0, 1<<30).AsAny(),
		reflect.TypeFor[int64]():                   rapid.Int64Range(0, 1<<40).AsAny(),
		reflect.TypeFor[time.Time]():               times().AsAny(),
		reflect.TypeFor[time.Duration]():           rapid.Map(rapid.Int64Range(0, 1<<32), durationOf).AsAny(),
		reflect.TypeFor[json.RawMessage]():         settings().AsAny(),
		reflect.TypeFor[meeting.Number]():          textOf[meeting.Number](`[2-9][0-9]{9,10}`),
		reflect.TypeFor[meeting.Link]():            textOf[meeting.Link](`[A-Za-z][A-Za-z0-9.]{4,39}`),
		reflect.TypeFor[meeting.SeatID]():          textOf[meeting.SeatID](`[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{16}`),
		reflect.TypeFor[meeting.Kind]():            rapid.SampledFrom(kinds).AsAny(),
		reflect.TypeFor[[]meeting.Identity]():      identitySets().AsAny(),
		reflect.TypeFor[meeting.UnknownSettings](): rapid.SampledFrom(unknown).AsAny(),
		reflect.TypeFor[meeting.AccountRules]():    rapid.Just(meeting.AccountRules{}).AsAny(), // not stored with others
		reflect.TypeFor[meeting.Recurrence]():      rules().AsAny(),
	}})
}

// rules are valid recurrences: storing a meeting computes when it is over.
func rules() *rapid.Generator[meeting.Recurrence] {
	days := []time.Weekday{time.Monday, time.Friday}
	return rapid.SampledFrom([]meeting.Recurrence{
		{Cycle: meeting.Daily, Interval: 99, Times: 60}, {Cycle: meeting.Weekly, Interval: 50, Days: days},
		{Cycle: meeting.Monthly, Interval: 1, MonthDay: 31, Times: 9},
		{Cycle: meeting.Monthly, Interval: 10, Week: -1, Weekday: time.Saturday},
		{Cycle: meeting.Daily, Interval: 3, Until: start.AddDate(5, 0, 0)},
	})
}

func times() *rapid.Generator[time.Time] {
	return rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64Range(1, 1<<43), timeOf))
}

// textOf are texts that match the expression.
func textOf[S ~string](expression string) *rapid.Generator[any] {
	return rapid.Map(rapid.StringMatching(expression), func(s string) S { return S(s) }).AsAny()
}

func settings() *rapid.Generator[json.RawMessage] {
	return rapid.SampledFrom([]json.RawMessage{
		json.RawMessage(`true`), json.RawMessage(`null`), json.RawMessage(`12345678901234567890.50`),
		json.RawMessage(`"<a href=\"x\">&amp;</a>"`), json.RawMessage(`{"b":[1,2,{"c":""}],"a":{}}`), json.RawMessage(`[]`),
	})
}

// identitySets are small and of few identities, so that two sets overlap.
func identitySets() *rapid.Generator[[]meeting.Identity] {
	one := rapid.Map(rapid.ByteRange(0, 9), func(b byte) meeting.Identity { return meeting.Identity{7: b} })
	return rapid.SliceOfNDistinct(one, 0, 5, rapid.ID)
}

// failer is a test, of this package or of rapid.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// errOf returns the last result of a call: its error.
func errOf(results ...any) error {
	err, _ := results[len(results)-1].(error)
	return err
}

func differ(t failer, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, alike); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

func user(i int) meeting.User { return meeting.User{Account: "a", ID: fmt.Sprint("user", i)} }

func personal(n meeting.Number, owner meeting.User) meeting.Room {
	return meeting.Room{Number: n, Kind: meeting.Personal, Owner: owner, Live: meeting.LiveState{Instance: "of " + owner.ID}}
}

const day = 24 * time.Hour

// conflicts reports whether the save failed for a change of the type.
func conflicts[C meeting.Change](err error) bool {
	conflict, ok := errors.AsType[*meeting.Conflict](err)
	if !ok {
		return false
	}
	_, ok = conflict.Change.(C)
	return ok
}
