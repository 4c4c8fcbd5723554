package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// codes are those of the answer's advisories.
func codes(t *testing.T, a testkit.Answer) string {
	t.Helper()
	var shown struct{ Advisories []struct{ Code string } }
	a.Into(t, &shown)
	var all []string
	for _, note := range shown.Advisories {
		all = append(all, note.Code)
	}
	return strings.Join(all, " ")
}

func inRoom(topic, start string, minutes int) string {
	return fmt.Sprintf(`{"topic":%q,"start_time":"2026-03-03T%s:00Z","duration":%d,"settings":{"use_pmi":true}}`, topic, start, minutes)
}

func TestI16_MeetingsBackToBackInThePersonalRoom(t *testing.T) {
	for name, c := range map[string]struct {
		start   string
		minutes int
		want    string
	}{
		"just before":           {"09:00", 50, "back_to_back"},
		"a quarter hour before": {"09:00", 45, ""},
		"just after":            {"10:40", 30, "back_to_back"},
		"a quarter hour after":  {"10:45", 30, ""},
		"at the same time":      {"10:00", 30, "back_to_back"},
		"all day long":          {"06:00", 720, "back_to_back"},
		"another time of day":   {"15:00", 30, ""},
	} {
		t.Run(name, func(t *testing.T) {
			edge := newEdge(t)
			ada := edge.As("ada")
			other := create(t, edge, inRoom("Review", "10:00", 30))
			made := ada.Do("POST", mine, inRoom("Tea", c.start, c.minutes)).Want(t, 201)
			if got := codes(t, made); got != c.want {
				t.Fatalf("advised %q, want %q: %s", got, c.want, made.Body)
			}
			shown := ada.Do("GET", "/v2/meetings/"+made.Text(t, "id"), nil).Want(t, 200)
			if shown.Body != made.Body {
				t.Errorf("made  %s\nshown %s", made.Body, shown.Body)
			}
			if c.want == "" {
				return
			}
			for _, text := range []string{"Review", "Tea", grouped(other), grouped(made.Text(t, "id"))} {
				if !strings.Contains(made.Text(t, "advisories.0.message"), text) {
					t.Errorf("%s is not named: %s", text, made.Text(t, "advisories.0.message"))
				}
			}
			apart := ada.With("Prefer", "return=representation").Do("PATCH", "/v2/meetings/"+made.Text(t, "id"), `{"settings":{"use_pmi":false}}`)
			if got := codes(t, apart.Want(t, 200)); got != "" {
				t.Errorf("in a room of its own: %s", got)
			}
		})
	}
}

func grouped(id string) string { return meeting.Number(id).Grouped() }

func TestI16_WhatMakesNoMeetingBackToBack(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	create(t, edge, `{"topic":"Own room","start_time":"2026-03-03T10:00:00Z"}`)
	create(t, edge, `{"type":3,"settings":{"use_pmi":true}}`)
	create(t, edge, `{"type":8,"start_time":"2026-03-03T10:00:00Z","recurrence":{"type":1,"end_times":2}}`)
	edge.As("grace").Do("POST", mine, inRoom("Hers", "10:00", 30)).Want(t, 201)
	cancelled := create(t, edge, inRoom("Cancelled", "10:00", 30))
	ada.Do("DELETE", "/v2/meetings/"+cancelled, nil).Want(t, 204)
	if got := codes(t, ada.Do("POST", mine, inRoom("Tea", "10:00", 30))); got != "" {
		t.Errorf("advised %s", got)
	}
}

func TestI16_AMeetingThatBeginsWhileAnotherSits(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, _ := setUp(t, edge, meeting.Edit{})
	start(t, edge, string(p.PMI)) // an instant start
	soon := fmt.Sprintf(`{"topic":"Tea","start_time":%q,"settings":{"use_pmi":true}}`, edge.Clock.Now().Add(10*time.Minute).Format(time.RFC3339))
	made := ada.Do("POST", mine, soon).Want(t, 201)
	if message := made.Text(t, "advisories.0.message"); codes(t, made) != "back_to_back" || !strings.Contains(message, "Tea") ||
		!strings.Contains(message, "Personal Meeting Room") {
		t.Errorf("%s", made.Body)
	}
	if got := codes(t, ada.Do("POST", mine, inRoom("Tomorrow", "10:00", 30))); got != "" {
		t.Errorf("of tomorrow: %s", got)
	}
	end(t, edge, string(p.PMI))
	if got := codes(t, ada.Do("GET", "/v2/meetings/"+made.Text(t, "id"), nil)); got != "" {
		t.Errorf("after it ended: %s", got)
	}
}

