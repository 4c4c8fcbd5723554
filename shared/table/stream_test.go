package table

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// A told is a table whose stream is read.
type told struct {
	*Table
	stream *awstest.Stream
}

func newTold(t *testing.T) told {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	return told{New(client, name), awstest.Follow(t, name)}
}

// changes are those that the stream tells since the last call.
func (s told) changes(t interface {
	Helper()
	Fatal(...any)
}) (all []event.Change) {
	t.Helper()
	for _, r := range s.stream.Records() {
		c, err := ChangeOf(r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ChangeOf(r)
		if err != nil || again.Item != c.Item || again.Write != c.Write || again.Write == "" {
			t.Fatal("told twice, it is", again, err)
		}
		all = append(all, c)
	}
	return all
}

// tells wants one change of the item, and what it was before and is after it.
func (s told) tells(t *rapid.T, item string, before, after any) event.Change {
	t.Helper()
	all := s.changes(t)
	if len(all) != 1 {
		t.Fatalf("%d changes", len(all))
	}
	if all[0].Item != item {
		t.Fatalf("item %q, want %q", all[0].Item, item)
	}
	if age := time.Since(all[0].At); age < -2*time.Minute || age > 2*time.Minute {
		t.Fatalf("it was %s ago", age)
	}
	differ(t, "before", before, all[0].Before)
	differ(t, "after", after, all[0].After)
	return all[0]
}

func TestTheStreamTellsOfTurns(t *testing.T) {
	s := newTold(t)
	rapid.Check(t, func(rt *rapid.T) {
		before := plausible(rt, drawn[meeting.Room]().Draw(rt, "room"))
		if err := s.place(t.Context(), roomKey(before.Number), roomItemOf(before)); err != nil {
			rt.Fatal(err)
		}
		s.stream.Records()
		turn := drawnTurn(rt, before)
		after, made := turn.Apply(before)
		if _, err := s.ApplyTransition(t.Context(), before.Number, turn); (err == nil) != made {
			rt.Fatal(err)
		}
		if made {
			s.tells(rt, "room/"+string(before.Number), before, after)
		}
	})
}

func TestTheStreamTellsOfSeats(t *testing.T) {
	s := newTold(t)
	rapid.Check(t, func(rt *rapid.T) {
		first := acted(drawn[meeting.Seat]().Draw(rt, "seat"))
		took, err := s.TakeSeat(t.Context(), first)
		if err != nil {
			return // drawn before
		}
		one := s.tells(rt, "seat/"+string(first.ID), nil, took)
		next := acted(drawn[meeting.Seat]().Draw(rt, "changed seat"))
		next.ID, next.Version = took.ID, took.Version
		changed, err := s.ChangeSeat(t.Context(), next)
		if err != nil {
			rt.Fatal(err)
		}
		if two := s.tells(rt, "seat/"+string(first.ID), took, changed); two.Write == one.Write {
			rt.Fatal("two writes share a name")
		}
	})
}

// acted is the seat without acts of nothing, which there are none of: the stream of DynamoDB Local tells an empty map in a list as the one
// before it.
func acted(s meeting.Seat) meeting.Seat {
	s.NoEvent = false // it is written only
	s.HostActions = slices.DeleteFunc(s.HostActions, func(a meeting.HostActionRecord) bool { return a == meeting.HostActionRecord{} })
	return s
}

func TestTheStreamTellsOfMeetings(t *testing.T) {
	s := newTold(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := drawn[meeting.Meeting]().Draw(rt, "meeting")
		m.Version = 0
		if m.Series != nil {
			m.Series.Rule = rules().Draw(rt, "rule")
		}
		if err := s.Save(t.Context(), meeting.PutMeeting{Meeting: m}); err != nil {
			rt.Fatal(err)
		}
		m.Version = 1
		made := s.tells(rt, "meeting/"+string(m.ID), nil, m)
		if err := s.Save(t.Context(), meeting.DropMeeting{Meeting: m}); err != nil {
			rt.Fatal(err)
		}
		dropped := s.tells(rt, "meeting/"+string(m.ID), m, nil)
		if dropped.Write != made.Write+"-deleted" || dropped.Expired {
			rt.Fatalf("%+v", dropped)
		}
	})
}

func TestTheStreamTellsOfProfiles(t *testing.T) {
	s := newTold(t)
	rapid.Check(t, func(rt *rapid.T) {
		p := drawn[meeting.Profile]().Draw(rt, "profile")
		p.Version = 0
		var before any
		for _, name := range []string{"", "Ada"} {
			p.FirstName += name
			if err := s.Save(t.Context(), meeting.PutProfile{Profile: p}); err != nil {
				return // drawn before
			}
			p.Version++
			s.tells(rt, "user/"+strings.NewReplacer("%", "%25", "/", "%2F").Replace(p.User.Account)+"/"+p.User.ID, before, p)
			before = p
		}
	})
}

