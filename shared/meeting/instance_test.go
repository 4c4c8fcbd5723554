package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI18RecordNamesTheMeeting(t *testing.T) {
	personal := adasRoom()
	own := with(personal, func(r *Room) { r.Kind, r.Number, r.Topic, r.Type = MeetingRoom, "84123456789", "Beta", FixedTime })
	bare := MeetingRef{ID: personal.Number, Topic: personal.Topic, Type: PersonalRoom}
	for _, c := range []struct {
		name    string
		room    Room
		meeting MeetingRef
	}{
		{"the personal room, for no meeting", live(personal, Target{}), bare},
		{"the personal room, after a meeting", live(ended(live(personal, forA)), Target{}), bare},
		{"for a meeting", live(personal, forA), forA.MeetingRef},
		{"the room of a meeting", live(own, Target{}), MeetingRef{ID: "84123456789", Topic: "Beta", Type: FixedTime}},
	} {
		r := c.room
		want := InstanceRecord{
			Instance: r.Live.Instance, Owner: ada.User, Room: r.Number, Meeting: c.meeting, OpenedAt: nine,
			Expires: nine.Add(MaxInstanceTime + time.Hour), Rank: 2 * (r.Live.Epoch + r.Live.AdmissionSeq),
		}
		if got := r.instanceRecord(time.Hour); got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

func TestLaterRecordHasAHigherRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := live(adasRoom(), forA)
		r.Live.Epoch, r.Live.AdmissionSeq = rapid.Int64Range(1, 9).Draw(t, "epoch"), rapid.Int64Range(0, 9).Draw(t, "seq")
		end := r.instanceRecord(time.Hour).Rank + 1 // as it ends
		by := rapid.SampledFrom([]Transition{
			r.admission(Participant, nine), r.admission(Host, nine), {Instance: "sitting", HostDecision: true},
		}).Draw(t, "transition")
		after, applied := by.Apply(r)
		if later := after.instanceRecord(time.Hour).Rank; !applied || later <= end {
			t.Fatalf("applied %v, of the rank %d after %d", applied, later, end)
		}
	})
}

func TestI17InstanceEndsWithinItsLimits(t *testing.T) {
	s := InstanceRecord{Instance: "sitting", OpenedAt: nine}
	for at, want := range map[time.Time]time.Time{
		{}:                            nine,
		nine.Add(-time.Second):        nine,
		nine.Add(time.Hour):           nine.Add(time.Hour),
		nine.Add(MaxInstanceTime + 1): nine.Add(MaxInstanceTime),
	} {
		got := s.ended(at, 24*time.Hour)
		if !got.EndedAt.Equal(want) || !got.Expires.Equal(want.Add(24*time.Hour)) {
			t.Errorf("ended at %v: %v, stored until %v; want %v", at, got.EndedAt, got.Expires, want)
		}
		if !got.kept(got.Expires.Add(-1)) || got.kept(got.Expires) || (InstanceRecord{}).kept(time.Time{}) {
			t.Errorf("%v is kept for another time", got)
		}
	}
}
