package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func at(id string) string { return "/v2/meetings/" + id }

func TestAMeetingIsChangedAsItWasCreated(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	for _, usePMI := range []bool{false, true} {
		id := create(t, edge, fmt.Sprintf(`{"settings":{"use_pmi":%v,"audio":"voip","host_video":true}}`, usePMI))
		before := ada.Do("GET", at(id), nil)
		ada.Do("PATCH", at(id), `{"topic":"Tea","agenda":"Cake","start_time":"2026-03-04T10:00:00","duration":"90","timezone":"Europe/Berlin",
			"settings":{"audio":"both","alternative_hosts":"grace@example.com","meeting_invitees":[{"email":"bob@example.com"}],"focus_mode":true}}`).Want(t, 204)
		after := ada.Do("GET", at(id), nil).Want(t, 200)
		for path, want := range map[string]string{
			"topic": "Tea", "agenda": "Cake", "start_time": "2026-03-04T09:00:00Z", "duration": "90", "timezone": "Europe/Berlin",
			"settings.audio": "both", "settings.host_video": "true", "settings.focus_mode": "true", "settings.alternative_hosts": "grace@example.com",
			"settings.meeting_invitees.0.email": "bob@example.com", "join_url": before.Text(t, "join_url"),
			"password": before.Text(t, "password"), "settings.use_pmi": fmt.Sprint(usePMI), "created_at": "2026-03-02T09:00:00Z",
		} {
			if got := after.Text(t, path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		ada.Do("PATCH", at(id), `{"agenda":"","settings":{"alternative_hosts":"","meeting_invitees":[]}}`).Want(t, 204)
		cleared := ada.Do("GET", at(id), nil)
		if cleared.Text(t, "agenda")+cleared.Text(t, "settings.alternative_hosts") != "" || cleared.Text(t, "settings.meeting_invitees") != "[]" {
			t.Errorf("%s", cleared.Body)
		}
	}
}

func TestAMeetingThatIsPastKeepsItsStart(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{"start_time":"2026-03-02T10:00:00Z"}`)
	edge.Clock.Advance(48 * time.Hour)
	ada.Do("PATCH", at(id), `{"topic":"Tea","start_time":"2026-03-02T10:00:00Z"}`).Want(t, 204)
	ada.Do("PATCH", at(id), `{"topic":"Tea","start_time":"2026-03-02T10:00:01Z"}`).Refuses(t, "start_time")
}

func TestTheDoorOfAMeetingsOwnRoomIsTheMeetings(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{}`)
	start(t, edge, id) // its door may change while it is live
	ada.Do("PATCH", at(id), `{"password":"tea-4-2","settings":{"waiting_room":true,"join_before_host":true,"jbh_time":5,
		"meeting_authentication":true,"authentication_domains":"example.com"}}`).Want(t, 204)
	got := ada.Do("GET", at(id), nil)
	for path, want := range map[string]string{
		"password": "tea-4-2", "status": "started", "join_url": "https://meet.example.com/j/" + id + "?pwd=tea-4-2", "settings.waiting_room": "true",
		"settings.join_before_host": "true", "settings.jbh_time": "5", "settings.meeting_authentication": "true",
		"settings.authentication_domains": "example.com",
	} {
		if got := got.Text(t, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func TestAMeetingMovesIntoThePersonalRoomAndOutOfIt(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, _ := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	id := create(t, edge, `{"topic":"Tea","settings":{"use_pmi":false,"alternative_hosts":"grace@example.com"}}`)
	for _, usePMI := range []bool{true, false, true} {
		ada.Do("PATCH", at(id), fmt.Sprintf(`{"settings":{"use_pmi":%v}}`, usePMI)).Want(t, 204)
		got := ada.Do("GET", at(id), nil).Want(t, 200)
		if (got.Text(t, "pmi") == string(p.PMI)) != usePMI || got.Text(t, "settings.use_pmi") != fmt.Sprint(usePMI) ||
			got.Text(t, "topic") != "Tea" || got.Text(t, "settings.alternative_hosts") != "grace@example.com" {
			t.Errorf("use_pmi %v: %s", usePMI, got.Body)
		}
	}
	start(t, edge, id)
	before := ada.Do("GET", at(id), nil)
	ada.Do("PATCH", at(id), `{"topic":"Coffee","settings":{"use_pmi":false}}`).Refused(t, 409, 4102, "room_live")
	if after := ada.Do("GET", at(id), nil); after.Body != before.Body || after.Text(t, "status") != "started" {
		t.Errorf("was %s\nis  %s", before.Body, after.Body)
	}
	end(t, edge, id)
	ada.Do("PATCH", at(id), `{"topic":"Coffee","settings":{"use_pmi":false}}`).Want(t, 204)
}

func TestTypesChangeBetweenPlannedOnes(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{"type":2,"start_time":"2026-03-04T10:00:00Z"}`)
	ada.Do("PATCH", at(id), `{"type":3}`).Want(t, 204)
	if got := ada.Do("GET", at(id), nil); got.At(t, "start_time") != nil || got.Text(t, "type") != "3" {
		t.Errorf("%s", got.Body)
	}
	ada.Do("PATCH", at(id), `{"type":2,"start_time":"2026-03-05T10:00:00Z"}`).Want(t, 204)
	if got := ada.Do("GET", at(id), nil).Text(t, "start_time"); got != "2026-03-05T10:00:00Z" {
		t.Errorf("it starts at %s", got)
	}
	ada.Do("PATCH", at(id), `{"type":1}`).Refuses(t, "type")
	instant := create(t, edge, `{"type":1}`)
	ada.Do("PATCH", at(instant), `{"type":2}`).Refuses(t, "type")
	ada.Do("PATCH", at(instant), `{"settings":{"use_pmi":true}}`).Refuses(t, "settings.use_pmi")
}

func TestThePMIIsShownAsAMeetingOfType4(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, room := setUp(t, edge, meeting.Edit{Room: &meeting.SettingsEdit{AlternativeHosts: &[]string{"grace@example.com"}}})
	pmi := string(p.PMI)
	want := func(status string) string {
		return fmt.Sprintf(`{
			"uuid":"%s","id":%[2]s,"host_id":"ada","host_email":"ada@example.com","topic":"Ada Acme's Personal Meeting Room","type":4,"status":"%[4]s",
			"timezone":"UTC","created_at":"2026-03-02T09:00:00Z","start_url":"https://meet.example.com/s/%[2]s",
			"join_url":"https://meet.example.com/j/%[2]s?pwd=%[3]s","password":"%[3]s",
			"settings":{"waiting_room":false,"join_before_host":false,"jbh_time":0,"use_pmi":true,"meeting_authentication":false,
			"authentication_domains":"","alternative_hosts":"grace@example.com","meeting_invitees":[]}}`,
			room.Live.Instance, pmi, room.Settings.Passcode, status)
	}
	grouped := pmi[:3] + "%20" + pmi[3:6] + "-" + pmi[6:]
	ada.Do("GET", at(pmi), nil).Want(t, 200).Is(t, want("waiting"))
	ada.Do("GET", at(grouped), nil).Want(t, 200).Is(t, want("waiting"))
	edge.As("grace").Do("GET", at(pmi), nil).Want(t, 200).Is(t, want("waiting"))
	start(t, edge, pmi)
	ada.Do("GET", at(pmi), nil).Want(t, 200).Is(t, want("started"))
	end(t, edge, pmi)

	message := ada.Do("PATCH", at(pmi), `{"topic":"Mine"}`).Refuses(t, "meetingId")
	if !strings.Contains(message, "/v2/users/me/personal_meeting_room") {
		t.Error(message)
	}
	ada.Do("DELETE", at(pmi), nil).Refused(t, 400, 3018, "delete_pmi")
	if got := ada.Do("GET", at(pmi)+"/invitation", nil).Want(t, 200).Text(t, "invitation"); !strings.Contains(got, "Meeting ID: "+p.PMI.Grouped()+"\n") {
		t.Errorf("the invitation to the room is:\n%s", got)
	}
	ada.Do("GET", at(pmi), nil).Want(t, 200)
}

func TestANumberMayBeGrouped(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{"topic":"Tea"}`)
	grouped := id[:3] + "%20" + id[3:7] + "-" + id[7:]
	ada := edge.As("ada")
	ada.Do("GET", at(grouped), nil).Want(t, 200)
	ada.Do("PATCH", at(grouped), `{"topic":"Coffee"}`).Want(t, 204)
	ada.Do("GET", at(grouped)+"/invitation", nil).Want(t, 200)
	ada.Do("DELETE", at(grouped), nil).Want(t, 204)
}

func TestACancelledMeetingIsGone(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	for _, body := range []string{`{}`, `{"settings":{"use_pmi":true}}`, `{"type":1}`} {
		id := create(t, edge, body)
		ada.Do("DELETE", at(id)+"?schedule_for_reminder=true&cancel_meeting_reminder=false", nil).Want(t, 204)
		ada.Do("GET", at(id), nil).Refused(t, 404, 3001, "meeting_not_found")
		ada.Do("GET", at(id)+"/invitation", nil).Refused(t, 404, 3001, "meeting_not_found")
		ada.Do("PATCH", at(id), `{"topic":"Tea"}`).Refused(t, 404, 3001, "meeting_not_found")
		ada.Do("DELETE", at(id), nil).Refused(t, 404, 3001, "meeting_not_found")
	}
	if got := listed(t, ada); len(got) != 0 {
		t.Errorf("ada has the meetings %v", got)
	}
}

func TestALiveMeetingIsNotCancelled(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	for _, body := range []string{`{}`, `{"settings":{"use_pmi":true}}`} {
		id, other := create(t, edge, body), create(t, edge, body)
		start(t, edge, id)
		ada.Do("DELETE", at(id), nil).Refused(t, 409, 4102, "room_live")
		ada.Do("GET", at(id), nil).Want(t, 200)
		ada.Do("DELETE", at(other), nil).Want(t, 204) // another one in the same room does not sit
		end(t, edge, id)
		ada.Do("DELETE", at(id), nil).Want(t, 204)
	}
	abandoned := create(t, edge, `{}`)
	start(t, edge, abandoned)
	edge.Clock.Advance(8 * time.Minute)
	ada.Do("DELETE", at(abandoned), nil).Want(t, 204)
}

func TestAnOccurrenceIsNotThere(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{}`)
	ada := edge.As("ada")
	ada.Do("GET", at(id)+"?occurrence_id=1648194360000&show_previous_occurrences=true", nil).Refuses(t, "occurrence_id")
	ada.Do("PATCH", at(id)+"?occurrence_id=1648194360000", `{"topic":"Tea"}`).Refuses(t, "occurrence_id")
	ada.Do("DELETE", at(id)+"?occurrence_id=1648194360000", nil).Refuses(t, "occurrence_id")
	ada.Do("GET", at(id)+"?occurrence_id=", nil).Want(t, 200)
}

func TestNumbersThatAreNobodysMeetingAreNotFound(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, _ := setUp(t, edge, meeting.Edit{PMI: new(meeting.Number("5552123434")), Link: new(meeting.Link("ada.lovelace")), Forwarding: new(true)})
	for _, id := range []string{"81234567890", "5552129999", "abc", "ada.lovelace", "1", "0", "-5552123434", "5552123434x", "%00", string(p.PastNumbers[0]), strings.Repeat("9", 400)} {
		ada.Do("GET", at(id), nil).Refused(t, 404, 3001, "meeting_not_found")
		ada.Do("GET", at(id)+"/invitation", nil).Refused(t, 404, 3001, "meeting_not_found")
		ada.Do("PATCH", at(id), `{"topic":"Tea"}`).Refused(t, 404, 3001, "meeting_not_found")
		ada.Do("DELETE", at(id), nil).Refused(t, 404, 3001, "meeting_not_found")
	}
}

func TestAnInvitationSaysHowToComeIn(t *testing.T) {
	edge := newEdge(t)
	p, room := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	id := create(t, edge, `{"topic":"Tea & <cake>","start_time":"2026-03-03T10:00:00","timezone":"Europe/Berlin","agenda":"Cake","settings":{"use_pmi":true}}`)
	got := edge.As("ada").Do("GET", at(id)+"/invitation", nil).Want(t, 200)
	want := fmt.Sprintf("Ada Acme is inviting you to a meeting.\n\nTopic: Tea & <cake>\nTime: Mar 3, 2026 10:00 Europe/Berlin\n\nCake\n\n"+
		"Join:\nhttps://meet.example.com/j/%s?omn=%s&pwd=%s\n\nMeeting ID: %s\nPasscode: %[3]s\n", p.PMI, id, room.Settings.Passcode, p.PMI.Grouped())
	if text := got.Text(t, "invitation"); text != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
	if strings.Contains(got.Body, `\u0026`) {
		t.Errorf("& is escaped: %s", got.Body)
	}
}

func TestTwoChangesAtOnceAreBothMade(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{}`)
	ada := edge.As("ada")
	var calls []func()
	answers := make([]testkit.Answer, 4)
	for i, body := range []string{`{"topic":"Tea"}`, `{"agenda":"Cake"}`, `{"duration":30}`, `{"settings":{"waiting_room":true}}`} {
		calls = append(calls, func() { answers[i] = ada.Do("PATCH", at(id), body) })
	}
	atOnce(calls...)
	for _, a := range answers {
		a.Want(t, 204)
	}
	got := ada.Do("GET", at(id), nil)
	if got.Text(t, "topic")+got.Text(t, "agenda")+got.Text(t, "duration")+got.Text(t, "settings.waiting_room") != "TeaCake30true" {
		t.Errorf("%s", got.Body)
	}
}
