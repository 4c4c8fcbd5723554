package table

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

func TestSaveMakesAllChangesOrNone(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	must(t, table.Save(ctx, meeting.ClaimLink{Link: "taken", User: user(9)}))
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
	must(t, table.Save(ctx)) // no change at all
}

// Each case is a Save of one new item, of one deletion or of several changes, on a table with a planned meeting; or a
// transition of a live room.
func TestWritesWhenDynamoDBFails(t *testing.T) {
	planned := meeting.Meeting{Host: user(1), ID: "83123456789", Version: 1}
	room, released := personal("5551112222", user(1)), meeting.Room{Number: "5551112222", Kind: meeting.Released}
	room.Live, room.Settings.Capacity = meeting.LiveState{Instance: "i", Open: true}, 100
	type save []meeting.Change
	put := save{meeting.PutProfile{Profile: meeting.Profile{User: user(1), FirstName: "Ada"}}}
	claim := save{meeting.ClaimRoom{Room: personal("5551113333", user(1)), Now: start}}
	drop := save{meeting.DropMeeting{Meeting: planned}}
	several := slices.Concat(put, claim, drop)
	admit := meeting.Transition{Instance: "i", Live: true, Admissions: 1, Seats: 1, Capacity: 100}
	end := meeting.Transition{Instance: "i", End: &meeting.Ending{Next: "next"}}
	release := meeting.Transition{Instance: "i", End: &meeting.Ending{Next: "next", Release: &released}}
	made := func(err error) bool { return err == nil }
	contention := func(err error) bool { return errors.Is(err, meeting.ErrContended) }
	full := func(err error) bool { return meeting.ReasonOf(err) == meeting.HistoryFull }
	claimed := func(err error) bool { return conflicts[meeting.ClaimRoom](err) }
	other := func(err error) bool {
		return err != nil && !contention(err) && !errors.Is(err, meeting.ErrStale) && !errors.As(err, new(*meeting.Conflict))
	}
	times, always := dynamoproxy.Times, 99
	conflict := dynamoproxy.Cancel("None", "TransactionConflict", "None")
	throttled := dynamoproxy.Cancel("None", "ThrottlingError", "ProvisionedThroughputExceeded")
	refused := dynamoproxy.Cancel("TransactionConflict", "ConditionalCheckFailed", "ConditionalCheckFailed")
	invalid := dynamoproxy.Cancel("None", "ValidationError", "None")
	fullPartition := dynamoproxy.Cancel("None", "ItemCollectionSizeLimitExceeded")
	fail := func(n int, name string) []dynamoproxy.Fault { return times(n, dynamoproxy.Fail(name)) }
	for name, c := range map[string]struct {
		write any // save or meeting.Transition
		fault []dynamoproxy.Fault
		want  func(error) bool
		calls int // 0: any number of them
	}{
		"put, lost answer":              {put, times(1, dynamoproxy.LoseAnswer), made, 2},
		"claim, lost answer":            {claim, times(1, dynamoproxy.LoseAnswer), made, 2},
		"drop, lost answer":             {drop, times(1, dynamoproxy.LoseAnswer), made, 2},
		"several, lost answer":          {several, times(1, dynamoproxy.LoseAnswer), made, 2},
		"admission, two lost answers":   {admit, times(2, dynamoproxy.LoseAnswer), made, 3},
		"end, lost answer":              {end, times(1, dynamoproxy.LoseAnswer), made, 2},
		"release, lost answer":          {release, times(1, dynamoproxy.LoseAnswer), made, 2},
		"put, conflicts":                {put, times(4, dynamoproxy.Conflict), made, 5},
		"several, conflicts":            {several, []dynamoproxy.Fault{conflict, throttled, conflict}, made, 4},
		"admission, conflicts":          {admit, times(tries-1, dynamoproxy.Conflict), made, tries},
		"put, always a conflict":        {put, times(tries, dynamoproxy.Conflict), contention, tries},
		"several, always a conflict":    {several, times(tries, conflict), contention, tries},
		"admission, always a conflict":  {admit, times(tries, dynamoproxy.Conflict), contention, tries},
		"put, throughput exceeded":      {put, fail(always, "ProvisionedThroughputExceededException"), contention, 0},
		"put, request limit":            {put, fail(always, "RequestLimitExceeded"), contention, 0},
		"put, throttling":               {put, fail(always, "ThrottlingException"), contention, 0},
		"put, no connection":            {put, times(always, dynamoproxy.Break), other, 0},
		"several, invalid":              {several, times(1, invalid), other, 1},
		"several, in progress":          {several, fail(always, "TransactionInProgressException"), other, 0},
		"put, partition full":           {put, fail(1, "ItemCollectionSizeLimitExceededException"), full, 1},
		"several, partition full":       {several, times(1, fullPartition), full, 1},
		"several, conflict and refusal": {several, times(1, refused), claimed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			table, faults, meter := faultyTable(t)
			defer faults.Forget()
			table.place(t, meetingKey(planned.Host, planned.ID), meetingItem(planned))
			table.place(t, roomKey(room.Number), roomItem(room, false))
			meter.Reset()
			operation, err := dynamoproxy.Operation("PutItem"), error(nil)
			switch write := c.write.(type) {
			case meeting.Transition:
				operation = "UpdateItem"
				faults.Plan(operation, c.fault...)
				var after meeting.Room
				if after, err = table.ApplyTransition(t.Context(), room.Number, write); err == nil {
					want, _ := write.Apply(room)
					differ(t, "room", want, after)
				}
			case save:
				if len(write) > 1 || writeOf(write[0]).item == nil {
					operation = "TransactWriteItems"
				}
				faults.Plan(operation, c.fault...)
				err = table.Save(t.Context(), write...)
			}
			if !c.want(err) {
				t.Error(err)
			}
			if n := meter.Count()[operation]; c.calls > 0 && n != c.calls || n > 8 {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
			again, isSave := c.write.(save)
			if isSave && err == nil && !errors.As(table.Save(t.Context(), again...), new(*meeting.Conflict)) {
				t.Error("another call made the save again")
			}
		})
	}
}

// A refused change of a seat returns the seat that is stored. A change whose answer was lost is refused if another one
// was made between it and its repetition.
func TestSeatWrites(t *testing.T) {
	table, faults, _ := faultyTable(t)
	ctx := t.Context()
	seat, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s", Name: "Ada"})
	must(t, err)
	there, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s", Name: "Eve"})
	if !errors.Is(err, meeting.ErrStale) {
		t.Errorf("took a seat that is taken: %v", err)
	}
	differ(t, "the stored seat", seat, there)
	if there, err := table.ChangeSeat(ctx, meeting.Seat{ID: "i.none", Version: 3}); !errors.Is(err, meeting.ErrStale) || there.Exists() {
		t.Errorf("changed a seat that is not stored: %+v, %v", there, err)
	}
	faults.Plan("UpdateItem", dynamoproxy.LoseAnswerThen(func() {
		if err := errOf(table.ChangeSeat(ctx, meeting.Seat{ID: "i.s", Version: 2, Name: "other"})); err != nil {
			t.Error(err)
		}
	}))
	there, err = table.ChangeSeat(ctx, seat)
	if !errors.Is(err, meeting.ErrStale) || there.Name != "other" || there.Version != 3 {
		t.Errorf("changed over: %+v, %v", there, err)
	}
}

func TestRetriesEndWithTheContext(t *testing.T) {
	table, faults, meter := faultyTable(t)
	table.pause = smithytime.SleepWithContext
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
