package table

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// A newer version of this program runs beside this one during a gradual deployment, and before it when a deployment is rolled back. What it
// stored beside the attributes that this one knows survives each change that this one makes to an item.
func TestAttributesOfANewerVersionSurvive(t *testing.T) {
	owner, nine := user(1), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	open := meeting.Room{Number: "5551234321", Kind: meeting.Personal, Owner: owner, Policy: meeting.Policy{Passcode: "123456", Capacity: 9},
		Gate: meeting.Gate{Instance: "i", Open: true}}
	idle := open
	idle.Gate = meeting.Gate{Instance: "i"}
	seat := meeting.Seat{ID: "i.sam", State: meeting.Admitted, Name: "Sam"}
	sitting := meeting.Sitting{Instance: "i", Owner: owner, Room: "5551234321", OpenedAt: nine}
	for name, c := range map[string]struct {
		key    key
		before any // the item
		change func(*Table) error
	}{
		"a room's transition": {roomKey(open.Number), roomItemOf(open), func(table *Table) error {
			_, err := table.Turn(t.Context(), open.Number, meeting.Turn{Instance: "i", Live: true, Decide: true, Lock: new(true)})
			return err
		}},
		"a room's end": {roomKey(open.Number), roomItemOf(open), func(table *Table) error {
			_, err := table.Turn(t.Context(), open.Number, meeting.Turn{Instance: "i", Live: true, End: &meeting.Ending{Next: "next"}})
			return err
		}},
		"a room's last end": {roomKey(open.Number), roomItemOf(open), func(table *Table) error {
			retired := open.Retire(nine, time.Hour)
			_, err := table.Turn(t.Context(), open.Number, meeting.Turn{Instance: "i", Live: true, End: &meeting.Ending{Next: "next", Retire: &retired}})
			return err
		}},
		"a room's settings": {roomKey(idle.Number), roomItemOf(idle), func(table *Table) error {
			before, err := table.Room(t.Context(), idle.Number)
			if err != nil {
				return err
			}
			after := before
			after.Policy.Passcode = "654321"
			return table.Save(t.Context(), meeting.ReplaceRoom{Before: before, After: after})
		}},
		"a profile": {profileKey(owner), profileItem{head: head{Type: "profile"}, person: personOf(owner), Version: 1}, func(table *Table) error {
			return table.Save(t.Context(), meeting.PutProfile{Profile: meeting.Profile{User: owner, FirstName: "Ada", Version: 1}})
		}},
		"a profile, in a transaction": {profileKey(owner), profileItem{head: head{Type: "profile"}, person: personOf(owner), Version: 1}, func(table *Table) error {
			return table.Save(t.Context(), meeting.PutProfile{Profile: meeting.Profile{User: owner, Version: 1}}, meeting.ClaimLink{User: owner, Link: "ada.rooms"})
		}},
		"a link": {linkKey("ada.rooms"), linkItem{head: head{Type: "link"}, person: personOf(owner), Name: "ada.rooms"}, func(table *Table) error {
			return table.Save(t.Context(), meeting.ClaimLink{User: owner, Link: "Ada.Rooms"})
		}},
		"an address": {emailKey(owner.Account, "ada@example.com"), emailItem{head: head{Type: "email"}, person: personOf(owner)}, func(table *Table) error {
			return table.Save(t.Context(), meeting.ClaimEmail{User: owner, Email: "ada@example.com"})
		}},
		"a meeting": {meetingKey(owner, "98765432100"), meetingItem{head: head{Type: "meeting"}, planItem: planItem{ID: "98765432100", Version: 1}}, func(table *Table) error {
			return table.Save(t.Context(), meeting.PutMeeting{Meeting: meeting.Meeting{ID: "98765432100", Host: owner, Topic: "Engines", Version: 1}})
		}},
		"a seat": {seatKey(seat.ID), seatItem{head: head{Type: "seat"}, Version: 1}, func(table *Table) error {
			changed := seat
			changed.Version = 1
			_, err := table.ChangeSeat(t.Context(), changed)
			return err
		}},
		"a record, with its host's": {sittingKey(owner, nine, "i"), sittingItemOf(sitting), func(table *Table) error {
			ended := sitting
			ended.EndedAt, ended.Rank = nine.Add(time.Hour), 1
			return table.KeepSitting(t.Context(), ended)
		}},
		"a record, with its seats": {recordedKey("i"), sittingItemOf(sitting), func(table *Table) error {
			ended := sitting
			ended.EndedAt, ended.Rank = nine.Add(time.Hour), 1
			return table.KeepSitting(t.Context(), ended)
		}},
		"a contact": {metKey(owner, meeting.Identity{1}), metItem{head: head{Type: "met"}, At: 1}, func(table *Table) error {
			return table.Meet(t.Context(), owner, []meeting.Identity{{1}}, nine, nine.Add(time.Hour))
		}},
		"a webhook": {webhookKey("acme", "w"), endpointItem{head: head{Type: "webhook"}, Version: 1}, func(table *Table) error {
			_, err := table.PutEndpoint(t.Context(), account.Endpoint{Account: "acme", ID: "w", URL: "https://hooks.example.com/", Version: 1})
			return err
		}},
		"grants": {automationKey("acme"), grantsItem{head: head{Type: "automation"}, Version: 1}, func(table *Table) error {
			_, err := table.PutPolicy(t.Context(), account.Policy{Account: "acme", Version: 1})
			return err
		}},
		"an outcome": {commandKey("acme", "c"), outcomeItem{head: head{Type: "outcome"}, Version: 1}, func(table *Table) error {
			_, err := table.PutOutcome(t.Context(), account.Outcome{Account: "acme", ID: "c", Version: 1})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			table := newTable(t)
			if err := table.place(t.Context(), c.key, c.before); err != nil {
				t.Fatal(err)
			}
			before := addUnknown(t, table, c.key)
			if err := c.change(table); err != nil {
				t.Fatal(err)
			}
			after := stored(t, table, c.key)
			if string(idOfWrite(before)) == string(idOfWrite(after)) {
				t.Error("the item was not changed")
			}
			if got, isSet := after["newer"].(*types.AttributeValueMemberSS); !isSet || !slices.Equal(got.Value, []string{"kept"}) {
				t.Errorf("the attribute is %v", after["newer"])
			}
			settings, had := before["policy"].(*types.AttributeValueMemberM)
			now, has := after["policy"].(*types.AttributeValueMemberM)
			if had && has && (settings.Value["newer"] == nil || now.Value["newer"] == nil) {
				t.Errorf("the settings are %v", now.Value)
			}
			for name := range after { // what this version knows it can also take away
				if !slices.Contains(attributesOf(c.before), name) && !slices.Contains([]string{"pk", "sk", "newer", writeID}, name) {
					t.Errorf("nobody knows of the attribute %s", name)
				}
			}
		})
	}
}

