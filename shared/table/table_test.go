package table

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// newTable is an empty table that does not wait between its tries.
func newTable(t *testing.T, options ...dynamotest.Option) *Table {
	t.Helper()
	client, name := dynamotest.Table(t, options...)
	table := New(client, name)
	table.pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return table
}

// faultyTable is a table whose requests can be made to fail, and are counted.
func faultyTable(t *testing.T) (*Table, *dynamoproxy.Faults, *dynamoproxy.Meter) {
	t.Helper()
	var faults dynamoproxy.Faults
	var meter dynamoproxy.Meter
	table := newTable(t, dynamotest.Transport(faults.Wrap), dynamotest.Transport(meter.Wrap))
	t.Cleanup(func() {
		if n := faults.Pending(); n > 0 {
			t.Errorf("%d planned faults were not met", n)
		}
	})
	return table, &faults, &meter
}

// place stores an item whatever was there.
func (t *Table) place(ctx context.Context, k key, item any) error {
	_, err := t.put(ctx, write{key: k, item: item, when: anyOf(absent("pk"), simple(func(e *expression) string {
		return "attribute_exists(" + e.name("pk") + ")"
	}))})
	return err
}

// alike compares what was stored with what is read: a nil slice is an empty one, and identities are a set.
var alike = cmp.Options{
	cmpopts.IgnoreUnexported(types.AttributeValueMemberSS{}),
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

// drawn makes values of any type of the domain: a field that is new there is drawn too, so that forgetting to store it
// fails a test.
func drawn[V any]() *rapid.Generator[V] {
	return rapid.MakeCustom[V](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[int]():                rapid.IntRange(0, 1<<30).AsAny(),
		reflect.TypeFor[int64]():              rapid.Int64Range(0, 1<<40).AsAny(),
		reflect.TypeFor[time.Time]():          times().AsAny(),
		reflect.TypeFor[time.Duration]():      durations().AsAny(),
		reflect.TypeFor[json.RawMessage]():    settings().AsAny(),
		reflect.TypeFor[meeting.Number]():     numbers().AsAny(),
		reflect.TypeFor[meeting.Link]():       links().AsAny(),
		reflect.TypeFor[meeting.SeatID]():     seatIDs().AsAny(),
		reflect.TypeFor[meeting.Kind]():       kinds().AsAny(),
		reflect.TypeFor[[]meeting.Identity](): identities().AsAny(),
		reflect.TypeFor[meeting.UnknownSettings](): rapid.SampledFrom([]meeting.UnknownSettings{nil,
			{"watermark": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}}}).AsAny(),
	}})
}

func times() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.UnixMilli(rapid.Int64Range(1, 1<<43).Draw(t, "ms")).UTC()
	})
}

func durations() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, 1<<32).Draw(t, "ms")) * time.Millisecond
	})
}

func settings() *rapid.Generator[json.RawMessage] {
	return rapid.SampledFrom([]json.RawMessage{
		json.RawMessage(`true`), json.RawMessage(`null`), json.RawMessage(`12345678901234567890.50`),
		json.RawMessage(`"<a href=\"x\">&amp;</a>"`), json.RawMessage(`{"b":[1,2,{"c":""}],"a":{}}`), json.RawMessage(`[]`),
	})
}

func numbers() *rapid.Generator[meeting.Number] {
	return rapid.Map(rapid.StringMatching(`[2-9][0-9]{9,10}`), func(s string) meeting.Number { return meeting.Number(s) })
}

func links() *rapid.Generator[meeting.Link] {
	return rapid.Map(rapid.StringMatching(`[A-Za-z][A-Za-z0-9.]{4,39}`), func(s string) meeting.Link { return meeting.Link(s) })
}

func seatIDs() *rapid.Generator[meeting.SeatID] {
	return rapid.Map(rapid.StringMatching(`[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{16}`),
		func(s string) meeting.SeatID { return meeting.SeatID(s) })
}

func kinds() *rapid.Generator[meeting.Kind] {
	return rapid.SampledFrom([]meeting.Kind{meeting.Personal, meeting.MeetingRoom, meeting.Alias, meeting.Retired})
}

// identities are few and of few kinds, so that sets of them meet; none twice.
func identities() *rapid.Generator[[]meeting.Identity] {
	one := rapid.Map(rapid.ByteRange(0, 9), func(b byte) meeting.Identity { return meeting.Identity{7: b} })
	return rapid.SliceOfNDistinct(one, 0, 5, rapid.ID)
}

func differ(t interface {
	Helper()
	Fatalf(string, ...any)
}, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got, alike); d != "" {
		t.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

func seatID(instance string, n int) meeting.SeatID {
	return meeting.SeatID(fmt.Sprintf("%s.%016d", instance, n))
}
