package main

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// forgotten is ada's meeting that she came to and never left, nobody asked after for so long; and its uuid.
func forgotten(t *testing.T, edge *testkit.Edge, id string, since time.Duration) (uuid string) {
	t.Helper()
	door := edge.Door()
	a, err := door.Join(t.Context(), caller("ada"), meeting.JoinInput{Address: id})
	if err != nil {
		t.Fatal(err)
	}
	edge.Clock.Advance(since)
	return a.Room.Live.Instance
}

// Nobody sweeps: whichever question is asked first finds that the sitting is over.
func TestI17WhatNobodyEndsIsInThePast(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		what, body string
		since      time.Duration
	}{
		{"a meeting", `{"topic":"Tea"}`, time.Hour}, {"one of long ago", `{"topic":"Tea"}`, 31 * time.Hour},
		{"one that is hardly kept", `{"topic":"Tea"}`, meeting.DefaultRetention},
		{"one in the personal room", `{"topic":"Tea","settings":{"use_pmi":true}}`, 10 * day}, {"an instant one", `{"topic":"Tea","type":1}`, time.Hour},
	} {
		t.Run(c.what, func(t *testing.T) {
			for what, in := range map[string]func(ada, root *testkit.Client, id, uuid string) bool{
				"not live": func(ada, _ *testkit.Client, _, _ string) bool {
					return len(idsOf(t, ada.Do("GET", mine+"?type=live", nil))) == 0
				},
				"previous": func(ada, _ *testkit.Client, id, uuid string) bool {
					got := rows(t, ada.Do("GET", mine+"?type=previous_meetings", nil))
					return len(got) == 1 && got[0].UUID == uuid && string(got[0].ID) == id && got[0].EndTime == "2026-03-02T09:01:30Z"
				},
				"past by its uuid":   func(ada, _ *testkit.Client, _, uuid string) bool { return ada.Do("GET", past+uuid, nil).Status == 200 },
				"past by its number": func(ada, _ *testkit.Client, id, _ string) bool { return ada.Do("GET", past+id, nil).Status == 200 },
				"an admin's past": func(_, root *testkit.Client, _, uuid string) bool {
					return root.Do("GET", past+uuid, nil).Status == 200
				},
				"among its instances": func(ada, _ *testkit.Client, id, _ string) bool {
					return len(uuidsOf(t, ada.Do("GET", past+id+"/instances", nil))) == 1
				},
			} {
				edge := newEdge(t)
				setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
				id := create(t, edge, c.body)
				uuid := forgotten(t, edge, id, c.since)
				if !in(edge.As("ada"), edge.AsAdmin("root"), id, uuid) {
					t.Errorf("it is not %s", what)
				}
				lists(t, edge.As("ada"), "type=live")
				lists(t, edge.As("ada"), "type=previous_meetings", id)
			}
		})
	}
}

func TestI17WhatNobodyEndsIsNotUpcoming(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{"topic":"Tea","duration":1}`)
	forgotten(t, edge, id, 2*time.Minute)
	lists(t, edge.As("ada"), "type=upcoming", id)
	edge.Clock.Advance(meeting.AbandonedAfter)
	lists(t, edge.As("ada"), "type=upcoming")
}

func TestI17WhatNobodyEndsIsSettledForItsOwnerAndAdminsOnly(t *testing.T) {
	edge := newEdge(t)
	uuid := forgotten(t, edge, create(t, edge, `{}`), time.Hour)
	edge.As("eve").Do("GET", past+uuid, nil).Refused(t, 404, 3001, "meeting_not_found")
	edge.AsAdmin("root").Claiming("account_id", "other").Do("GET", past+uuid, nil).Refused(t, 404, 3001, "meeting_not_found")
	sits, _, err := edge.Store.LiveInstances(t.Context(), caller("ada").User, time.Time{}, edge.Clock.Now(), "", 10)
	if err != nil || len(sits) != 1 {
		t.Errorf("%v sits, %v", sits, err)
	}
}

// The room of an instant meeting is cleaned away after some days, whether or not somebody asked.
func TestI17AnInstantMeetingWhoseRoomIsGoneIsInThePast(t *testing.T) {
	client, name := dynamotest.Table(t)
	edge := testkit.New(t, table.New(client, name), testRoutes)
	setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	id := create(t, edge, `{"topic":"Now","type":1}`)
	uuid := forgotten(t, edge, id, meeting.InstantLife+time.Hour)
	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "ROOM#" + id}, "sk": &types.AttributeValueMemberS{Value: "ROOM"}}})
	if err != nil {
		t.Fatal(err)
	}
	lists(t, edge.As("ada"), "type=live")
	got := edge.As("ada").Do("GET", past+uuid, nil).Want(t, 200)
	if got.Text(t, "end_time") != "2026-03-02T09:01:30Z" || got.Text(t, "type") != "1" || got.Text(t, "topic") != "Now" {
		t.Errorf("it was %s", got.Body)
	}
}

// However many were forgotten, a question settles a few of them, and its repetition the others.
func TestI17ManyThatNobodyEndsAreSettledInTime(t *testing.T) {
	edge := newEdge(t)
	for range 20 {
		forgotten(t, edge, create(t, edge, `{}`), time.Minute)
	}
	edge.Clock.Advance(time.Hour)
	for _, want := range []int{16, 20, 20} {
		if got := rows(t, edge.As("ada").Do("GET", mine+"?type=previous_meetings", nil)); len(got) != want {
			t.Errorf("%d are past, want %d", len(got), want)
		}
	}
}
