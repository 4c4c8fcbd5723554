package table

import (
	"testing"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

// No two nouns share a key, whatever accounts, ids and names hold.
func TestKeysAreUnique(t *testing.T) {
	part := rapid.StringMatching(`[ab#%23]{0,4}`)
	users := rapid.Custom(func(t *rapid.T) meeting.User {
		return meeting.User{Account: part.Draw(t, "account"), ID: part.Draw(t, "id")}
	})
	type noun struct {
		what string
		user meeting.User
		name string
	}
	keys := map[key]noun{}
	rapid.Check(t, func(t *rapid.T) {
		u, name := users.Draw(t, "user"), part.Draw(t, "name")
		for k, n := range map[key]noun{
			profileKey(u):                              {"profile", u, ""},
			meetingKey(u, meeting.Number(name)):        {"meeting", u, name},
			idempotencyKey(u, name):                    {"record", u, name},
			emailKey(u.Account, name):                  {"email", meeting.User{Account: u.Account}, name},
			linkKey(meeting.Link(name)):                {"link", meeting.User{}, name},
			roomKey(meeting.Number(name)):              {"room", meeting.User{}, name},
			seatKey(meeting.SeatID("i" + name + ".s")): {"seat", meeting.User{}, name},
			instanceKey(u, start, name):                {"instance", u, name},
			instanceRecordKey(name):                    {"instance record", meeting.User{}, name},
			contactKey(u, meeting.Identity{1}):         {"contact", u, ""},
			budgetKey(name, start):                     {"budget", meeting.User{}, name},
			webhookKey(u.Account, name):                {"webhook", meeting.User{Account: u.Account}, name},
			automationKey(u.Account):                   {"automation", meeting.User{Account: u.Account}, ""},
			commandKey(u.Account, name):                {"command", meeting.User{Account: u.Account}, name},
		} {
			if other, taken := keys[k]; taken && other != n {
				t.Fatalf("%v and %v are both %v", n, other, k)
			}
			keys[k] = n
		}
	})
}

func TestKeys(t *testing.T) {
	u := meeting.User{Account: "acme", ID: "ada"}
	for want, got := range map[key]key{
		{"USER#acme#ada", "PROFILE"}:                               profileKey(u),
		{"USER#acme#ada", "MEETING#83123456789"}:                   meetingKey(u, "83123456789"),
		{"USER#acme#ada", "IDEMPOTENCY#k#1"}:                       idempotencyKey(u, "k#1"),
		{"ROOM#5551112222", "ROOM"}:                                roomKey("5551112222"),
		{"LINK#ada.lovelace", "LINK"}:                              linkKey("Ada.Lovelace"),
		{"EMAIL#acme#ada@example.com", "EMAIL"}:                    emailKey("acme", "Ada@example.com"),
		{"INSTANCE#i-1", "SEAT#i-1.s"}:                             seatKey("i-1.s"),
		{"INSTANCE#i-1", "SITTING"}:                                instanceRecordKey("i-1"),
		{"USER#acme#ada", "INSTANCE#2026-03-01T09:00:00.000Z#i-1"}: instanceKey(u, start, "i-1"),
		{"USER#acme#ada", "MET#AQAAAAAAAAA"}:                       contactKey(u, meeting.Identity{1}),
		{"BUDGET#room#5551112222", "1772355600000"}:                budgetKey("room#5551112222", start),
		{"ACCOUNT#acme", "WEBHOOK#01J"}:                            webhookKey("acme", "01J"),
		{"ACCOUNT#acme", "AUTOMATION"}:                             automationKey("acme"),
		{"ACCOUNT#acme", "COMMAND#e#1"}:                            commandKey("acme", "e#1"),
		{"USER#a%23b#c%25d", "PROFILE"}:                            profileKey(meeting.User{Account: "a#b", ID: "c%d"}),
	} {
		if got != want {
			t.Errorf("%v; want %v", got, want)
		}
	}
}
