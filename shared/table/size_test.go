package table

import (
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

// ordinaryRoom returns a live personal room in ordinary use: some alternative hosts, a domain, some removed people.
func ordinaryRoom() meeting.Room {
	return meeting.Room{
		Number: "5551112222", Kind: meeting.Personal,
		Owner: meeting.User{Account: "acme-corporation", ID: "auth0|64b7f0c2a1d4e5f60718293a"},
		Topic: "Ada Lovelace's Personal Meeting Room", ClaimedAt: start, Used: true,
		Settings: meeting.Settings{Passcode: "8Kq2mZpT", WaitingRoom: meeting.WaitGuests, JoinBeforeHost: true,
			JoinBeforeHostWindow: 15 * time.Minute, Capacity: 100, Domains: []string{"example.com"},
			AlternativeHosts: []string{"charles.babbage@example.com", "mary.somerville@example.com"}},
		Live: meeting.LiveState{
			Instance: "JmF1bGtub3duLWluc3RhbmN", Open: true, Epoch: 1234, Locked: true, Seated: 57, AdmissionSeq: 1093,
			Meeting: meeting.MeetingRef{ID: "83123456789", Topic: "Weekly review of the analytical engine", Type: 3,
				UUID: "dm-hIv7_TYXJf4Jp5to3NA"},
			Opener:      "JmF1bGtub3duLWluc3RhbmN.AbCdEfGhIjKlMnOp",
			WaitingRoom: meeting.WaitEveryone, Message: "I am in another meeting until a quarter past ten.",
			OpenedAt: start, AdmittedAt: start, DistrustedUntil: start, RecountedAt: start,
			Occupancy: meeting.Occupancy{Present: "JmF1bGtub3duLWluc3RhbmN.AbCdEfGhIjKlMnOq", Until: start, Seq: 1093},
			Removed:   identityRange(3), Hosts: identityRange(2),
		},
	}
}

// largestRoom returns a room at every limit.
func largestRoom() meeting.Room {
	r := ordinaryRoom()
	r.Owner = meeting.User{Account: strings.Repeat("a", 128), ID: strings.Repeat("u", 128)}
	r.Topic = strings.Repeat("𝄞", 200)
	r.Live.Meeting.Topic, r.Live.Message = r.Topic, strings.Repeat("𝄞", meeting.MaxMessage)
	r.Live.Hosts = identityRange(meeting.MaxAlternativeHosts)
	r.Live.Removed = identityRange(meeting.MaxRemoved + meeting.MaxAlternativeHosts)
	r.Live.NeedApproval = identityRange(meeting.MaxRemembered + meeting.MaxAlternativeHosts)
	r.Live.Denied = identityRange(meeting.MaxRemembered)
	r.Live.HoldGuests, r.Live.HoldEverybody = true, true
	r.Live.Epoch, r.Live.AdmissionSeq, r.Live.Seated = 1e6, 1e6, meeting.MaxCapacity
	r.Settings.Passcode, r.Settings.Capacity = strings.Repeat("p", meeting.MaxPasscode), meeting.MaxCapacity
	r.Settings.Domains = slices.Repeat([]string{strings.Repeat("a", 64)}, meeting.MaxDomains)
	r.Settings.AlternativeHosts = slices.Repeat(r.Settings.Domains[:1], meeting.MaxAlternativeHosts)
	return r
}

func identityRange(n int) []meeting.Identity {
	ids := make([]meeting.Identity, n)
	for i := range ids {
		ids[i] = meeting.Identity{0: 0xff, 6: byte(i >> 8), 7: byte(i)}
	}
	return ids
}

// DynamoDB charges a write by each 1 KB begun of the item.
func TestWritesOfItemsCost(t *testing.T) {
	table, _, meter := faultyTable(t)
	for what, c := range map[string]struct {
		key  key
		item fields
		want float64
	}{
		"a room in ordinary use": {roomKey("5551112222"), roomItem(ordinaryRoom(), false), 1},
		"a room at its limits":   {roomKey("5551112223"), roomItem(largestRoom(), false), 11},
		"a released room":        {roomKey("5551112224"), roomItem(ordinaryRoom().Release(start, time.Hour), false), 1},
	} {
		meter.Reset()
		table.place(t, c.key, c.item)
		if _, units := meter.Units(); units != c.want {
			t.Errorf("%s takes %v write units, want %v", what, units, c.want)
		}
	}
}
