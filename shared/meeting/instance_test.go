package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

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

func TestI17RecordEndsWithinItsLimits(t *testing.T) {
	s := live(adasRoom(), forA).instanceRecord(time.Hour)
	if want := nine.Add(MaxInstanceTime + time.Hour); !s.Expires.Equal(want) {
		t.Errorf("the record of a live instance is kept until %v, want %v", s.Expires, want)
	}
	if (Meeting{}).isLiveIn(live(adasRoom(), forA), nine.Add(MaxInstanceTime)) {
		t.Error("an instance that lasted as long as it may is live")
	}
	for at, want := range map[time.Time]time.Time{
		{}: nine, nine.Add(time.Hour): nine.Add(time.Hour), nine.Add(MaxInstanceTime + 1): nine.Add(MaxInstanceTime),
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
