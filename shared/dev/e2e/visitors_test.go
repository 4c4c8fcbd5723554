package e2e

import (
	"crypto/rand"
	"maps"
	"net"
	"strings"
	"testing"
)

// A seat is what a participant keeps of theirs.
type seat struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Role   string `json:"role,omitempty"`
	Name   string `json:"display_name,omitempty"`
}

func (s seat) ticket() fields { return fields{"seat": fields{"id": s.ID, "secret": s.Secret}} }

// An admission is the answer to somebody who comes, or asks again.
type admission struct {
	State      string
	Seat       seat
	RenewAfter int `json:"renew_after"`
	RetryAfter int `json:"retry_after"`
	Meeting    *struct {
		ID    int64
		UUID  string
		Topic string
		Host  string `json:"host_id"`
	}
	Media *struct{ Provider, URL, Room, Token string }
}

// A visitor comes to rooms: a guest, or somebody who is signed in.
type visitor struct {
	client
	door string // guests or participants
}

// guest is somebody without an account.
func guest(t *testing.T, name string) visitor {
	t.Helper()
	return visitor{client{t: t, name: name, http: usual()}, "guests"}
}

// visits is the person as a participant in other people's rooms, and in their own.
func (p person) visits() visitor { return visitor{p.client, "participants"} }

// withKey is the visitor, whose app sends an Idempotency-Key.
func (v visitor) withKey(key string) visitor {
	v.client = v.with("Idempotency-Key", key)
	return v
}

func (v visitor) path(number string) string { return "/v2/live_meetings/" + number + "/" + v.door }

// knocks asks to come in, with what the visitor shows.
func (v visitor) knocks(number string, shows fields) answer {
	v.t.Helper()
	body := fields{"display_name": v.name}
	maps.Copy(body, shows)
	return v.send("POST", v.path(number), body)
}

// joins comes in.
func (v visitor) joins(number, passcode string) admission {
	v.t.Helper()
	return v.knocks(number, fields{"passcode": passcode}).admitted()
}

// asksAgain is the poll, the renewal and the reconnect.
func (v visitor) asksAgain(number string, s seat) answer {
	v.t.Helper()
	return v.send("POST", v.path(number), s.ticket())
}

func (v visitor) leaves(number string, s seat) answer {
	v.t.Helper()
	return v.with("X-Seat-Secret", s.Secret).send("DELETE", v.path(number)+"/"+s.ID, nil)
}

// admitted ends the test unless the answer lets in.
func (a answer) admitted() (got admission) {
	a.t.Helper()
	a.is(200, 201).into(&got)
	equal(a.t, a.asked+": state", got.State, "admitted")
	return got
}

// waits ends the test unless the answer says what to wait for, and nothing else (I9).
func (a answer) waits(state string) seat {
	a.t.Helper()
	var got admission
	a.is(202).into(&got)
	equal(a.t, a.asked+": state", got.State, state)
	return got.Seat
}

// notThere ends the test unless the answer is the uniform refusal, and is its bytes.
func (a answer) notThere() string {
	a.t.Helper()
	a.refused(404, 3001, "meeting_not_found")
	return string(a.body)
}

// A sitting is what a host sees of a room.
type sitting struct {
	ID          int64
	UUID        string
	State       string
	Locked      bool
	WaitingRoom string `json:"waiting_room"`
	Admitted    int
	Waiting     int
	Arriving    int
	Topic       string
	MeetingID   int64 `json:"meeting_id"`
}

func (p person) looksAt(number string) (seen sitting) {
	p.t.Helper()
	p.send("GET", "/v2/live_meetings/"+number, nil).is(200).into(&seen)
	return seen
}

// sets locks, unlocks and turns the waiting room on and off.
func (p person) sets(number string, edit fields) (seen sitting) {
	p.t.Helper()
	p.send("PATCH", "/v2/live_meetings/"+number, edit).is(200).into(&seen)
	return seen
}

// A participant is one on the roster.
type participant struct {
	ID       string
	Name     string `json:"display_name"`
	Email    string
	Verified bool
	Role     string
	State    string
	Seq      int
	Topic    string `json:"meeting_topic"`
}

func (p person) roster(number string) []participant {
	p.t.Helper()
	var page struct{ Participants []participant }
	p.send("GET", "/v2/live_meetings/"+number+"/participants", nil).is(200).into(&page)
	return page.Participants
}

// names is the roster in the order in which people came: "Ada admitted, Ben waiting". Of a name that was made up for this run it
// is the part that people read.
func (p person) names(number string) string {
	p.t.Helper()
	var all []string
	for _, r := range p.roster(number) {
		name, _, _ := strings.Cut(r.Name, "-")
		all = append(all, name+" "+r.State)
	}
	return strings.Join(all, ", ")
}

// decides does something with one participant.
func (p person) decides(number, action string, s seat) answer {
	p.t.Helper()
	return p.send("PUT", "/v2/live_meetings/"+number+"/participants/"+s.ID+"/status", fields{"action": action})
}

// admits approves one who waits.
func (p person) admits(number string, s seat) { p.t.Helper(); p.decides(number, "admit", s).is(204) }

// A bulk is what became of many.
type bulk struct {
	Participants, Missed []struct{ ID, State string }
}

// decidesOn does something with some, or with all who wait.
func (p person) decidesOn(number string, body fields) (done bulk) {
	p.t.Helper()
	p.send("PUT", "/v2/live_meetings/"+number+"/participants/status", body).is(200).into(&done)
	return done
}

// stranger is a guest at a network address that is nobody else's, where there is such a thing: a bundle on this machine is
// reached from any of its loopback addresses. Elsewhere it shares the address of all guests, and must be sparing.
func stranger(t *testing.T) (who visitor, apart bool) {
	t.Helper()
	who = guest(t, "A stranger")
	if !here.onMachine {
		return who, false
	}
	b := make([]byte, 3)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	from := &net.TCPAddr{IP: net.IPv4(127, 1+b[0]%250, b[1], 1+b[2]%250)}
	l, err := net.ListenTCP("tcp4", from)
	if err != nil { // macOS knows 127.0.0.1 only
		return who, false
	}
	l.Close()
	who.http = newHTTP(from)
	return who, true
}
