package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatARoomTellsOfItsSitting(t *testing.T) {
	alpha := Visit{Sat: Sat{ID: "83123456789", Topic: "Alpha", Type: NoFixedTime}}
	own := func(r *Room) { r.Kind, r.Number, r.Topic, r.Type = Own, "84123456789", "Beta", FixedTime }
	personal := adasRoom()
	for _, c := range []struct {
		name    string
		room    Room
		meeting Sat
	}{
		{"the personal room, simply opened", live(personal, Visit{}), Sat{ID: personal.Number, Topic: personal.Topic, Type: PersonalRoom}},
		{"for a meeting", live(personal, alpha), alpha.Sat},
		{"a meeting's own room", live(with(personal, own), Visit{}), Sat{ID: "84123456789", Topic: "Beta", Type: FixedTime}},
	} {
		got := c.room.record(time.Hour)
		want := Sitting{Instance: c.room.Gate.Instance, Owner: ada.User, Room: c.room.Number, Meeting: c.meeting,
			OpenedAt: c.room.Gate.OpenedAt, Expires: c.room.Gate.OpenedAt.Add(Longest + time.Hour), Rank: 2 * (c.room.Gate.Epoch + c.room.Gate.Seq)}
		if got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

func TestARecordThatIsToldLaterHasAHigherRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := live(adasRoom(), forA)
		r.Gate.Epoch, r.Gate.Seq = rapid.Int64Range(1, 9).Draw(t, "epoch"), rapid.Int64Range(0, 9).Draw(t, "seq")
		end := r.record(time.Hour).Rank + 1 // as it ends
		turn := rapid.SampledFrom([]Turn{r.pass(Participant, nine), r.pass(Host, nine), {Instance: "sitting", Decide: true}}).Draw(t, "turn")
		after, made := turn.Apply(r)
		if later := after.record(time.Hour).Rank; !made || later <= end || end <= r.record(time.Hour).Rank {
			t.Fatalf("made %v, of the rank %d after %d", made, later, end)
		}
	})
}

func TestI17ASittingEndsAfterItOpenedAndWithinItsLongest(t *testing.T) {
	s := Sitting{Instance: "sitting", OpenedAt: nine}
	for at, want := range map[time.Time]time.Time{
		{}:                           nine,
		nine.Add(-time.Second):       nine,
		nine.Add(time.Hour):          nine.Add(time.Hour),
		nine.Add(Longest + 1):        nine.Add(Longest),
		nine.Add(400 * 24 * Longest): nine.Add(Longest),
	} {
		got := s.ended(at, 24*time.Hour)
		if !got.EndedAt.Equal(want) || !got.Expires.Equal(want.Add(24*time.Hour)) {
			t.Errorf("ended at %v: %v, kept until %v; want %v", at, got.EndedAt, got.Expires, want)
		}
		if !got.kept(got.Expires.Add(-1)) || got.kept(got.Expires) || (Sitting{}).kept(time.Time{}) {
			t.Errorf("%v is kept for another time", got)
		}
	}
}
