package table

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

func TestSaveMakesAllChangesOrNone(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	if err := table.Save(ctx, meeting.ClaimLink{Link: "taken", User: user(9)}); err != nil {
		t.Fatal(err)
	}
	err := table.Save(ctx,
		meeting.PutProfile{Profile: meeting.Profile{User: user(1)}},
		meeting.ClaimLink{Link: "taken", User: user(1)},
		meeting.PutMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789", Version: 5}},
	)
	var conflict *meeting.Conflict
	if !errors.As(err, &conflict) || conflict.Change != (meeting.ClaimLink{Link: "taken", User: user(1)}) {
		t.Errorf("the first change that is not possible: %+v, %v", conflict, err)
	}
	if p, err := table.Profile(ctx, user(1)); err != nil || p.Exists() {
		t.Errorf("half of the save was made: %v, %v", p, err)
	}
	if err := table.Save(ctx); err != nil {
		t.Errorf("no change at all: %v", err)
	}
}

type save struct {
	operation dynamoproxy.Operation
	changes   []meeting.Change
}

// saves are a Save of one new item, of one deletion and of several changes, on a table with plannedMeeting.
func saves() map[string]save {
	put := meeting.PutProfile{Profile: meeting.Profile{User: user(1), FirstName: "Ada"}}
	claim := meeting.ClaimRoom{Room: personal("5551112222", user(1)), Now: start}
	drop := meeting.DropMeeting{Meeting: plannedMeeting}
	return map[string]save{
		"put":     {"PutItem", []meeting.Change{put}},
		"claim":   {"PutItem", []meeting.Change{claim}},
		"drop":    {"TransactWriteItems", []meeting.Change{drop}},
		"several": {"TransactWriteItems", []meeting.Change{put, claim, drop}},
	}
}

var plannedMeeting = meeting.Meeting{Host: meeting.User{Account: "a", ID: "user1"}, ID: "83123456789", Version: 1}

func TestSaveWhenDynamoDBFails(t *testing.T) {
	made := func(err error) bool { return err == nil }
	contention := func(err error) bool { return errors.Is(err, meeting.ErrContended) }
	full := func(err error) bool { return meeting.ReasonOf(err) == meeting.HistoryFull }
	claimed := func(err error) bool { return conflicts[meeting.ClaimRoom](err) }
	other := func(err error) bool {
		return err != nil && !contention(err) && !errors.Is(err, meeting.ErrStale) && !errors.As(err, new(*meeting.Conflict))
	}
	conflict := dynamoproxy.Cancel("None", "TransactionConflict", "None")
	throttled := dynamoproxy.Cancel("None", "ThrottlingError", "ProvisionedThroughputExceeded")
	refused := dynamoproxy.Cancel("TransactionConflict", "ConditionalCheckFailed", "ConditionalCheckFailed")
	fullPartition := dynamoproxy.Cancel("None", "ItemCollectionSizeLimitExceeded")
	for name, c := range map[string]struct {
		save  string
		fault []dynamoproxy.Fault
		want  func(error) bool
		calls int // 0: any number of them
	}{
		"put, lost answer":              {"put", dynamoproxy.Times(1, dynamoproxy.LoseAnswer), made, 2},
		"claim, lost answer":            {"claim", dynamoproxy.Times(1, dynamoproxy.LoseAnswer), made, 2},
		"drop, lost answer":             {"drop", dynamoproxy.Times(1, dynamoproxy.LoseAnswer), made, 2},
		"several, lost answer":          {"several", dynamoproxy.Times(1, dynamoproxy.LoseAnswer), made, 2},
		"put, conflicts":                {"put", dynamoproxy.Times(4, dynamoproxy.Conflict), made, 5},
		"several, conflicts":            {"several", []dynamoproxy.Fault{conflict, throttled, conflict}, made, 4},
		"put, always a conflict":        {"put", dynamoproxy.Times(tries, dynamoproxy.Conflict), contention, tries},
		"several, always a conflict":    {"several", dynamoproxy.Times(tries, conflict), contention, tries},
		"put, throughput exceeded":      {"put", dynamoproxy.Times(99, dynamoproxy.Fail("ProvisionedThroughputExceededException")), contention, 0},
		"put, request limit":            {"put", dynamoproxy.Times(99, dynamoproxy.Fail("RequestLimitExceeded")), contention, 0},
		"put, throttling":               {"put", dynamoproxy.Times(99, dynamoproxy.Fail("ThrottlingException")), contention, 0},
		"put, no connection":            {"put", dynamoproxy.Times(99, dynamoproxy.Break), other, 0},
		"several, invalid":              {"several", dynamoproxy.Times(1, dynamoproxy.Cancel("None", "ValidationError", "None")), other, 1},
		"several, in progress":          {"several", dynamoproxy.Times(99, dynamoproxy.Fail("TransactionInProgressException")), other, 0},
		"put, partition full":           {"put", dynamoproxy.Times(1, dynamoproxy.Fail("ItemCollectionSizeLimitExceededException")), full, 1},
		"several, partition full":       {"several", dynamoproxy.Times(1, fullPartition), full, 1},
		"several, conflict and refusal": {"several", dynamoproxy.Times(1, refused), claimed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			table, faults, meter := faultyTable(t)
			defer faults.Forget()
			table.place(t, meetingKey(plannedMeeting.Host, plannedMeeting.ID), meetingItem(plannedMeeting))
			save := saves()[c.save]
			meter.Reset()
			faults.Plan(save.operation, c.fault...)
			err := table.Save(t.Context(), save.changes...)
			if !c.want(err) {
				t.Error(err)
			}
			if n := meter.Count()[save.operation]; c.calls > 0 && n != c.calls || n > 8 {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
			if err == nil && !errors.As(table.Save(t.Context(), save.changes...), new(*meeting.Conflict)) {
				t.Error("another call made the save again")
			}
		})
	}
}

func TestSeatWriteWhoseAnswerIsLost(t *testing.T) {
	table, faults, _ := faultyTable(t)
	faults.Plan("PutItem", dynamoproxy.LoseAnswer)
	seat, err := table.TakeSeat(t.Context(), meeting.Seat{ID: "i.s"})
	if err != nil || seat.Version != 1 {
		t.Errorf("taken: %+v, %v", seat, err)
	}
	faults.Plan("UpdateItem", dynamoproxy.LoseAnswer)
	seat, err = table.ChangeSeat(t.Context(), seat)
	if err != nil || seat.Version != 2 {
		t.Errorf("changed: %+v, %v", seat, err)
	}
	// Another change is made between ours and its repetition: that change is stored.
	faults.Plan("UpdateItem", dynamoproxy.LoseAnswerThen(func() {
		over := seat
		over.Version, over.Name = 3, "other"
		if _, err := table.ChangeSeat(t.Context(), over); err != nil {
			t.Error(err)
		}
	}))
	there, err := table.ChangeSeat(t.Context(), seat)
	if !errors.Is(err, meeting.ErrStale) || there.Name != "other" || there.Version != 4 {
		t.Errorf("changed over: %+v, %v", there, err)
	}
}

func TestRetriesEndWithTheContext(t *testing.T) {
	table, faults, meter := faultyTable(t)
	table.pause = pause
	ctx, cancel := context.WithCancel(t.Context())
	faults.Plan("PutItem", func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		cancel()
		return dynamoproxy.Conflict(next, r)
	})
	err := table.Save(ctx, meeting.PutProfile{Profile: meeting.Profile{User: user(1)}})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := meter.Count()["PutItem"]; n != 1 {
		t.Errorf("sent %d times", n)
	}
}
