package table

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

var (
	doorOfSam  = hint.Subject{Room: "5551112222", Holder: hint.Seat("i-1.sam")}
	consoleAda = hint.Subject{Room: "5551112222", Holder: hint.Console(meeting.User{Account: "acme", ID: "ada"})}
)

func connection(s hint.Subject, slot int, id string) hint.Connection {
	return hint.Connection{Subject: s, Slot: slot, ID: id, OpenedAt: start, Expires: start.Add(2 * time.Hour)}
}

func TestConnectionsAreReadAsStored(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	console, first, second := connection(consoleAda, 0, "c="), connection(doorOfSam, 0, "a="), connection(doorOfSam, 1, "b=")
	other := connection(hint.Subject{Room: "5551112223", Holder: doorOfSam.Holder}, 0, "d=")
	longer := connection(hint.Subject{Room: "5551112222", Holder: doorOfSam.Holder + "uel"}, 0, "e=")
	for _, c := range []hint.Connection{first, second, console, other, longer} {
		must(t, errOf(table.PutConnection(ctx, c, hint.Connection{})))
	}
	all, err := table.Connections(ctx, "5551112222", false)
	must(t, err)
	differ(t, "of the room", []hint.Connection{console, first, second, longer}, all)
	consoles, err := table.Connections(ctx, "5551112222", true)
	must(t, err)
	differ(t, "of consoles", []hint.Connection{console}, consoles)
	own, err := table.ConnectionsOf(ctx, doorOfSam)
	must(t, err)
	differ(t, "of the seat", []hint.Connection{first, second}, own)

	must(t, table.DropConnection(ctx, connection(doorOfSam, 0, "another=")))
	must(t, table.DropConnection(ctx, second))
	own, err = table.ConnectionsOf(ctx, doorOfSam)
	must(t, err)
	differ(t, "of the seat, after one was deleted", []hint.Connection{first}, own)
}

// A slot is taken if it is free or its connection has expired, or over the connection that is named.
func TestASlotHasOneConnection(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	first := connection(doorOfSam, 0, "a=")
	must(t, errOf(table.PutConnection(ctx, first, hint.Connection{})))
	second := connection(doorOfSam, 0, "b=")
	stored, err := table.PutConnection(ctx, second, hint.Connection{})
	if !errors.Is(err, meeting.ErrStale) {
		t.Errorf("a taken slot: %v", err)
	}
	differ(t, "stored", first, stored)
	if err := errOf(table.PutConnection(ctx, second, connection(doorOfSam, 0, "c="))); !errors.Is(err, meeting.ErrStale) {
		t.Errorf("over another connection: %v", err)
	}
	must(t, errOf(table.PutConnection(ctx, second, first)))
	later := connection(doorOfSam, 0, "c=")
	later.OpenedAt = second.Expires
	must(t, errOf(table.PutConnection(ctx, later, hint.Connection{})))
}

// No function gets a record of a connection or of the key: the filters of the stream in template.yaml drop them.
func TestConnectionsMakeNoWorkForTheStream(t *testing.T) {
	client, name := dynamotest.Table(t, dynamotest.Stream())
	table, ctx, stream := New(client, name), t.Context(), awstest.Follow(t, name)
	opened := connection(doorOfSam, 0, "a=")
	must(t, errOf(table.HintKey(ctx, hint.Key("a key"))))
	must(t, errOf(table.PutConnection(ctx, opened, hint.Connection{})))
	must(t, errOf(table.PutConnection(ctx, connection(doorOfSam, 0, "b="), opened)))
	must(t, table.DropConnection(ctx, connection(doorOfSam, 0, "b=")))
	plan, err := template.LoadNearest()
	must(t, err)
	records := stream.Raw()
	differ(t, "records", 4, len(records))
	for _, text := range plan.Streams[0].Filters {
		filter, err := pattern.Compile(text)
		must(t, err)
		for _, raw := range records {
			var record any
			must(t, json.Unmarshal(raw, &record))
			if filter.Match(record) {
				t.Errorf("the filter %s takes %s", text, raw)
			}
		}
	}
}

func TestTheFirstKeyOfHintsIsKept(t *testing.T) {
	var faults dynamoproxy.Faults
	table, ctx := newTable(t, dynamotest.Transport(faults.Wrap)), t.Context()
	first, second := hint.Key("the first key of thirty-two bytes"), hint.Key("the second one")
	faults.Plan("PutItem", dynamoproxy.After(func() { must(t, errOf(table.HintKey(ctx, first))) })) // two processes at the same time
	for range 2 {
		got, err := table.HintKey(ctx, second)
		must(t, err)
		differ(t, "key", first, got)
	}
}
