package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatARoomTellsOfItsSitting(t *testing.T) {
	alpha := Target{MeetingRef: MeetingRef{ID: "83123456789", Topic: "Alpha", Type: NoFixedTime}}
	own := func(r *Room) { r.Kind, r.Number, r.Topic, r.Type = MeetingRoom, "84123456789", "Beta", FixedTime }
	personal := adasRoom()
	for _, c := range []struct {
		name    string
		room    Room
		meeting MeetingRef
	}{
		{"the personal room, simply opened", live(personal, Target{}), MeetingRef{ID: personal.Number, Topic: personal.Topic, Type: PersonalRoom}},
		{"for a meeting", live(personal, alpha), alpha.MeetingRef},
		{"a meeting's own room", live(with(personal, own), Target{}), MeetingRef{ID: "84123456789", Topic: "Beta", Type: FixedTime}},
	} {
		got := c.room.instanceRecord(time.Hour)
		want := InstanceRecord{Instance: c.room.Live.Instance, Owner: ada.User, Room: c.room.Number, Meeting: c.meeting,
			OpenedAt: c.room.Live.OpenedAt, Expires: c.room.Live.OpenedAt.Add(MaxInstanceTime + time.Hour), Rank: 2 * (c.room.Live.Epoch + c.room.Live.AdmissionSeq)}
		if got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

func TestARecordThatIsToldLaterHasAHigherRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := live(adasRoom(), forA)
		r.Live.Epoch, r.Live.AdmissionSeq = rapid.Int64Range(1, 9).Draw(t, "epoch"), rapid.Int64Range(0, 9).Draw(t, "seq")
		end := r.instanceRecord(time.Hour).Rank + 1 // as it ends
		turn := rapid.SampledFrom([]Transition{r.admission(Participant, nine), r.admission(Host, nine), {Instance: "sitting", HostDecision: true}}).Draw(t, "turn")
		after, made := turn.Apply(r)
		if later := after.instanceRecord(time.Hour).Rank; !made || later <= end || end <= r.instanceRecord(time.Hour).Rank {
			t.Fatalf("made %v, of the rank %d after %d", made, later, end)
		}
	})
}

func TestI17ASittingEndsAfterItOpenedAndWithinItsLongest(t *testing.T) {
	s := InstanceRecord{Instance: "sitting", OpenedAt: nine}
	for at, want := range map[time.Time]time.Time{
		{}:                                   nine,
		nine.Add(-time.Second):               nine,
		nine.Add(time.Hour):                  nine.Add(time.Hour),
		nine.Add(MaxInstanceTime + 1):        nine.Add(MaxInstanceTime),
		nine.Add(400 * 24 * MaxInstanceTime): nine.Add(MaxInstanceTime),
	} {
		got := s.ended(at, 24*time.Hour)
		if !got.EndedAt.Equal(want) || !got.Expires.Equal(want.Add(24*time.Hour)) {
			t.Errorf("ended at %v: %v, kept until %v; want %v", at, got.EndedAt, got.Expires, want)
		}
		if !got.kept(got.Expires.Add(-1)) || got.kept(got.Expires) || (InstanceRecord{}).kept(time.Time{}) {
			t.Errorf("%v is kept for another time", got)
		}
	}
}
