package table

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// A newer version of this program runs beside this one during a gradual deployment, and before it when a deployment is
// rolled back. The attributes that only the newer version knows survive each change that this version makes to an item.
func TestAttributesOfANewerVersionSurvive(t *testing.T) {
	owner, ctx := user(1), t.Context()
	open := meeting.Room{Number: "5551234321", Kind: meeting.Personal, Owner: owner,
		Settings: meeting.Settings{Passcode: "123456", Capacity: 9}, Live: meeting.LiveState{Instance: "i", Open: true}}
	idle := open
	idle.Live = meeting.LiveState{Instance: "i"}
	released := open.Release(start, time.Hour)
	profile := meeting.Profile{User: owner, FirstName: "Ada", Version: 1}
	planned := meeting.Meeting{ID: "98765432100", Host: owner, Topic: "Engines", Version: 1}
	seat := meeting.Seat{ID: "i.sam", State: meeting.Admitted, Name: "Sam", Version: 1}
	live := record(owner, 0)
	live.EndedAt, live.Rank = time.Time{}, 0
	endpoint := account.Endpoint{Account: "acme", ID: "w", URL: "https://hooks.example.com/", Version: 1}
	app := account.App{Account: "acme", ID: "w", Name: "Indico", Version: 1}
	link := meeting.ClaimLink{User: owner, Link: "ada.rooms"}
	table := newTable(t)
	transition := func(tr meeting.Transition) func() error {
		tr.Instance, tr.Live = "i", true
		return func() error { return errOf(table.ApplyTransition(ctx, open.Number, tr)) }
	}
	saved := func(changes ...meeting.Change) func() error {
		return func() error { return table.Save(ctx, changes...) }
	}
	ended := func() error { return table.SaveInstance(ctx, record(owner, 0)) }
	for name, c := range map[string]struct {
		key    key
		before fields
		change func() error
	}{
		"room, transition": {roomKey(open.Number), roomItem(open, false),
			transition(meeting.Transition{HostDecision: true, Lock: new(true)})},
		"room, end": {roomKey(open.Number), roomItem(open, false), transition(meeting.Transition{End: &meeting.Ending{Next: "next"}})},
		"room, release": {roomKey(open.Number), roomItem(open, false),
			transition(meeting.Transition{End: &meeting.Ending{Next: "next", Release: &released}})},
		"room, settings": {roomKey(idle.Number), roomItem(idle, false), func() error {
			before, err := table.Room(ctx, idle.Number)
			must(t, err)
			after := before
			after.Settings.Passcode = "654321"
			return table.Save(ctx, meeting.ReplaceRoom{Before: before, After: after})
		}},
		"profile":                   {profileKey(owner), profileItem(profile), saved(meeting.PutProfile{Profile: profile})},
		"profile, in a transaction": {profileKey(owner), profileItem(profile), saved(meeting.PutProfile{Profile: profile}, link)},
		"link":                      {linkKey(link.Link), writeOf(link).item, saved(link)},
		"meeting":                   {meetingKey(owner, planned.ID), meetingItem(planned), saved(meeting.PutMeeting{Meeting: planned})},
		"seat":                      {seatKey(seat.ID), seatItem(seat), func() error { return errOf(table.ChangeSeat(ctx, seat)) }},
		"record of the host": {instanceKey(owner, live.OpenedAt, live.Instance),
			append(instanceItem(live), computed("until", "x")), ended},
		"app":      {appKey("acme", "w"), appItem(app), func() error { return errOf(table.PutApp(ctx, app)) }},
		"endpoint": {webhookKey("acme", "w"), endpointItem(endpoint), func() error { return errOf(table.PutEndpoint(ctx, endpoint)) }},
	} {
		t.Run(name, func(t *testing.T) {
			table.place(t, c.key, c.before)
			before := addUnknown(t, table, c.key)
			must(t, c.change())
			checkUnknown(t, before, stored(t, table, c.key))
		})
	}
}

// checkUnknown requires that the item was changed, and that it has the unknown attributes.
func checkUnknown(t *testing.T, before, after item) {
	t.Helper()
	if cmp.Equal(before[writeID], after[writeID], cmpopts.IgnoreUnexported(types.AttributeValueMemberB{})) {
		t.Error("the item was not changed")
	}
	differ(t, "the attribute", before["newer"], after["newer"])
	settings, had := before["policy"].(*types.AttributeValueMemberM)
	now, has := after["policy"].(*types.AttributeValueMemberM)
	if had && has && (settings.Value["newer"] == nil || now.Value["newer"] == nil) {
		t.Errorf("the settings are %v", now.Value)
	}
}

// A claimed number keeps nothing of its last owner.
func TestClaimKeepsNothingOfTheLastOwner(t *testing.T) {
	table := newTable(t)
	released := meeting.Room{Number: "5551234321", Kind: meeting.Released, Owner: user(1)}
	table.place(t, roomKey(released.Number), roomItem(released, false))
	addUnknown(t, table, roomKey(released.Number))
	claim := meeting.ClaimRoom{Room: meeting.Room{Number: released.Number, Kind: meeting.Personal, Owner: user(2)}, Now: start}
	must(t, table.Save(t.Context(), claim))
	if after := stored(t, table, roomKey(released.Number)); after["newer"] != nil {
		t.Errorf("%v", after)
	}
}

// addUnknown adds an attribute, and a setting of a room, as a newer version might. It returns the item.
func addUnknown(t *testing.T, table *Table, k key) item {
	t.Helper()
	it := stored(t, table, k)
	it["newer"] = &types.AttributeValueMemberSS{Value: []string{"kept"}}
	if settings, ok := it["policy"].(*types.AttributeValueMemberM); ok {
		settings.Value["newer"] = &types.AttributeValueMemberN{Value: "1"}
	}
	must(t, errOf(table.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table.name, Item: it})))
	return it
}

func stored(t *testing.T, table *Table, k key) item {
	t.Helper()
	out, err := table.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: table.name, Key: k.attributes(), ConsistentRead: aws.Bool(true),
	})
	must(t, err)
	return out.Item
}
