package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const past = "/v2/past_meetings/"

// A gathering is a meeting of ada's that sits. What happens at its door, it does with the use cases of the admission function.
type gathering struct {
	t    *testing.T
	edge *testkit.Edge
	door *meeting.Door
	id   string
	uuid string
}

// gather starts a meeting with a waiting room, in which nobody has to renew their seat.
func gather(t *testing.T, edge *testkit.Edge) gathering {
	t.Helper()
	edge.SetLease(time.Hour)
	id := create(t, edge, `{"topic":"Tea","password":"tea","settings":{"waiting_room":true,"alternative_hosts":"grace@example.com"}}`)
	start(t, edge, id)
	return gathering{t: t, edge: edge, door: edge.Door(), id: id,
		uuid: edge.As("ada").Do("GET", at(id), nil).Text(t, "uuid")}
}

// comes is somebody at the door, so many minutes later.
func (g gathering) comes(minutes int, c meeting.Caller, name string) meeting.Credential {
	g.t.Helper()
	g.passes(minutes)
	a, err := g.door.Join(g.t.Context(), c, meeting.JoinInput{Address: g.id, Name: name, Passcode: "tea"})
	if err != nil {
		g.t.Fatal(err)
	}
	return meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
}

func (g gathering) passes(minutes int) { g.edge.Clock.Advance(time.Duration(minutes) * time.Minute) }

// does is what a host does to somebody.
func (g gathering) does(by, what string, to meeting.Credential) {
	g.t.Helper()
	verdicts := map[string]func(context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error){
		"admit": g.door.Admit, "deny": g.door.Deny, "remove": g.door.Remove,
	}
	if _, err := verdicts[what](g.t.Context(), caller(by), g.id, meeting.Selection{IDs: []meeting.SeatID{to.ID}}); err != nil {
		g.t.Fatal(err)
	}
}

// teaParty is a gathering of nine o'clock that ended after half an hour less ten seconds.
func teaParty(t *testing.T, edge *testkit.Edge) gathering {
	t.Helper()
	guest := meeting.Caller{Address: "192.0.2.7"}
	eve := meeting.Caller{User: meeting.User{Account: "other", ID: "eve"}, Email: "eve@example.org"}
	g := gather(t, edge)
	g.comes(1, caller("ada"), "Ada")
	bob := g.comes(1, guest, "Bob")
	mallory := g.comes(1, meeting.Caller{Address: "192.0.2.66"}, "Mallory")
	g.does("ada", "deny", mallory)
	g.comes(1, caller("grace"), "Grace")
	stranger := g.comes(1, eve, "Eve")
	g.does("grace", "admit", bob)
	g.does("ada", "admit", stranger)
	g.passes(5)
	g.does("ada", "remove", stranger)
	g.passes(10)
	if err := g.door.Leave(t.Context(), guest, g.id, bob); err != nil {
		t.Fatal(err)
	}
	g.comes(1, guest, "Dave")
	g.passes(8)
	edge.Clock.Advance(50 * time.Second)
	end(t, edge, g.id)
	return g
}

func TestAPastMeetingInZoomsShape(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	g := teaParty(t, edge)
	setUp(t, edge, meeting.Edit{Dept: new("Engines")})
	want := fmt.Sprintf(`{"uuid":"%s","id":%s,"host_id":"ada","type":2,"topic":"Tea","user_name":"Ada Acme","user_email":"ada@example.com",
		"dept":"Engines","start_time":"2026-03-02T09:00:00Z","end_time":"2026-03-02T09:29:50Z","duration":30,"total_minutes":75,
		"participants_count":4}`, g.uuid, g.id)
	ada.Do("GET", past+g.uuid, nil).Want(t, 200).Is(t, want)
	ada.Do("GET", past+g.id, nil).Want(t, 200).Is(t, want)
	edge.AsAdmin("root").Do("GET", past+g.uuid, nil).Want(t, 200).Is(t, want)
	edge.AsAdmin("root").Do("GET", past+g.id, nil).Want(t, 200).Is(t, want)
}

