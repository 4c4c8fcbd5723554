package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
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

// fields is a body, or a part of one.
type fields = testkit.Fields

// A person is a user who is signed in, or a guest.
type person struct {
	t           *testing.T
	name        string
	id, account string // of a user
	token       string // "": a guest
	header      http.Header
	at          string // the address of the API; "": that of the deployment
}

func guest(t *testing.T, name string) person { t.Helper(); return person{t: t, name: name} }

// signUp makes a new user in a new account.
func signUp(t *testing.T, name string) person {
	t.Helper()
	return newUser(t, name, unique("company"), runner.TokenOptions{})
}

// administrator returns an application with all administrator scopes of the user's account.
func (p person) administrator() person {
	p.t.Helper()
	return newUser(p.t, "administrator", p.account, runner.TokenOptions{Scope: issuer.AdminScope})
}

func newUser(t *testing.T, name, account string, o runner.TokenOptions) person {
	t.Helper()
	return person{t: t, name: name, id: unique(name), account: account}.signIn(o)
}

// signIn returns the user with a token.
func (p person) signIn(o runner.TokenOptions) person {
	p.t.Helper()
	o.Account = cmp.Or(o.Account, p.account)
	token, err := deployment.token(p.id, o)
	if err != nil {
		p.t.Fatalf("a token for %s: %v", p.name, err)
	}
	p.token = token
	return p
}

// with returns the person, who sends one more header.
func (p person) with(name, value string) person {
	p.header = maps.Clone(p.header)
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(name, value)
	return p
}

// do sends a request. A body that is a string is sent unchanged, any other one as JSON.
func (p person) do(method, path string, body any) testkit.Answer {
	p.t.Helper()
	a, err := p.send(p.t.Context(), method, path, body)
	if err != nil {
		p.t.Fatalf("%s: %s %s: %v", p.name, method, path, err)
	}
	return a
}

// get sends a GET, which must succeed.
func (p person) get(path string) testkit.Answer {
	p.t.Helper()
	return p.do("GET", path, nil).Want(p.t, 200)
}

// send is do with another context than the test's.
func (p person) send(ctx context.Context, method, path string, body any) (a testkit.Answer, err error) {
	sent := encode(body)
	request, err := http.NewRequestWithContext(ctx, method, cmp.Or(p.at, deployment.url)+path, bytes.NewReader(sent))
	if err != nil {
		return a, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	maps.Copy(request.Header, p.header)
	response, err := deployment.http.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return a, err
	}
	a = testkit.Answer{Status: response.StatusCode, Body: string(got), Request: p.name + ": " + method + " " + path}
	if err := deployment.contract.check(request, sent, response, got); err != nil {
		return a, fmt.Errorf("the answer breaks openapi.yaml: %w\n%d %s", err, a.Status, got)
	}
	return a, nil
}

func encode(body any) []byte {
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return []byte(b)
	}
	return must(json.Marshal(body))
}

// room returns the number and the passcode of the user's personal room.
func (p person) room() (number, passcode string) {
	p.t.Helper()
	room := p.get(ownRoom)
	return room.Text(p.t, "number"), room.Text(p.t, "passcode")
}

func (p person) edit(path string, edit fields) {
	p.t.Helper()
	p.do("PATCH", path, edit).Want(p.t, 204)
}

// plan creates a meeting, and returns it with its number.
func (p person) plan(plan fields) (made testkit.Answer, number string) {
	p.t.Helper()
	made = p.do("POST", meetings, plan).Want(p.t, 201)
	return made, made.Text(p.t, "id")
}

// startNow starts an instant meeting, in the personal room or with a generated number.
func (p person) startNow(usePMI bool) testkit.Answer {
	p.t.Helper()
	return p.do("POST", instant, fields{"use_pmi": usePMI, "display_name": p.name}).Want(p.t, 201)
}

// set makes the action on a meeting: "start" or "end".
func (p person) set(number, action string) {
	p.t.Helper()
	p.do("PUT", "/v2/meetings/"+number+"/status", fields{"action": action}).Want(p.t, 204)
}

// editLive locks and unlocks the live room, and turns its waiting room on and off.
func (p person) editLive(number string, edit fields) testkit.Answer {
	p.t.Helper()
	return p.do("PATCH", "/v2/live_meetings/"+number, edit).Want(p.t, 200)
}

// decide makes a host's decision on one participant.
func (p person) decide(number, action string, s seat) {
	p.t.Helper()
	p.do("PUT", "/v2/live_meetings/"+number+"/participants/"+s.ID+"/status", fields{"action": action}).Want(p.t, 204)
}

// A seat is a participant's place in a meeting.
type seat struct{ ID, Secret string }

// seats is the path of the seats of guests, or of users.
func (p person) seats(number string) string {
	if p.token == "" {
		return "/v2/live_meetings/" + number + "/guests"
	}
	return "/v2/live_meetings/" + number + "/participants"
}

func (p person) ask(number, passcode string) testkit.Answer {
	p.t.Helper()
	return p.do("POST", p.seats(number), fields{"display_name": p.name, "passcode": passcode})
}

// poll asks again with a seat.
func (p person) poll(number string, s seat) testkit.Answer {
	p.t.Helper()
	return p.do("POST", p.seats(number), fields{"seat": fields{"id": s.ID, "secret": s.Secret}})
}

// seat ends the test unless the answer has the state. Who waits learns nothing else (I9).
func (p person) seat(a testkit.Answer, state string) seat {
	p.t.Helper()
	if state == "admitted" {
		a.Want(p.t, 200, 201)
	} else {
		lacks(p.t, a.Want(p.t, 202).Body, `"media"`, "eyJhbGci")
	}
	testkit.Equal(p.t, a.Request+": state", a.Text(p.t, "state"), state)
	return seat{a.Text(p.t, "seat.id"), a.Text(p.t, "seat.secret")}
}

// grouped writes a number as people do: 555 111 2222.
func grouped(number string) string {
	return number[:3] + " " + number[3:len(number)-4] + " " + number[len(number)-4:]
}
