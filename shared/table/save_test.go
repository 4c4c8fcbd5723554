package table

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

func TestVersionsGuardWhatIsStored(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	profile := meeting.Profile{User: user(1), FirstName: "Ada"}
	plan := meeting.Meeting{Host: user(1), ID: "83123456789", Topic: "Plan"}
	for range 2 {
		profileOver, planOver := meeting.PutProfile{Profile: profile}, meeting.PutMeeting{Meeting: plan}
		for _, c := range []meeting.Change{profileOver, planOver} {
			if err := table.Save(ctx, c); err != nil {
				t.Errorf("%T over its version: %v", c, err)
			}
		}
		if err := table.Save(ctx, profileOver); !conflicts[meeting.PutProfile](err) {
			t.Errorf("profile over a version that is past: %v", err)
		}
		if err := table.Save(ctx, planOver); !conflicts[meeting.PutMeeting](err) {
			t.Errorf("meeting over a version that is past: %v", err)
		}
		if err := table.Save(ctx, meeting.DropMeeting{Meeting: plan}); plan.Version > 0 && !conflicts[meeting.DropMeeting](err) {
			t.Errorf("dropped a meeting of a version that is past: %v", err)
		}
		profile.Version++
		plan.Version++
	}
	stored, err := table.Meeting(ctx, plan.Host, plan.ID)
	if err != nil || stored.Version != 2 {
		t.Errorf("version %d, %v; want 2", stored.Version, err)
	}
}

func TestSeatsChangeByVersion(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	seat, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s", Name: "Ada", State: meeting.Waiting})
	if err != nil {
		t.Fatal(err)
	}
	there, err := table.TakeSeat(ctx, meeting.Seat{ID: "i.s", Name: "Eve"})
	if !errors.Is(err, meeting.ErrStale) {
		t.Errorf("took a seat that is taken: %v", err)
	}
	differ(t, "the seat that is there", seat, there)
	admitted := seat
	admitted.State = meeting.Admitted
	second, err := table.ChangeSeat(ctx, admitted)
	if err != nil || second.Version != 2 || second.State != meeting.Admitted {
		t.Errorf("changed: %+v, %v", second, err)
	}
	there, err = table.ChangeSeat(ctx, admitted)
	if !errors.Is(err, meeting.ErrStale) {
		t.Errorf("changed a version that is past: %v", err)
	}
	differ(t, "the seat that is there", second, there)
	there, err = table.ChangeSeat(ctx, meeting.Seat{ID: "i.none", Version: 3})
	if !errors.Is(err, meeting.ErrStale) || there.Exists() {
		t.Errorf("changed a seat that is not: %+v, %v", there, err)
	}
}

func TestI15ARecordIsKeptForItsLife(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	put := func(request byte, now time.Time) error {
		return table.Save(ctx, meeting.PutIdempotencyRecord{Now: now, Record: meeting.IdempotencyRecord{
			By: user(1), Key: "k", Request: meeting.Identity{request}, Expires: now.Add(meeting.IdempotencyLife)}})
	}
	if err := put(1, start); err != nil {
		t.Fatal(err)
	}
	if err := put(2, start.Add(meeting.IdempotencyLife-time.Second)); !conflicts[meeting.PutIdempotencyRecord](err) {
		t.Errorf("a key was used twice: %v", err)
	}
	if err := put(3, start.Add(meeting.IdempotencyLife)); err != nil {
		t.Errorf("a key whose record expired, and is not deleted yet: %v", err)
	}
	if r, err := table.IdempotencyRecord(ctx, user(1), "k"); err != nil || r.Request != (meeting.Identity{3}) {
		t.Errorf("record %v, %v", r, err)
	}
}

