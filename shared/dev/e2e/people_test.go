package e2e

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/runner"
)

// A person has an account, and is signed in on the client at hand.
type person struct {
	client
	id, account string
}

// signUp is somebody new, in an account of their own.
func signUp(t *testing.T, name string) person {
	t.Helper()
	return join(t, name, fresh("company"), "")
}

// colleague is somebody new in the same account.
func (p person) colleague(name string) person {
	p.t.Helper()
	return join(p.t, name, p.account, "")
}

// administrator is an application of the account that acts for all its users.
func (p person) administrator() person {
	p.t.Helper()
	return join(p.t, "administrator", p.account, issuer.AdminScope)
}

func join(t *testing.T, name, account, scope string) person {
	t.Helper()
	p := person{client: client{t: t, name: name, http: usual()}, id: fresh(name), account: account}
	p.token = p.asks(runner.TokenOptions{Account: account, Scope: scope})
	if !here.ours {
		t.Cleanup(p.clearsUp)
	}
	return p
}

// asks is another token of the person.
func (p person) asks(o runner.TokenOptions) string {
	p.t.Helper()
	o.Account = cmp.Or(o.Account, p.account)
	token, err := here.tokens.Token(p.id, o)
	if err != nil {
		p.t.Fatalf("a token for %s: %v", p.name, err)
	}
	return token
}

// email is the verified address in the person's tokens.
func (p person) email() string { return p.id + "@example.com" }

// on is the same person with another device or app.
func (p person) on(client string) person {
	p.name += " on " + client
	p.agent = client
	return p
}

// bearing is the same person with another token.
func (p person) bearing(token string) person {
	p.token = token
	return p
}

// withKey is the same person, whose app sends an Idempotency-Key.
func (p person) withKey(key string) person {
	p.client = p.with("Idempotency-Key", key)
	return p
}

// clearsUp leaves nothing running or planned behind in what serves others too. It fails no test.
func (p person) clearsUp() {
	ctx := context.Background() // the test's own is over
	page, err := p.try(ctx, http.MethodGet, "/v2/users/me/meetings?page_size=300", nil)
	if err != nil {
		return
	}
	profile, err := p.try(ctx, http.MethodGet, "/v2/users/me", nil)
	if err != nil {
		return
	}
	var left struct {
		PMI      int64
		Meetings []struct{ ID int64 }
	}
	_, _ = json.Unmarshal(profile.body, &left), json.Unmarshal(page.body, &left)
	_, _ = p.try(ctx, http.MethodPut, path("/v2/meetings/%d/status", left.PMI), fields{"action": "end"})
	for _, m := range left.Meetings {
		_, _ = p.try(ctx, http.MethodPut, path("/v2/meetings/%d/status", m.ID), fields{"action": "end"})
		_, _ = p.try(ctx, http.MethodDelete, path("/v2/meetings/%d", m.ID), nil)
	}
}

// A profile is what My Profile shows.
type profile struct {
	ID        string
	Email     string
	FirstName string `json:"first_name"`
	PMI       int64
	UsePMI    bool   `json:"use_pmi"`
	VanityURL string `json:"vanity_url"`
	Timezone  string
	URL       string `json:"personal_meeting_url"`
}

func (p person) profile() (seen profile) {
	p.t.Helper()
	p.send("GET", "/v2/users/me", nil).is(200).into(&seen)
	return seen
}

// saves presses Save in My Profile.
func (p person) saves(edit fields) {
	p.t.Helper()
	p.send("PATCH", "/v2/users/me", edit).is(204)
}

// A room is the personal room as its owner sees it.
type room struct {
	Number      string
	VanityName  string `json:"vanity_name"`
	UUID        string
	Status      string
	JoinURL     string `json:"join_url"`
	Passcode    string
	WaitingRoom string `json:"waiting_room"`
	Capacity    int
}

func (p person) room() (seen room) {
	p.t.Helper()
	p.send("GET", "/v2/users/me/personal_meeting_room", nil).is(200).into(&seen)
	return seen
}

// furnishes changes the policy of the personal room.
func (p person) furnishes(edit fields) {
	p.t.Helper()
	p.send("PATCH", "/v2/users/me/personal_meeting_room", edit).is(200, 204)
}

// A meeting is one as its host sees it.
type meeting struct {
	ID        int64
	UUID      string
	PMI       string
	Type      int
	Topic     string
	Status    string
	StartTime string `json:"start_time"`
	Timezone  string
	Duration  int
	JoinURL   string `json:"join_url"`
	StartURL  string `json:"start_url"`
	Password  string
	Settings  struct {
		UsePMI   bool                     `json:"use_pmi"`
		Invitees []struct{ Email string } `json:"meeting_invitees"`
	}
	Advisories []struct{ Code, Message string }
	Admission  *admission
}

func (m meeting) number() string { return strconv.FormatInt(m.ID, 10) }

// generated reports whether the meeting's number is not a PMI.
func (m meeting) generated() bool { return len(m.number()) == 11 }

// plans schedules a meeting.
func (p person) plans(plan fields) (made meeting) {
	p.t.Helper()
	p.send("POST", "/v2/users/me/meetings", plan).is(201).into(&made)
	return made
}

func (p person) meeting(number string) (seen meeting) {
	p.t.Helper()
	p.send("GET", "/v2/meetings/"+number, nil).is(200).into(&seen)
	return seen
}

// planned is the list of the person's meetings.
func (p person) planned() []meeting {
	p.t.Helper()
	var page struct{ Meetings []meeting }
	p.send("GET", "/v2/users/me/meetings", nil).is(200).into(&page)
	return page.Meetings
}

// startsNow presses New Meeting.
func (p person) startsNow(choice fields) (made meeting) {
	p.t.Helper()
	p.send("POST", "/v2/users/me/instant_meetings", choice).is(200, 201).into(&made)
	return made
}

func (p person) presses(action, number string) answer {
	p.t.Helper()
	return p.send("PUT", "/v2/meetings/"+number+"/status", fields{"action": action})
}

func (p person) starts(number string) { p.t.Helper(); p.presses("start", number).is(204) }
func (p person) ends(number string)   { p.t.Helper(); p.presses("end", number).is(204) }

// favourite finds a number that is free and allowed, as a person does: by trying.
func (p person) favourite() string {
	p.t.Helper()
	for range 10 {
		number := randomNumber(p.t)
		a := p.send("GET", "/v2/users/pmi?pmi="+url.QueryEscape(number), nil).is(200, 400)
		var said struct{ Existed bool }
		if a.into(&said); a.status == 200 && !said.Existed {
			return number
		}
	}
	p.t.Fatal("no number is free")
	return ""
}

// randomNumber starts with 5: most of those are allowed.
func randomNumber(t *testing.T) string {
	t.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("5%09d", n)
}

// grouped is a number as people write it: 555 111 2222.
func grouped(number string) string {
	return number[:3] + " " + number[3:len(number)-4] + " " + number[len(number)-4:]
}

// text is a number as JSON text has it.
func text(number int64) string { return strconv.FormatInt(number, 10) }
