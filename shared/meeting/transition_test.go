package meeting

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// All guards of one transition hold. Without any of them it does not apply.
func TestTransitionNeedsItsGuards(t *testing.T) {
	idle, open := adasRoom(), live(adasRoom(), forA)
	epoch, seq, other := open.Live.Epoch, open.Live.AdmissionSeq, int64(99)
	guarded := Transition{
		Instance: "sitting", Epoch: &epoch, Seq: &seq, ForMeeting: &forA.MeetingRef, Distrust: &time.Time{}, Live: true,
		Seats: 2, Capacity: 2, Admissions: 2,
	}
	if _, applied := guarded.Apply(open); !applied {
		t.Error("not applied, although all guards hold")
	}
	if _, applied := (Transition{Instance: "sitting", Idle: true}).Apply(idle); !applied {
		t.Error("not applied to an idle room")
	}
	for name, change := range map[string]func(*Transition, *Room){
		"another instance":       func(by *Transition, _ *Room) { by.Instance = "next" },
		"a decision since":       func(by *Transition, _ *Room) { by.Epoch = &other },
		"an admission since":     func(by *Transition, _ *Room) { by.Seq = &other },
		"another meeting":        func(by *Transition, _ *Room) { by.ForMeeting = &MeetingRef{ID: forA.ID, Topic: "Another"} },
		"another trust":          func(by *Transition, _ *Room) { by.Distrust = &nine },
		"live, of an idle room":  func(_ *Transition, r *Room) { r.Live.Open = false },
		"idle, of a live room":   func(by *Transition, _ *Room) { by.Live, by.Idle = false, true },
		"more seats than free":   func(by *Transition, _ *Room) { by.Seats = 3 },
		"a seat of a full room":  func(_ *Transition, r *Room) { r.Live.Seated = 1 },
		"another capacity":       func(by *Transition, _ *Room) { by.Capacity = 9 },
		"a released number":      func(_ *Transition, r *Room) { r.Kind = Released },
		"a meeting in the room":  func(_ *Transition, r *Room) { r.Kind = Alias },
		"a number of nobody yet": func(_ *Transition, r *Room) { r.Kind = "" },
	} {
		by, r := guarded, open
		change(&by, &r)
		if after, applied := by.Apply(r); applied || !reflect.DeepEqual(after, r) {
			t.Errorf("%s: applied %v: %+v", name, applied, after)
		}
	}
}

func TestI10NextInstanceStartsClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRoom(t)
		end := r.ending("next", nine, time.Hour)
		after, applied := end.Apply(r)
		if applied != (r.Enterable() && r.Live.Open) {
			t.Fatalf("applied %v", applied)
		}
		if !applied {
			return
		}
		want := r
		want.Live = LiveState{Instance: "next", Epoch: r.Live.Epoch + 1, DistrustedUntil: r.Live.DistrustedUntil}
		if r.Ephemeral { // I17; of a released number only its owner is known (I2)
			want = Room{Number: r.Number, Kind: Released, Owner: r.Owner, Expires: nine.Add(time.Hour)}
		}
		if !reflect.DeepEqual(after, want) {
			t.Fatalf("left %+v", after)
		}
		if _, again := end.Apply(with(after, func(r *Room) { r.Live.Open = true })); again {
			t.Fatal("a retry ended the next instance")
		}
	})
}

func TestTransitionsShareNoMemory(t *testing.T) {
	r := with(live(adasRoom(), forA), func(r *Room) { r.Live.Removed = append(make([]Identity, 0, 8), dave.identity()) })
	one, _ := Transition{Instance: "sitting", Remove: []Identity{dave.identity(), erin.identity()}}.Apply(r)
	two, _ := Transition{Instance: "sitting", Remove: []Identity{bob.identity()}}.Apply(r)
	if !slices.Equal(r.Live.Removed, []Identity{dave.identity()}) ||
		!slices.Equal(one.Live.Removed, []Identity{dave.identity(), erin.identity()}) ||
		!slices.Equal(two.Live.Removed, []Identity{dave.identity(), bob.identity()}) {
		t.Errorf("%v, then %v and %v", r.Live.Removed, one.Live.Removed, two.Live.Removed)
	}
}
