package e2e

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/testkit"
)

const (
	me       = "/v2/users/me"
	settings = "/v2/users/me/settings"
	ownRoom  = "/v2/users/me/personal_meeting_room"
	instant  = "/v2/users/me/instant_meetings"
	meetings = "/v2/users/me/meetings"
)

// A user is signed in.
type user struct {
	client
	id, account string
}

// signUp makes a new user in a new account.
func signUp(t *testing.T, name string) user {
	t.Helper()
	return newUser(t, name, unique("company"), "")
}

// administrator returns an application with all administrator scopes of the user's account.
func (u user) administrator() user {
	u.t.Helper()
	return newUser(u.t, "administrator", u.account, issuer.AdminScope)
}

func newUser(t *testing.T, name, account, scope string) user {
	t.Helper()
	u := user{client: client{t: t, name: name, http: usualHTTP()}, id: unique(name), account: account}
	u.token = u.newToken(runner.TokenOptions{Scope: scope})
	return u
}

// newToken makes another token of the user.
func (u user) newToken(o runner.TokenOptions) string {
	u.t.Helper()
	o.Account = cmp.Or(o.Account, u.account)
	token, err := deployment.tokens.Token(u.id, o)
	if err != nil {
		u.t.Fatalf("a token for %s: %v", u.name, err)
	}
	return token
}

// withToken returns the user with another token.
func (u user) withToken(token string) user {
	u.token = token
	return u
}

// room returns the number and the passcode of the user's personal room.
func (u user) room() (number, passcode string) {
	u.t.Helper()
	room := u.get(ownRoom)
	return room.Text(u.t, "number"), room.Text(u.t, "passcode")
}

func (u user) editProfile(edit fields) { u.t.Helper(); u.do("PATCH", me, edit).Want(u.t, 204) }
func (u user) editRoom(edit fields)    { u.t.Helper(); u.do("PATCH", ownRoom, edit).Want(u.t, 200, 204) }

// plan creates a meeting, and returns it with its number.
func (u user) plan(plan fields) (made testkit.Answer, number string) {
	u.t.Helper()
	made = u.do("POST", meetings, plan).Want(u.t, 201)
	return made, made.Text(u.t, "id")
}

// startNow starts an instant meeting, and returns it with its number.
func (u user) startNow(choice fields) (started testkit.Answer, number string) {
	u.t.Helper()
	started = u.do("POST", instant, choice).Want(u.t, 200, 201)
	return started, started.Text(u.t, "id")
}

func (u user) start(number string) { u.t.Helper(); u.setStatus(number, "start") }
func (u user) end(number string)   { u.t.Helper(); u.setStatus(number, "end") }

func (u user) setStatus(number, action string) {
	u.t.Helper()
	u.do("PUT", "/v2/meetings/"+number+"/status", fields{"action": action}).Want(u.t, 204)
}

// set locks and unlocks the live room, and turns its waiting room on and off.
func (u user) set(number string, edit fields) testkit.Answer {
	u.t.Helper()
	return u.do("PATCH", "/v2/live_meetings/"+number, edit).Want(u.t, 200)
}

// decide admits, denies or removes one participant, or moves them to the waiting room.
func (u user) decide(number, action string, s seat) {
	u.t.Helper()
	u.do("PUT", "/v2/live_meetings/"+number+"/participants/"+s.ID+"/status", fields{"action": action}).Want(u.t, 204)
}

// roster returns the participants in the order of their arrival: "Ada admitted, Ben waiting".
func (u user) roster(number string) string {
	u.t.Helper()
	var page struct {
		Participants []struct {
			Name  string `json:"display_name"`
			State string
		}
	}
	u.get("/v2/live_meetings/"+number+"/participants").Into(u.t, &page)
	var all []string
	for _, p := range page.Participants {
		name, _, _ := strings.Cut(p.Name, "-") // without the unique part
		all = append(all, name+" "+p.State)
	}
	return strings.Join(all, ", ")
}

// freeNumber finds a number that the user could take.
func (u user) freeNumber() string {
	u.t.Helper()
	for range 10 {
		number := randomNumber()
		if a := u.do("GET", "/v2/users/pmi?pmi="+number, nil).Want(u.t, 200, 400); a.Text(u.t, "existed") == "false" {
			return number
		}
	}
	u.t.Fatal("no number is free")
	return ""
}

// randomNumber begins with 5: most of these numbers are allowed.
func randomNumber() string {
	return fmt.Sprintf("5%09d", must(rand.Int(rand.Reader, big.NewInt(1_000_000_000))))
}

// grouped writes a number as people do: 555 111 2222.
func grouped(number string) string {
	return number[:3] + " " + number[3:len(number)-4] + " " + number[len(number)-4:]
}

// A seat is a participant's place in a meeting.
type seat struct{ ID, Secret string }

// A visitor joins meetings: a guest, or a user.
type visitor struct {
	client
	route string // guests or participants
}

func guest(t *testing.T, name string) visitor {
	t.Helper()
	return visitor{client{t: t, name: name, http: usualHTTP()}, "guests"}
}

func (u user) visitor() visitor { return visitor{u.client, "participants"} }

func (v visitor) path(number string) string {
	return "/v2/live_meetings/" + url.PathEscape(number) + "/" + v.route
}

// ask sends a join request. more are the fields besides the name: passcode, omn.
func (v visitor) ask(number string, more fields) testkit.Answer {
	v.t.Helper()
	body := fields{"display_name": v.name}
	maps.Copy(body, more)
	return v.do("POST", v.path(number), body)
}

// join sends a join request that must be admitted.
func (v visitor) join(number, passcode string) seat {
	v.t.Helper()
	return v.seat(v.ask(number, fields{"passcode": passcode}), "admitted")
}

// wait sends a join request that must lead to the state waiting_room or waiting_for_host.
func (v visitor) wait(number, passcode, state string) seat {
	v.t.Helper()
	return v.seat(v.ask(number, fields{"passcode": passcode}), state)
}

// poll asks again with a seat.
func (v visitor) poll(number string, s seat) testkit.Answer {
	v.t.Helper()
	return v.do("POST", v.path(number), fields{"seat": fields{"id": s.ID, "secret": s.Secret}})
}

func (v visitor) leave(number string, s seat) {
	v.t.Helper()
	v.with("X-Seat-Secret", s.Secret).do("DELETE", v.path(number)+"/"+s.ID, nil).Want(v.t, 204)
}

// seat ends the test unless the answer has the state. A visitor who waits learns nothing else (I9).
func (v visitor) seat(a testkit.Answer, state string) seat {
	v.t.Helper()
	if state == "admitted" {
		a.Want(v.t, 200, 201)
	} else {
		lacks(v.t, a.Want(v.t, 202).Body, `"media"`, "eyJ")
	}
	testkit.Equal(v.t, a.Request+": state", a.Text(v.t, "state"), state)
	return seat{a.Text(v.t, "seat.id"), a.Text(v.t, "seat.secret")}
}

// stranger returns a guest at a network address of their own if the deployment is on this machine: one of its loopback
// addresses. Otherwise the guest shares the address of all guests, and alone is false.
func stranger(t *testing.T) (who visitor, alone bool) {
	t.Helper()
	who = guest(t, "A stranger")
	b := make([]byte, 3)
	_, _ = rand.Read(b)
	from := &net.TCPAddr{IP: net.IPv4(127, 1+b[0]%250, b[1], 1+b[2]%250)}
	if l, err := net.ListenTCP("tcp4", from); deployment.onMachine && err == nil { // macOS has 127.0.0.1 only
		l.Close()
		who.http, alone = newHTTP(from), true
	}
	return who, alone
}
