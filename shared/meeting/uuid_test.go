package meeting

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestIDsOfAnOlderVersionAreShown(t *testing.T) {
	const older = "JmF1bGtub3duLWluc3RhbA"
	for what, got := range map[string]string{
		"room":   Room{Live: LiveState{Instance: older}}.UUID(),
		"seat":   Seat{ID: older + ".AbCdEfGhIjKlMnOp"}.UUID(),
		"record": InstanceRecord{Instance: older}.ShownUUID(),
	} {
		if got != older {
			t.Errorf("the %s shows %s", what, got)
		}
	}
}

// Somebody who knows a uuid cannot see in it the id under which the instance is stored.
func TestUUIDNeedsNoEncodingAndIsNoID(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	rapid.Check(t, func(t *rapid.T) {
		id, err := anyEnv(t).newInstance()
		if err != nil {
			t.Fatal(err)
		}
		if uuid := uuidOf(id); !form.MatchString(uuid) || strings.HasPrefix(id, uuid) {
			t.Fatalf("%s is shown as %s", id, uuid)
		}
	})
}

// The next instance has another id, and the uuid only if the instance that ended did not have it.
func TestTheRoomKeepsAUUIDThatWasNotUsed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env := anyEnv(t)
		id, _ := env.newInstance()
		live := LiveState{Instance: id, Open: rapid.Bool().Draw(t, "open"), Meeting: MeetingRef{ID: forA.ID}}
		live.Meeting.UUID = rapid.SampledFrom([]string{"", "JmF1bGtub3duLWluc3RhbA"}).Draw(t, "uuid")
		next, err := env.nextInstance(live)
		kept := uuidOf(next) == uuidOf(id)
		if err != nil || next == id || len(next) != len(id) || kept != (!live.Open || live.Meeting.UUID != "") {
			t.Fatalf("after %+v comes %s (%v)", live, next, err)
		}
	})
}

// anyEnv has random bytes that do not repeat.
func anyEnv(t *rapid.T) Env {
	return Env{Random: rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")))}
}