func TestI16_InviteesWhomTheHostHasNotMetThere(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, room := setUp(t, edge, meeting.Edit{})
	meet(t, edge, p, room, "grace")
	body := `{"settings":{"use_pmi":%v,"meeting_invitees":[{"email":"grace@example.com"},{"email":"ada@example.com"},{"email":"eve@example.com"}]}}`
	made := ada.Do("POST", mine, fmt.Sprintf(body, true)).Want(t, 201)
	message := made.Text(t, "advisories.0.message")
	if codes(t, made) != "unfamiliar_invitees" || !strings.Contains(message, "eve@example.com") || strings.Contains(message, "grace") || strings.Contains(message, "ada") {
		t.Errorf("%s", made.Body)
	}
	if got := codes(t, ada.Do("POST", mine, fmt.Sprintf(body, false))); got != "" {
		t.Errorf("in a room of its own: %s", got)
	}
	edge.Clock.Advance(61 * 24 * time.Hour)
	late := ada.Do("POST", mine, fmt.Sprintf(body, true)).Want(t, 201)
	if !strings.Contains(late.Text(t, "advisories.0.message"), "grace@example.com, eve@example.com") {
		t.Errorf("after two months: %s", late.Body)
	}
}

// meet lets the user into ada's personal room, and ends the sitting.
func meet(t *testing.T, edge *testkit.Edge, p meeting.Profile, room meeting.Room, user string) {
	t.Helper()
	start(t, edge, string(p.PMI))
	door := edge.Door()
	if _, err := door.Join(t.Context(), caller(user), meeting.JoinInput{Address: string(p.PMI), Passcode: room.Settings.Passcode}); err != nil {
		t.Fatal(err)
	}
	end(t, edge, string(p.PMI))
}

func TestI16_AlternativeHostsLearnNothingOfOtherMeetings(t *testing.T) {
	edge := newEdge(t)
	create(t, edge, inRoom("Firing Bob", "10:00", 60))
	id := create(t, edge, `{"topic":"Tea","start_time":"2026-03-03T11:00:00Z","settings":{"use_pmi":true,"alternative_hosts":"grace@example.com",
		"meeting_invitees":[{"email":"eve@example.com"}]}}`)
	for user, want := range map[*testkit.Client]string{
		edge.As("ada"): "back_to_back unfamiliar_invitees", edge.AsAdmin("root"): "back_to_back unfamiliar_invitees", edge.As("grace"): "",
	} {
		if got := codes(t, user.Do("GET", "/v2/meetings/"+id, nil).Want(t, 200)); got != want {
			t.Errorf("advised %q, want %q", got, want)
		}
	}
}

func TestI16_WhatSitsIsNotBesideItself(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{"topic":"Tea","settings":{"use_pmi":true}}`)
	start(t, edge, id)
	if got := codes(t, edge.As("ada").Do("GET", "/v2/meetings/"+id, nil).Want(t, 200)); got != "" {
		t.Errorf("advised %s", got)
	}
}

func TestI16_AnAdminWhoMayOnlyWriteSeesWhatTheyChanged(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{"topic":"Tea"}`)
	root := edge.As("root").Claiming("scope", "meeting:write:admin").With("Prefer", "return=representation")
	if got := root.Do("PATCH", "/v2/meetings/"+id, `{"topic":"Cake"}`).Want(t, 200).Text(t, "topic"); got != "Cake" {
		t.Errorf("it is %s", got)
	}
}

func TestI16_ManyStrangersAreCounted(t *testing.T) {
	edge := newEdge(t)
	var invitees []string
	for i := range 150 { // more than one batch of reads
		invitees = append(invitees, fmt.Sprintf(`{"email":"guest%d@example.com"}`, i))
	}
	made := edge.As("ada").Do("POST", mine, `{"settings":{"use_pmi":true,"meeting_invitees":[`+strings.Join(invitees, ",")+`]}}`).Want(t, 201)
	if message := made.Text(t, "advisories.0.message"); !strings.Contains(message, "guest9@example.com and 140 more") {
		t.Errorf("%s", message)
	}
}

func TestI16_ADoorThatStandsOpen(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	open := `{"password":"","settings":{"use_pmi":false,"meeting_authentication":true}}`
	if got := codes(t, ada.Do("POST", mine, open).Want(t, 201)); got != "" { // "" is no passcode given: one is made
		t.Errorf("with a passcode: %s", got)
	}
	setUp(t, edge, meeting.Edit{Room: &meeting.SettingsEdit{Passcode: new(""), SignedInOnly: new(true)}})
	made := ada.Do("POST", mine, `{"settings":{"use_pmi":true}}`).Want(t, 201)
	if codes(t, made) != "open_door" {
		t.Errorf("%s", made.Body)
	}
	p, _ := setUp(t, edge, meeting.Edit{})
	if got := codes(t, ada.Do("GET", "/v2/meetings/"+string(p.PMI), nil)); got != "open_door" {
		t.Errorf("the room itself: %s", got)
	}
	setUp(t, edge, meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitGuests)}})
	if got := codes(t, ada.Do("GET", "/v2/meetings/"+made.Text(t, "id"), nil)); got != "" {
		t.Errorf("with a waiting room: %s", got)
	}
}