func TestWhoCameAndWhoLetThemIn(t *testing.T) {
	edge := newEdge(t)
	g := teaParty(t, edge)
	got := edge.As("ada").Do("GET", past+g.uuid+"/participants", nil).Want(t, 200)
	var said attendanceShape
	got.Into(t, &said)
	seats := map[string]meeting.SeatID{}
	for _, p := range said.Participants {
		seats[p.Name] = p.UserID
	}
	visitor := func(id, name, email, rest string) string {
		return fmt.Sprintf(`{"id":%q,"user_id":%q,"name":%q,"user_email":%q,%s}`, id, seats[name], name, email, rest)
	}
	got.Is(t, fmt.Sprintf(`{"page_size":30,"next_page_token":"","participants":[%s]}`, strings.Join([]string{
		visitor("ada", "Ada", "ada@example.com", `"join_time":"2026-03-02T09:01:00Z","leave_time":"2026-03-02T09:29:50Z","duration":1730,
			"status":"in_meeting","internal_user":true,"role":"host","state":"admitted","acts":[]`),
		visitor("", "Bob", "", `"join_time":"2026-03-02T09:05:00Z","leave_time":"2026-03-02T09:20:00Z","duration":900,
			"status":"in_meeting","internal_user":false,"role":"participant","state":"left",
			"acts":[{"at":"2026-03-02T09:05:00Z","action":"admitted","by":"grace"}]`),
		visitor("", "Mallory", "", `"join_time":"2026-03-02T09:03:00Z","duration":0,
			"status":"in_waiting_room","internal_user":false,"role":"participant","state":"denied",
			"acts":[{"at":"2026-03-02T09:03:00Z","action":"denied","by":"ada"}]`),
		visitor("grace", "Grace", "grace@example.com", `"join_time":"2026-03-02T09:04:00Z","leave_time":"2026-03-02T09:29:50Z","duration":1550,
			"status":"in_meeting","internal_user":true,"role":"alternative_host","state":"admitted","acts":[]`),
		visitor("eve", "Eve", "eve@example.org", `"join_time":"2026-03-02T09:05:00Z","leave_time":"2026-03-02T09:10:00Z","duration":300,
			"status":"in_meeting","internal_user":false,"role":"participant","state":"removed",
			"acts":[{"at":"2026-03-02T09:05:00Z","action":"admitted","by":"ada"},{"at":"2026-03-02T09:10:00Z","action":"removed","by":"ada"}]`),
		visitor("", "Dave", "", `"join_time":"2026-03-02T09:21:00Z","duration":0,
			"status":"in_waiting_room","internal_user":false,"role":"participant","state":"waiting","acts":[]`),
	}, ",")))
}

func TestParticipantsHavePages(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	g := teaParty(t, edge)
	all := namesOf(t, ada.Do("GET", past+g.id+"/participants?page_size=300", nil))
	for size := 1; size <= 7; size++ {
		var got []string
		for token, more := "", true; more; more = token != "" {
			page := ada.Do("GET", fmt.Sprintf("%s%s/participants?page_size=%d&next_page_token=%s", past, g.uuid, size, token), nil)
			names := namesOf(t, page)
			if token = page.Text(t, "next_page_token"); len(names) > size || token != "" && len(names) < size {
				t.Errorf("a page of %v by %d", names, size)
			}
			got = append(got, names...)
		}
		if !slices.Equal(got, all) || len(all) != 6 {
			t.Errorf("by %d: %v, want %v", size, got, all)
		}
	}
}

func namesOf(t *testing.T, a testkit.Answer) (names []string) {
	t.Helper()
	var page attendanceShape
	a.Want(t, 200).Into(t, &page)
	for _, p := range page.Participants {
		names = append(names, p.Name)
	}
	return names
}

func uuidsOf(t *testing.T, a testkit.Answer) (uuids []string) {
	t.Helper()
	var page instancesShape
	a.Want(t, 200).Into(t, &page)
	for _, m := range page.Meetings {
		uuids = append(uuids, m.UUID)
	}
	return uuids
}

func TestTheInstancesOfAMeeting(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, _ := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	own, inRoom := create(t, edge, `{"type":3}`), create(t, edge, `{"type":3,"settings":{"use_pmi":true}}`)
	numbers := []string{own, inRoom, string(p.PMI)}
	sat := map[string][]string{}
	for _, number := range numbers {
		ada.Do("GET", past+number+"/instances", nil).Is(t, `{"page_size":300,"next_page_token":"","meetings":[]}`)
		for range 5 {
			edge.Clock.Advance(time.Minute)
			start(t, edge, number)
			sat[number] = append(sat[number], rows(t, ada.Do("GET", mine+"?type=live", nil))[0].UUID)
			edge.Clock.Advance(time.Minute)
			end(t, edge, number)
		}
		slices.Reverse(sat[number])
	}
	start(t, edge, own) // it sits, and is not past
	for _, number := range numbers {
		path := past + number + "/instances?page_size=2"
		page := ada.Do("GET", path, nil)
		got, token := uuidsOf(t, page), page.Text(t, "next_page_token")
		page = ada.Do("GET", path+"&next_page_token="+token, nil)
		got = append(got, uuidsOf(t, page)...)
		page = ada.Do("GET", path+"&next_page_token="+page.Text(t, "next_page_token"), nil)
		if got = append(got, uuidsOf(t, page)...); !slices.Equal(got, sat[number]) || page.Text(t, "next_page_token") != "" {
			t.Errorf("%s sat as %v, want %v", number, got, sat[number])
		}
		ada.Do("GET", past+number, nil).Want(t, 200)
		if last := ada.Do("GET", past+number, nil).Text(t, "uuid"); last != sat[number][0] {
			t.Errorf("%s sat last as %s, want %s", number, last, sat[number][0])
		}
		for _, other := range numbers {
			if answer := ada.Do("GET", past+other+"/instances?next_page_token="+token, nil); other != number {
				answer.Refuses(t, "next_page_token")
			}
		}
	}
	ada.Do("GET", past+own+"/instances", nil).Want(t, 200)
	ada.Do("DELETE", at(inRoom), nil).Want(t, 204)
	if got := uuidsOf(t, ada.Do("GET", past+inRoom+"/instances", nil)); !slices.Equal(got, sat[inRoom]) {
		t.Errorf("cancelled since, it sat as %v, want %v", got, sat[inRoom])
	}
}

