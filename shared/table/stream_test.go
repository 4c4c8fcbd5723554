package table

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// streamedTable is a table whose stream is read.
type streamedTable struct {
	*Table
	stream *awstest.Stream
}

func newStreamedTable(t *testing.T) streamedTable {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	return streamedTable{New(client, name), awstest.Follow(t, name)}
}

// changes returns the changes of the stream since the last call.
func (s streamedTable) changes(t *testing.T) (all []event.Change) {
	t.Helper()
	for _, r := range s.stream.Records() {
		c, err := ChangeOf(r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ChangeOf(r)
		if err != nil || again.Item != c.Item || again.Write != c.Write {
			t.Fatal("another result for the same record:", again, err)
		}
		all = append(all, c)
	}
	return all
}

func TestChangesOfTheStream(t *testing.T) {
	s, ctx := newStreamedTable(t), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	writes := map[string]bool{}
	check := func(item string, before, after any) {
		t.Helper()
		all := s.changes(t)
		if len(all) != 1 || all[0].Item != item {
			t.Fatalf("changes %v, want one of %s", all, item)
		}
		c := all[0]
		if age := time.Since(c.At); age < -2*time.Minute || age > 2*time.Minute || c.Expired || c.Write == "" || writes[c.Write] {
			t.Errorf("%s: %+v", item, c)
		}
		writes[c.Write] = true
		differ(t, item+" before", before, c.Before)
		differ(t, item+" after", after, c.After)
	}
	for seed := range 20 {
		room := drawn[meeting.Room]().Example(seed)
		room.Kind = meeting.Personal
		s.place(t, roomKey(room.Number), roomItem(room, false))
		s.stream.Records()
		transition := meeting.Transition{Instance: room.Live.Instance, HostDecision: true, Lock: new(!room.Live.Locked)}
		locked, err := s.ApplyTransition(ctx, room.Number, transition)
		must(err)
		check("room/"+string(room.Number), room, locked)

		seat := drawn[meeting.Seat]().Example(seed)
		seat.NoEvent, seat.HostActions = false, []meeting.HostActionRecord{{At: start, Action: meeting.ActionAdmit, By: user(1)}}
		taken, err := s.TakeSeat(ctx, seat)
		must(err)
		check("seat/"+string(seat.ID), nil, taken)
		changed := taken
		changed.State, changed.Lease = meeting.Left, start
		changed, err = s.ChangeSeat(ctx, changed)
		must(err)
		check("seat/"+string(seat.ID), taken, changed)

		m := drawn[meeting.Meeting]().Example(seed)
		m.Version = 0
		must(s.Save(ctx, meeting.PutMeeting{Meeting: m}))
		m.Version = 1
		check("meeting/"+string(m.ID), nil, m)
		must(s.Save(ctx, meeting.DropMeeting{Meeting: m}))
		check("meeting/"+string(m.ID), m, nil)

		p := drawn[meeting.Profile]().Example(seed)
		p.Version, p.User = 0, meeting.User{Account: "a/%", ID: user(seed).ID}
		must(s.Save(ctx, meeting.PutProfile{Profile: p}))
		p.Version = 1
		check("user/a%2F%25/"+p.User.ID, nil, p)

		o := drawn[account.Outcome]().Example(seed)
		o.Version, o.Account, o.ID = 0, "a/%", user(seed).ID
		put, err := s.PutOutcome(ctx, o)
		must(err)
		check("command/a%2F%25/"+o.ID, nil, put)
	}
}

// Items that no event reports are no change.
func TestStreamRecordsWithoutAChange(t *testing.T) {
	s := newStreamedTable(t)
	for name, c := range map[string]struct {
		key  key
		item fields
	}{
		"link":               {linkKey("ada.lovelace"), claimLink(meeting.ClaimLink{Link: "ada.lovelace", User: user(1)}).item},
		"email":              {emailKey("acme", "ada@example.com"), claimEmail(meeting.ClaimEmail{User: user(1)}).item},
		"budget":             {budgetKey("scope", start), append(budgetFields(&meeting.Spent{Guesses: 1}), itemType("budget"))},
		"idempotency record": {idempotencyKey(user(1), "key"), idempotencyItem(meeting.IdempotencyRecord{By: user(1), Key: "key"})},
		"contact":            {contactKey(user(1), meeting.Identity{1}), contactItem(start, start)},
		"instance record":    {instanceRecordKey("i"), instanceItem(meeting.InstanceRecord{Instance: "i"})},
		"endpoint":           {webhookKey("acme", "1"), endpointItem(account.Endpoint{Version: 1})},
		"policy":             {automationKey("acme"), policyItem(account.Policy{Version: 1})},
	} {
		s.place(t, c.key, c.item)
		if all := s.changes(t); len(all) != 1 || all[0] != (event.Change{}) {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

// The error of a record that cannot be read names the attribute, and shows no value.
func TestUnreadableStreamRecords(t *testing.T) {
	s := newStreamedTable(t)
	if _, err := s.TakeSeat(t.Context(), meeting.Seat{ID: "i.s", State: meeting.Admitted, Name: "secret"}); err != nil {
		t.Fatal(err)
	}
	good := s.stream.Records()[0]
	for name, bad := range map[string]events.DynamoDBAttributeValue{
		"type": events.NewNumberAttribute("1"), "write": events.NewStringAttribute("secret"), "seqs": events.NewStringAttribute("secret"),
		"lease": events.NewBooleanAttribute(true), "place": events.NewStringAttribute("secret"), "v": events.NewNumberAttribute("1.5"),
		"acts": events.NewStringAttribute("secret"),
	} {
		r := good
		r.Change.NewImage = maps.Clone(good.Change.NewImage)
		r.Change.NewImage[name] = bad
		if _, err := ChangeOf(r); err == nil || !strings.Contains(err.Error(), "attribute "+name) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ChangeOf(events.DynamoDBEventRecord{}); err == nil {
		t.Error("an empty record was read")
	}
	good.Change.OldImage, good.Change.NewImage = good.Change.NewImage, nil
	good.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
	if c, err := ChangeOf(good); err != nil || !c.Expired || c.After != nil || !strings.HasSuffix(c.Write, "-deleted") {
		t.Errorf("deleted by its ttl: %+v, %v", c, err)
	}
}
