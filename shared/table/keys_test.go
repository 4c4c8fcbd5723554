package table

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"personal-rooms/shared/account"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

// No two nouns share a key, whatever accounts, ids and names hold.
func TestKeysAreUnique(t *testing.T) {
	part := rapid.StringMatching(`[ab#%23]{0,4}`)
	users := rapid.Custom(func(t *rapid.T) meeting.User {
		return meeting.User{Account: part.Draw(t, "account"), ID: part.Draw(t, "id")}
	})
	nouns := map[key]string{}
	rapid.Check(t, func(t *rapid.T) {
		u, name := users.Draw(t, "user"), part.Draw(t, "name")
		ofUser := func(what string) string { return fmt.Sprintf("%s %q %q", what, u, name) }
		ofAccount := func(what string) string { return fmt.Sprintf("%s %q %q", what, u.Account, name) }
		for noun, k := range map[string]key{
			fmt.Sprintf("profile %q", u):            profileKey(u),
			fmt.Sprintf("contact %q", u):            contactKey(u, meeting.Identity{1}),
			fmt.Sprintf("automation %q", u.Account): automationKey(u.Account),
			ofUser("meeting"):                       meetingKey(u, meeting.Number(name)),
			ofUser("record"):                        idempotencyKey(u, name),
			ofUser("instance"):                      instanceKey(u, start, name),
			ofAccount("email"):                      emailKey(u.Account, name),
			ofAccount("webhook"):                    webhookKey(u.Account, name),
			ofAccount("app"):                        appKey(u.Account, name),
			ofAccount("app token"):                  appTokenKey(account.AppToken{Account: u.Account, App: name}),
			ofUser("command"):                       commandKey(u.Account, u.ID, name),
			"link " + name:                          linkKey(meeting.Link(name)),
			"room " + name:                          roomKey(meeting.Number(name)),
			"seat " + name:                          seatKey(meeting.SeatID("i" + name + ".s")),
			"instance record " + name:               instanceRecordKey(name),
			"budget " + name:                        budgetKey(name, start),
			"connection " + name: connectionKey(hint.Connection{
				Subject: hint.Subject{Room: meeting.Number(name), Holder: hint.Seat("i.s")}}),
			ofUser("console"): connectionKey(hint.Connection{Subject: hint.Subject{Room: meeting.Number(name), Holder: hint.Console(u)}}),
		} {
			if other, taken := nouns[k]; taken && other != noun {
				t.Fatalf("%s and %s are both %v", noun, other, k)
			}
			nouns[k] = noun
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
		{"APPS#acme", "APP#01J"}:                                   appKey("acme", "01J"),
		{"APPS#acme", "TOKEN#01J#AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}: appTokenKey(
			account.AppToken{Account: "acme", App: "01J", Hash: account.Digest{1}}),
		{"CONNECTION#5551112222", "SEAT#i-1.s#3"}: connectionKey(hint.Connection{
			Subject: hint.Subject{Room: "5551112222", Holder: hint.Seat("i-1.s")}, Slot: 3}),
		{"KEY#HINTS", "KEY"}:                 hintKeyKey(),
		{"DEVICES#acme#ada", "DEVICE#AQAB"}:  deviceKey(u, "AQAB"),
		{"INSTANCE#i-1", "RING"}:             ringKey("i-1"),
		{"ACCOUNT#acme", "AUTOMATION"}:       automationKey("acme"),
		{"ACCOUNT#acme", "COMMAND#e#1"}:      oldCommandKey("acme", "e#1"),
		{"ACCOUNT#acme", "COMMAND#s%23#e#1"}: commandKey("acme", "s#", "e#1"),
		{"ACCOUNT#acme", "COMMAND##e#1"}:     commandKey("acme", "", "e#1"),
		{"USER#a%23b#c%25d", "PROFILE"}:      profileKey(meeting.User{Account: "a#b", ID: "c%d"}),
	} {
		if got != want {
			t.Errorf("%v; want %v", got, want)
		}
	}
}
