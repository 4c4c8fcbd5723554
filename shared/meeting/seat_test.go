package meeting

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI15InstanceUserAndKeyDeriveTheSeat(t *testing.T) {
	door := &Door{&core{env: Env{Random: strings.NewReader(strings.Repeat("chance..", 4))}}}
	made := map[Credential]string{}
	for _, instance := range []string{"sitting", "next"} {
		for _, key := range []string{"key-1", "key-2"} {
			for _, user := range []User{ada.User, dave.User, {}, {"globex", "ada"}} {
				seed, err := door.seed(Caller{User: user}, key)
				again, _ := door.seed(Caller{User: user}, key)
				c := deriveCredential(instance, seed)
				seat := Seat{Secret: sha256.Sum256([]byte(c.Secret))}
				if err != nil || c != deriveCredential(instance, again) || c.ID.Instance() != instance || made[c] != "" ||
					!seat.hasSecret(c.Secret) || seat.hasSecret("") {
					t.Errorf("%v with %s in %s: %v, of %q too; %v", user, key, instance, c, made[c], err)
				}
				made[c] = fmt.Sprint(instance, key, user)
			}
		}
	}
	_, once := door.seed(guest, "")
	if _, again := door.seed(guest, ""); once != nil || again == nil {
		t.Errorf("without a key: %v, without randomness: %v", once, again)
	}
}

func TestSeatsShareNoMemory(t *testing.T) {
	was := Seat{AdmissionSeqs: append(make([]int64, 0, 4), 3), HostActions: make([]HostActionRecord, 0, 4)}
	one, two := was.admitted(9, nine, time.Minute), was.admitted(8, nine, time.Minute)
	if !slices.Equal(one.AdmissionSeqs, []int64{3, 9}) || two.LastAdmission() != 8 {
		t.Error("two tries share their admission numbers")
	}
	one, two = was.withAction(HostActionRecord{Action: ActionAdmit}), was.withAction(HostActionRecord{Action: ActionDeny})
	if one.HostActions[0].Action != ActionAdmit || two.HostActions[0].Action != ActionDeny {
		t.Error("two tries share their actions")
	}
	for n := range maxHostActions + 5 {
		two = two.withAction(HostActionRecord{At: nine.Add(time.Duration(n))})
	}
	if len(two.HostActions) != maxHostActions || !two.HostActions[0].At.Equal(nine.Add(5)) {
		t.Errorf("%d actions are remembered, from %v", len(two.HostActions), two.HostActions[0].At)
	}
}

// Whatever people do, their time in the instance is the number of minutes in which they were in.
func TestPresenceAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const lease = 3
		minute := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }
		seat, dies, minutes, last := Seat{}, 0, 0, 0
		end := rapid.IntRange(1, 30).Draw(t, "end")
		for n := range end {
			now := minute(n)
			switch rapid.SampledFrom([]string{"", "", "joins", "renews", "leaves", "retries"}).Draw(t, "does") {
			case "joins":
				if !seat.renewable(now) {
					seat, dies = seat.admitted(int64(n), now, lease*time.Minute), n+lease
				}
			case "renews":
				if seat.renewable(now) {
					seat.Lease, dies = now.Add(lease*time.Minute), n+lease
				}
			case "leaves":
				seat, dies = seat.left(now), 0
			case "retries":
				seat = seat.withSeqsOf(Seat{}.admitted(int64(100+n), now, lease*time.Minute))
			}
			if n < dies {
				minutes, last = minutes+1, n+1
			}
		}
		joined, left, in := seat.presence(minute(end))
		if in != time.Duration(minutes)*time.Minute || minutes > 0 && (!left.Equal(minute(last)) || left.Before(joined)) {
			t.Fatalf("in for %v from %v to %v; want %d minutes, to minute %d", in, joined, left, minutes, last)
		}
	})
}

func TestPresenceWhenTheInstanceEndedBefore(t *testing.T) {
	in, leaves := Seat{}.admitted(1, nine, 90*time.Second), nine.Add(time.Minute)
	for _, c := range []struct {
		name         string
		seat         Seat
		ended        time.Time
		joined, left time.Time
		time         time.Duration
	}{
		{"left after the end", in.exited(leaves), nine.Add(30 * time.Second), nine, nine.Add(30 * time.Second), 30 * time.Second},
		{"admitted as it ended", in, nine.Add(-1), nine, nine, 0},
		{"admitted as it ended, and left", in.exited(leaves), nine.Add(-1), nine, nine, 0},
		{"never admitted", Seat{JoinedAt: nine}.exited(leaves), leaves, time.Time{}, time.Time{}, 0},
	} {
		joined, left, spent := c.seat.presence(c.ended)
		if !joined.Equal(c.joined) || !left.Equal(c.left) || spent != c.time {
			t.Errorf("%s: from %v to %v, %v; want from %v to %v, %v", c.name, joined, left, spent, c.joined, c.left, c.time)
		}
	}
}