func TestTheStreamTellsOfOutcomes(t *testing.T) {
	s := newTold(t)
	rapid.Check(t, func(rt *rapid.T) {
		o := drawn[account.Outcome]().Draw(rt, "outcome")
		o.Version = 0
		begun, err := s.PutOutcome(t.Context(), o)
		if err != nil {
			return // drawn before
		}
		item := "command/" + strings.NewReplacer("%", "%25", "/", "%2F").Replace(o.Account) + "/" + o.ID
		s.tells(rt, item, nil, begun)
		done := begun
		done.DoneAt, done.Message = start, "done"
		done, err = s.PutOutcome(t.Context(), done)
		if err != nil {
			rt.Fatal(err)
		}
		s.tells(rt, item, begun, done)
	})
}

// What is nobody's business is no change, whatever else it holds.
func TestTheStreamTellsNothingOfWhatIsOurs(t *testing.T) {
	s := newTold(t)
	ctx, user := t.Context(), meeting.User{Account: "acme", ID: "ada"}
	record := meeting.IdempotencyRecord{By: user, Key: "key", Expires: start}
	steps := []func() error{
		func() error { _, err := s.Spend(ctx, "scope", start); return err },
		func() error { return s.Save(ctx, meeting.ClaimLink{Link: "ada.lovelace", User: user}) },
		func() error { return s.Save(ctx, meeting.ClaimEmail{Email: "ada@example.com", User: user}) },
		func() error { return s.Save(ctx, meeting.PutIdempotencyRecord{Record: record, Now: start}) },
		func() error { return s.SaveContacts(ctx, user, []meeting.Identity{{1}}, start, start.Add(time.Hour)) },
		func() error {
			return s.SaveInstance(ctx, meeting.InstanceRecord{Instance: "i", Owner: user, Room: "5551112222", OpenedAt: start, Expires: start})
		},
		func() error {
			_, err := s.PutEndpoint(ctx, account.Endpoint{Account: "acme", ID: "1"})
			return err
		},
		func() error { _, err := s.PutPolicy(ctx, account.Policy{Account: "acme"}); return err },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatal(i, err)
		}
		records := s.stream.Records()
		if len(records) == 0 {
			t.Errorf("step %d wrote nothing", i)
		}
		for _, r := range records {
			if c, err := ChangeOf(r); err != nil || c != (event.Change{}) {
				t.Errorf("step %d: %+v, %v", i, c, err)
			}
		}
	}
}

// A record that cannot be read says which attribute, and shows no value.
func TestARecordThatCannotBeReadSaysWhichAttribute(t *testing.T) {
	s := newTold(t)
	seat := meeting.Seat{ID: "i.s", State: meeting.Admitted, Name: "hush"}
	if _, err := s.TakeSeat(t.Context(), seat); err != nil {
		t.Fatal(err)
	}
	good := s.stream.Records()[0]
	for name, bad := range map[string]events.DynamoDBAttributeValue{
		"type": events.NewNumberAttribute("1"), "write": events.NewStringAttribute("hush"), "seqs": events.NewStringAttribute("hush"),
		"lease": events.NewBooleanAttribute(true), "place": events.NewStringAttribute("hush"), "v": events.NewNumberAttribute("1.5"),
	} {
		r := good
		r.Change.NewImage = maps.Clone(good.Change.NewImage)
		r.Change.NewImage[name] = bad
		if _, err := ChangeOf(r); err == nil || !strings.Contains(err.Error(), "attribute "+name) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ChangeOf(events.DynamoDBEventRecord{}); err == nil {
		t.Error("a record of nothing was read")
	}
}

func TestWhatExpiredIsToldAsThat(t *testing.T) {
	s := newTold(t)
	m := meeting.Meeting{ID: "83123456789", Host: meeting.User{Account: "acme", ID: "ada"}, Type: meeting.Instant, CreatedAt: start}
	if err := s.Save(t.Context(), meeting.PutMeeting{Meeting: m}); err != nil {
		t.Fatal(err)
	}
	r := s.stream.Records()[0]
	r.Change.OldImage, r.Change.NewImage = r.Change.NewImage, nil
	r.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
	if c, err := ChangeOf(r); err != nil || !c.Expired || c.After != nil {
		t.Errorf("%+v, %v", c, err)
	}
}