func TestSaveMakesAllChangesOrNone(t *testing.T) {
	table, ctx := newTable(t), t.Context()
	if err := table.Save(ctx, meeting.ClaimLink{Link: "taken", User: user(9)}); err != nil {
		t.Fatal(err)
	}
	err := table.Save(ctx,
		meeting.PutProfile{Profile: meeting.Profile{User: user(1)}},
		meeting.ClaimLink{Link: "taken", User: user(1)},
		meeting.DropLink{Link: "taken.too", User: user(1)},
		meeting.PutMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789", Version: 5}},
	)
	var conflict *meeting.Conflict
	if !errors.As(err, &conflict) || conflict.Change != (meeting.ClaimLink{Link: "taken", User: user(1)}) {
		t.Errorf("the first change that was not possible: %+v, %v", conflict, err)
	}
	if p, err := table.Profile(ctx, user(1)); err != nil || p.Exists() {
		t.Errorf("half of it was made: %v, %v", p, err)
	}
	if err := table.Save(ctx); err != nil {
		t.Errorf("no change at all: %v", err)
	}
}

// One change alone is one write unit where it can be: a transaction costs two.
func TestOneChangeIsOnePut(t *testing.T) {
	table, _, meter := faultyTable(t)
	if err := table.Save(t.Context(), meeting.PutProfile{Profile: meeting.Profile{User: user(1)}}); err != nil {
		t.Fatal(err)
	}
	if _, write := meter.Units(); write != 1 || meter.Count()["PutItem"] != 1 {
		t.Errorf("%v write units, %v", write, meter.Count())
	}
}