func TestThePastOfANumberThatWasGivenUp(t *testing.T) {
	edge := newEdge(t)
	p, _ := setUp(t, edge, meeting.Edit{})
	start(t, edge, string(p.PMI))
	end(t, edge, string(p.PMI))
	moved, _ := setUp(t, edge, meeting.Edit{PMI: new(meeting.Number("5552223333"))})
	edge.As("ada").Do("GET", past+string(p.PMI), nil).Want(t, 200)
	edge.AsAdmin("root").Do("GET", past+string(p.PMI)+"/instances", nil).Want(t, 200)
	edge.As("ada").Do("GET", past+string(moved.PMI), nil).Refused(t, 404, 3001, "meeting_not_found")
	if got := uuidsOf(t, edge.As("ada").Do("GET", past+string(moved.PMI)+"/instances", nil)); len(got) > 0 {
		t.Errorf("the new number sat as %v", got)
	}
}

func TestThePastIsForTheOwnerAndAdminsOnly(t *testing.T) {
	edge := newEdge(t)
	g := teaParty(t, edge)
	ada, root := edge.As("ada"), edge.AsAdmin("root")
	for _, path := range []string{past + g.uuid, past + g.id, past + g.uuid + "/participants", past + g.id + "/participants", past + g.id + "/instances"} {
		ada.Do("GET", path, nil).Want(t, 200)
		root.Do("GET", path, nil).Want(t, 200)
		for _, c := range []*testkit.Client{
			edge.As("grace"), // was its alternative host
			edge.As("mary"), root.Claiming("account_id", "other"), ada.Claiming("account_id", "other"),
			edge.As("eve").Claiming("account_id", "other").Claiming("email", "eve@example.org"), // was there
		} {
			c.Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
		}
		edge.Guest().Do("GET", path, nil).Refused(t, 401, 124, "token")
		ada.Claiming("scope", "user:read").Do("GET", path, nil).Refused(t, 403, 4700, "scope")
	}
}

func TestWhatIsNoPastMeeting(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	idle := create(t, edge, `{}`)
	for _, address := range []string{
		idle, "81234567890", "5551112222", "nothing", "AAAAAAAAAAAAAAAAAAAAAA", "ada.lovelace", strings.Repeat("a", 500), "%00", "%FF", "%23", "a%2Fb", "..",
	} {
		for _, what := range []string{"", "/participants"} {
			if address != ".." {
				ada.Do("GET", past+address+what, nil).Refused(t, 404, 3001, "meeting_not_found")
			}
		}
	}
	for _, address := range []string{"81234567890", "5551112222", "nothing", "AAAAAAAAAAAAAAAAAAAAAA"} {
		ada.Do("GET", past+address+"/instances", nil).Refused(t, 404, 3001, "meeting_not_found")
	}
	for query, field := range map[string]string{
		"page_size=0": "page_size", "page_size=301": "page_size", "page_size=x": "page_size", "next_page_token=x": "next_page_token",
		"next_page_token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": "next_page_token",
	} {
		ada.Do("GET", past+idle+"/instances?"+query, nil).Refuses(t, field)
		start(t, edge, idle)
		end(t, edge, idle)
		ada.Do("GET", past+idle+"/participants?"+query, nil).Refuses(t, field)
	}
}

func TestThePastIsForgotten(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	g := teaParty(t, edge)
	edge.Clock.Advance(meeting.DefaultRetention - time.Second)
	lists(t, ada, "type=previous_meetings", g.id)
	ada.Do("GET", past+g.uuid, nil).Want(t, 200)
	edge.Clock.Advance(time.Second)
	lists(t, ada, "type=previous_meetings")
	for _, path := range []string{g.uuid, g.id, g.uuid + "/participants", g.id + "/participants"} {
		ada.Do("GET", past+path, nil).Refused(t, 404, 3001, "meeting_not_found")
	}
	if got := uuidsOf(t, ada.Do("GET", past+g.id+"/instances", nil)); len(got) > 0 {
		t.Errorf("it sat as %v", got)
	}
}