// A number that is claimed anew keeps nothing of its last owner.
func TestAClaimKeepsNothingOfTheLastOwner(t *testing.T) {
	table := newTable(t)
	retired := meeting.Room{Number: "5551234321", Kind: meeting.Retired, Owner: user(1)}
	if err := table.place(t.Context(), roomKey(retired.Number), roomItemOf(retired)); err != nil {
		t.Fatal(err)
	}
	addUnknown(t, table, roomKey(retired.Number))
	claim := meeting.ClaimRoom{Room: meeting.Room{Number: retired.Number, Kind: meeting.Personal, Owner: user(2)}, Now: start}
	if err := table.Save(t.Context(), claim); err != nil {
		t.Fatal(err)
	}
	if after := stored(t, table, roomKey(retired.Number)); after["newer"] != nil {
		t.Errorf("%v", after)
	}
}

// addUnknown adds what a newer version might: an attribute, and a setting of a room. It returns the item.
func addUnknown(t *testing.T, table *Table, k key) item {
	t.Helper()
	it := stored(t, table, k)
	it["newer"] = &types.AttributeValueMemberSS{Value: []string{"kept"}}
	if settings, ok := it["policy"].(*types.AttributeValueMemberM); ok {
		settings.Value["newer"] = &types.AttributeValueMemberN{Value: "1"}
	}
	if _, err := table.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table.name, Item: it}); err != nil {
		t.Fatal(err)
	}
	return it
}

func stored(t *testing.T, table *Table, k key) item {
	t.Helper()
	out, err := table.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table.name, Key: k.attributes(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

func idOfWrite(it item) []byte {
	value, _ := it[writeID].(*types.AttributeValueMemberB)
	if value == nil {
		return nil
	}
	return value.Value
}