// saves are a Save of one put, of one deletion and of several changes, on a table where ada holds the link.
func saves(t *testing.T) map[string]struct {
	operation dynamoproxy.Operation
	changes   []meeting.Change
} {
	t.Helper()
	return map[string]struct {
		operation dynamoproxy.Operation
		changes   []meeting.Change
	}{
		"put": {"PutItem", []meeting.Change{
			meeting.PutProfile{Profile: meeting.Profile{User: user(1), FirstName: "Ada"}}}},
		"claim": {"PutItem", []meeting.Change{
			meeting.ClaimRoom{Room: personal("5551112222", user(1)), Now: start}}},
		"drop": {"TransactWriteItems", []meeting.Change{
			meeting.DropMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789", Version: 1}}}},
		"several": {"TransactWriteItems", []meeting.Change{
			meeting.PutProfile{Profile: meeting.Profile{User: user(1), FirstName: "Ada"}},
			meeting.ClaimRoom{Room: personal("5551112222", user(1)), Now: start},
			meeting.DropMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789", Version: 1}}}},
	}
}

func planned(t *testing.T, table *Table) {
	t.Helper()
	err := table.Save(t.Context(), meeting.PutMeeting{Meeting: meeting.Meeting{Host: user(1), ID: "83123456789"}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASaveWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	for name, save := range saves(t) {
		t.Run(name, func(t *testing.T) {
			table, faults, _ := faultyTable(t)
			planned(t, table)
			faults.Plan(save.operation, dynamoproxy.LoseAnswer)
			if err := table.Save(t.Context(), save.changes...); err != nil {
				t.Error(err)
			}
			if err := table.Save(t.Context(), save.changes...); !errors.As(err, new(*meeting.Conflict)) {
				t.Errorf("made again by another call: %v", err)
			}
		})
	}
}

func TestASeatWhoseAnswerIsLostIsTakenOnce(t *testing.T) {
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
	// Another change comes between the one whose answer is lost and its repetition: it is there, and ours was before it.
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

func TestASaveThatMeetsOthersIsTriedAgain(t *testing.T) {
	cancelled := dynamoproxy.Cancel("None", "TransactionConflict", "None")
	throttled := dynamoproxy.Cancel("None", "ThrottlingError", "ProvisionedThroughputExceeded")
	for name, save := range saves(t) {
		met := []dynamoproxy.Fault{cancelled, throttled, cancelled}
		if save.operation == "PutItem" {
			met = dynamoproxy.Times(4, dynamoproxy.Conflict)
		}
		t.Run(name, func(t *testing.T) {
			table, faults, _ := faultyTable(t)
			planned(t, table)
			faults.Plan(save.operation, met...)
			if err := table.Save(t.Context(), save.changes...); err != nil {
				t.Error(err)
			}
		})
		t.Run(name+" in vain", func(t *testing.T) {
			table, faults, _ := faultyTable(t)
			planned(t, table)
			faults.Plan(save.operation, dynamoproxy.Times(tries, met[0])...)
			if err := table.Save(t.Context(), save.changes...); !errors.Is(err, meeting.ErrContended) {
				t.Errorf("%v; want ErrContended", err)
			}
		})
	}
}

func TestAConflictIsAConflictWhateverElseHappened(t *testing.T) {
	table, faults, meter := faultyTable(t)
	changes := saves(t)["several"].changes
	faults.Plan("TransactWriteItems", dynamoproxy.Cancel("TransactionConflict", "ConditionalCheckFailed", "ConditionalCheckFailed"))
	if err := table.Save(t.Context(), changes...); !conflicts[meeting.ClaimRoom](err) {
		t.Error(err)
	}
	if n := meter.Count()["TransactWriteItems"]; n != 1 {
		t.Errorf("tried %d times", n)
	}
}

func TestThrottlingIsContention(t *testing.T) {
	for _, kind := range []string{"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"} {
		table, faults, meter := faultyTable(t)
		faults.Plan("PutItem", dynamoproxy.Times(99, dynamoproxy.Fail(kind))...)
		err := table.Save(t.Context(), meeting.PutProfile{Profile: meeting.Profile{User: user(1)}})
		if !errors.Is(err, meeting.ErrContended) {
			t.Errorf("%s: %v", kind, err)
		}
		if n := meter.Count()["PutItem"]; n < 2 || n > 8 {
			t.Errorf("%s: sent %d times", kind, n)
		}
		faults.Forget()
	}
}

func TestOtherFailuresAreOrdinaryErrors(t *testing.T) {
	table, faults, _ := faultyTable(t)
	defer faults.Forget()
	faults.Plan("PutItem", dynamoproxy.Times(99, dynamoproxy.Break)...)
	err := table.Save(t.Context(), meeting.PutProfile{Profile: meeting.Profile{User: user(1)}})
	if err == nil || errors.Is(err, meeting.ErrContended) || errors.Is(err, meeting.ErrStale) || errors.As(err, new(*meeting.Conflict)) {
		t.Error(err)
	}
	faults.Plan("TransactWriteItems", dynamoproxy.Times(99, dynamoproxy.Cancel("None", "ValidationError", "None"))...)
	err = table.Save(t.Context(), saves(t)["several"].changes...)
	if err == nil || errors.Is(err, meeting.ErrContended) || errors.As(err, new(*meeting.Conflict)) {
		t.Error(err)
	}
	faults.Plan("UpdateItem", dynamoproxy.Times(99, dynamoproxy.Fail("ResourceNotFoundException"))...)
	if _, err := table.ApplyTransition(t.Context(), "5551112222", meeting.Transition{}); err == nil || errors.Is(err, meeting.ErrStale) {
		t.Error(err)
	}
}

// A transaction that may yet be made is not said to be not made.
func TestATransactionInProgressIsNotContention(t *testing.T) {
	table, faults, _ := faultyTable(t)
	defer faults.Forget()
	faults.Plan("TransactWriteItems", dynamoproxy.Times(99, dynamoproxy.Fail("TransactionInProgressException"))...)
	err := table.Save(t.Context(), saves(t)["several"].changes...)
	if err == nil || errors.Is(err, meeting.ErrContended) {
		t.Error(err)
	}
}

func TestTheCallerWaitsNoLongerThanTheirContext(t *testing.T) {
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

// A local secondary index limits the items under one partition key to 10 GB. That is refused by name, and an alarm counts the refusals.
func TestAFullPartitionIsRefusedByName(t *testing.T) {
	for name, save := range saves(t) {
		table, faults, _ := faultyTable(t)
		planned(t, table)
		fault := dynamoproxy.Fail("ItemCollectionSizeLimitExceededException")
		if save.operation == "TransactWriteItems" {
			fault = dynamoproxy.Cancel("None", "ItemCollectionSizeLimitExceeded")
		}
		faults.Plan(save.operation, fault)
		if got := meeting.ReasonOf(table.Save(t.Context(), save.changes...)); got != meeting.HistoryFull {
			t.Errorf("%s: %q", name, got)
		}
	}
}
