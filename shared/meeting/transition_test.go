package meeting

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTransitionNeedsItsGuards(t *testing.T) {
	idle, open := adasRoom(), live(adasRoom(), forA)
	full := with(open, func(r *Room) { r.Live.Seated = 2 })
	epoch, seq, other := open.Live.Epoch, open.Live.AdmissionSeq, int64(99)
	renamed := MeetingRef{ID: forA.ID, Topic: "Another"}
	for _, c := range []struct {
		name string
		by   Transition
		room Room
		want bool
	}{
		{"the instance", Transition{}, open, true},
		{"another instance", Transition{Instance: "next"}, open, false},
		{"no decision since", Transition{Epoch: &epoch}, open, true},
		{"a decision since", Transition{Epoch: &other}, open, false},
		{"no admission since", Transition{Seq: &seq}, open, true},
		{"an admission since", Transition{Seq: &other}, open, false},
		{"the live meeting", Transition{ForMeeting: &forA.MeetingRef}, open, true},
		{"another meeting", Transition{ForMeeting: &renamed}, open, false},
		{"no meeting", Transition{ForMeeting: &MeetingRef{}}, open, false},
		{"the same trust", Transition{Distrust: &time.Time{}}, open, true},
		{"another trust", Transition{Distrust: &nine}, open, false},
		{"live, open", Transition{Live: true}, open, true},
		{"live, idle", Transition{Live: true}, idle, false},
		{"idle, idle", Transition{Idle: true}, idle, true},
		{"idle, open", Transition{Idle: true}, open, false},
		{"two of two seats", Transition{Seats: 2, Capacity: 2}, open, true},
		{"three of two seats", Transition{Seats: 3, Capacity: 2}, open, false},
		{"a seat of a full room", Transition{Seats: 1, Capacity: 2}, full, false},
		{"another capacity", Transition{Seats: 1, Capacity: 9}, open, false},
		{"an admission without a seat", Transition{Admissions: 1}, full, true},
		{"a retired number", Transition{}, Room{Kind: Retired, Live: open.Live}, false},
		{"an alias", Transition{}, Room{Kind: Alias, Live: open.Live}, false},
		{"nobody's number", Transition{}, Room{Live: open.Live}, false},
	} {
		if c.by.Instance == "" {
			c.by.Instance = "sitting"
		}
		after, applied := c.by.Apply(c.room)
		if applied != c.want || !applied && !reflect.DeepEqual(after, c.room) {
			t.Errorf("%s: applied %v: %+v", c.name, applied, after)
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
		if r.Ephemeral { // I17
			want = r.Retire(nine, time.Hour)
		}
		if !reflect.DeepEqual(after, want) {
			t.Fatalf("left %+v", after)
		}
		if _, again := end.Apply(with(after, func(r *Room) { r.Live.Open = true })); again {
			t.Fatal("a retry ended the next instance")
		}
	})
}

func TestI17EndIsConditionalOnTheMeetingOnly(t *testing.T) {
	open := live(adasRoom(), Target{})
	end := open.ending("next", nine, 0)
	for name, c := range map[string]struct {
		by   Transition
		want bool
	}{
		"somebody is admitted":  {open.admission(Participant, nine), true},
		"a host locks the room": {Transition{Instance: "sitting", HostDecision: true, Lock: new(true)}, true},
		"a meeting is attached": {Transition{Instance: "sitting", HostDecision: true, AttachMeeting: &forA.MeetingRef}, false},
	} {
		after, applied := c.by.Apply(open)
		if _, ended := end.Apply(after); !applied || ended != c.want {
			t.Errorf("%s: applied %v, ended %v", name, applied, ended)
		}
	}
}

func TestOpeningSetsTheLiveState(t *testing.T) {
	idle, later := adasRoom(), nine.Add(time.Minute)
	hosts := []Identity{emailIdentity("acme", carol.Email)}
	for name, c := range map[string]struct {
		opener             SeatID
		role               Role
		seated, admissions int64
	}{
		"an alternative host": {seatOne, AlternativeHost, 1, 1},
		"nobody":              {"", Host, 0, 0},
		"I11: the owner, who takes no seat of them": {seatOne, Host, 0, 1},
	} {
		want := LiveState{
			Instance: "sitting", Open: true, Epoch: 1, Meeting: forA.MeetingRef, Opener: c.opener, OpenedAt: later,
			AdmittedAt: later, Seated: c.seated, AdmissionSeq: c.admissions, Hosts: hosts,
		}
		after, ok := idle.opening(forA, c.opener, c.role, later).Apply(idle)
		if !ok || !reflect.DeepEqual(after.Live, want) {
			t.Errorf("%s: %+v", name, after.Live)
		}
	}
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
