package meeting

import (
	"testing"

	"pgregory.net/rapid"
)

func TestI19WaitingRoomOfAnInstanceEndsWithIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRoom(t)
		if !r.Enterable() {
			return
		}
		chosen := rapid.SampledFrom([]WaitingRoom{WaitNobody, WaitEveryone, WaitGuests}).Draw(t, "chosen")
		by, err := LiveEdit{WaitingRoom: &chosen}.transition(r, false)
		if err != nil || by == nil {
			return
		}
		now, applied := by.asDecision(r).Apply(r)
		if applied != r.Live.Open || now.Settings.WaitingRoom != r.Settings.WaitingRoom {
			t.Fatalf("applied %v: %+v", applied, now)
		}
		if applied && now.SettingsNow().WaitingRoom != chosen {
			t.Fatalf("the waiting room is %s", now.SettingsNow().WaitingRoom)
		}
		if ended, _ := r.ending("next", nine, 0).Apply(now); ended.SettingsNow().WaitingRoom != ended.Settings.WaitingRoom {
			t.Fatalf("the next instance begins with %+v", ended)
		}
	})
}

// A room that an older version ended may keep the waiting room of the last instance.
func TestI19NextInstanceForgetsWhatAnOlderVersionLeft(t *testing.T) {
	r := with(adasRoom(), func(r *Room) { r.Settings.WaitingRoom, r.Live.WaitingRoom = WaitEveryone, WaitNobody })
	for name, room := range map[string]Room{"idle": r, "live": live(r, Target{})} {
		if got := room.SettingsNow().WaitingRoom; got != WaitEveryone {
			t.Errorf("%s: the waiting room is %s", name, got)
		}
	}
}
