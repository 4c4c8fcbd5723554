package doorbell

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

const of = secret.Text("what-doorbells-are-made-of")

// The keys of a secret never change: computed by RFC 5869, FIPS 186-5 (A.2.1) and SEC 1 with Python.
func TestKeysOfASecret(t *testing.T) {
	pair, err := VAPID(of)
	must(t, err)
	equal(t, "private key", string(pair.Private), "u9oIpiiSxokTy7xNpcw7rmLSA8u89Cuh7-JHgl5EZPw")
	equal(t, "public key", pair.Public,
		"BIjyWBkGbhfkU9ob7uGNTqlhTAJ3J0h9zZ9lbvHC7ydFw58PxMkau1PbFDhPkYznTSNYAAS-obpULjXpDzbW_HM")
	for _, other := range []secret.Text{"", "x", of + " "} {
		if another, err := VAPID(other); err != nil || another.Public == pair.Public {
			t.Errorf("%q: %v", string(other), err)
		}
	}
}

// A ticket is valid as it was made, for its time, and for nothing else.
func TestTickets(t *testing.T) {
	now := nine
	made := ticket{Right: admits, Account: "acme", UserID: "ada", Address: "5551234321", Seat: "i.s",
		Expires: now.Add(TicketLife).Unix()}
	text, err := made.sign(of)
	must(t, err)
	got, err := parseTicket(of, text, now.Add(TicketLife-time.Second))
	if err != nil || got != made {
		t.Errorf("%+v, %v", got, err)
	}
	other := made
	other.Seat = "i.t"
	forged, err := other.sign(of + "!")
	must(t, err)
	content, mac, _ := strings.Cut(text, ".")
	foreign, _, _ := strings.Cut(forged, ".")
	for name, c := range map[string]struct {
		text string
		at   time.Time
	}{
		"too old": {text, now.Add(TicketLife)}, "of another secret": {forged, now}, "with another content": {foreign + "." + mac, now},
		"without a signature": {content, now}, "with an empty signature": {content + ".", now}, "empty": {"", now}, "a dot": {".", now},
		"too long": {text + ".x", now},
	} {
		if _, err := parseTicket(of, c.text, c.at); meeting.ReasonOf(err) != BadTicket {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A message names the room in its topic without showing it, and is kept until the ring has lost its use. Only the
// notice of a meeting that runs can admit somebody.
func TestMessages(t *testing.T) {
	now := nine
	c := Notification{Visitor: Visitor{Room: "5551234321", Seat: "i.s", At: now.Add(-time.Minute)}, User: meeting.User{Account: "acme", ID: "ada"},
		Notice: Notice{Address: "5551234321", Seat: "i.s", Name: "Charles", Count: 4, Topic: "Looms"}}
	for _, live := range []bool{false, true} {
		c.Notice.Live = live
		m, err := c.Message(of, now)
		must(t, err)
		equal(t, "TTL", m.TTL, 4*time.Minute)
		if len(m.Topic) > 32 || strings.Contains(m.Topic, "555") {
			t.Errorf("the topic is %s", m.Topic)
		}
		var got content
		must(t, json.Unmarshal(m.Content, &got))
		equal(t, "notice", got.Notice, c.Notice)
		said, err := parseTicket(of, got.Later, now)
		must(t, err)
		equal(t, "right", said.Right, later)
		if may, err := parseTicket(of, got.Admit, now); live != (err == nil && may.Right == admits && may.Seat == "i.s") {
			t.Errorf("live %v: %+v, %v", live, may, err)
		}
	}
}

func TestWhichDevicesRing(t *testing.T) {
	night := Device{QuietFrom: "22:00", QuietTo: "07:00"}
	lunch := Device{QuietFrom: "12:00", QuietTo: "13:00"}
	for _, c := range []struct {
		name   string
		device Device
		at     string
		want   bool
	}{
		{"always", Device{}, "00:00", true},
		{"muted", Device{Muted: true}, "09:00", false},
		{"the room is muted", Device{MutedRooms: []meeting.Number{"5551112222", "5551234321"}}, "09:00", false},
		{"another room is muted", Device{MutedRooms: []meeting.Number{"5551112222"}}, "09:00", true},
		{"before the night", night, "21:59", true}, {"in the night", night, "22:00", false}, {"at midnight", night, "00:00", false},
		{"before the morning", night, "06:59", false}, {"in the morning", night, "07:00", true},
		{"before lunch", lunch, "11:59", true}, {"at lunch", lunch, "12:30", false}, {"after lunch", lunch, "13:00", true},
		{"an empty time", Device{QuietFrom: "12:00", QuietTo: "12:00"}, "12:00", true},
	} {
		if got := c.device.rings("5551234321", c.at); got != c.want {
			t.Errorf("%s: rings %v at %s", c.name, got, c.at)
		}
	}
}

// Rings that no host answers come less and less often. A pause ends that.
func TestRingsInARowComeLessOften(t *testing.T) {
	r, gaps := Ring{}, ""
	for now := nine; len(gaps) < 30; now = now.Add(r.fold()) {
		r = r.follow("i.s", now, 3)
		gaps += r.fold().String() + " "
	}
	equal(t, "gaps", gaps, "20s 40s 1m20s 2m40s 4m0s 4m0s ")
	equal(t, "41 seconds later, again and again", r.follow("i.t", r.At.Add(41*time.Second), 3).fold(), longestFold)
	equal(t, "after a pause", r.follow("i.t", r.At.Add(calm), 3).fold(), foldTime)
	equal(t, "after a host admitted somebody", r.follow("i.t", r.At.Add(time.Minute), 4).fold(), foldTime)
}

// Only somebody who begins to wait rings, and only once.
func TestVisitors(t *testing.T) {
	at := nine
	waits := meeting.Seat{ID: "i.s", State: meeting.Waiting, Role: meeting.Participant, Version: 1,
		Context: meeting.SeatContext{Room: "5551234321"}}
	muted, in, host, nowhere := waits, waits, waits, waits
	muted.Muted, in.State, host.Role, nowhere.Context.Room = true, meeting.Admitted, meeting.AlternativeHost, ""
	for name, c := range map[string]struct {
		before, after any
		want          bool
	}{
		"begins to wait": {nil, waits, true}, "still waits": {waits, waits, false}, "is moved to the waiting room": {in, waits, false},
		"comes in": {nil, in, false}, "waits because of their network": {nil, muted, false}, "a host waits": {nil, host, false},
		"of an old version": {nil, nowhere, false}, "is deleted": {waits, nil, false}, "a room": {nil, meeting.Room{}, false},
	} {
		v, rings := VisitorOf(c.before, c.after, at)
		if rings != c.want || rings && (v != Visitor{"5551234321", "i.s", at}) {
			t.Errorf("%s: %v %v", name, v, rings)
		}
	}
}

func TestSubscriptionsAreChecked(t *testing.T) {
	const key = "BIjyWBkGbhfkU9ob7uGNTqlhTAJ3J0h9zZ9lbvHC7ydFw58PxMkau1PbFDhPkYznTSNYAAS-obpULjXpDzbW_HM"
	const auth = "BTBZMqHH6r4Tts7J_aSIgg"
	must(t, errors.Join(ParseP256dh(key), ParseAuth(auth), ParseClock(""), ParseClock("00:00"), ParseClock("23:59")))
	for _, bad := range []string{"", "x", auth, key[:60], "A" + key[1:], key + "AA"} {
		if ParseP256dh(bad) == nil {
			t.Errorf("the key %q is accepted", bad)
		}
	}
	for _, bad := range []string{"", "x", key, auth + "AA"} {
		if ParseAuth(bad) == nil {
			t.Errorf("the secret %q is accepted", bad)
		}
	}
	for _, bad := range []string{"24:00", "7:00", "07:60", "noon", "07:00 "} {
		if ParseClock(bad) == nil {
			t.Errorf("the time %q is accepted", bad)
		}
	}
	for _, bad := range []string{"http://push.example.com/a", "https://10.0.0.1/", "https://localhost/", "https://[::1]/", "https://169.254.169.254/",
		"https://a@push.example.com/", "https://push.local/", "https://push.example.com:8443/a", "https://push.example.com:80/",
		"https://push.example.com:4430/"} {
		if ParseEndpoint(bad, false) == nil {
			t.Errorf("the endpoint %s is accepted", bad)
		}
	}
	must(t, errors.Join(ParseEndpoint("https://fcm.googleapis.com/fcm/send/a:b", false),
		ParseEndpoint("https://push.example.com:443/a", false), ParseEndpoint("http://127.0.0.1:1/a", true)))
}
