package main

import (
	"strings"
	"testing"

	"personal-rooms/shared/meeting"
)

// told is a history as it could have been: each deed is asked and answered at the times given.
type told struct{ *history }

func tellOf(waiting meeting.WaitingRoom) *told {
	return &told{&history{rules: rules{waiting: waiting, capacity: large}}}
}

func (h *told) deed(who int, kind string, call, ret int64, status int) *deed {
	d := &deed{id: len(h.deeds) + 1, player: who, kind: kind, call: 2*call + 1, ret: 2 * ret, status: status, rows: map[string]int{}}
	h.add(d)
	return d
}

// join is of somebody who is let in to the sitting, or waits.
func (h *told) join(who int, call, ret int64, status int, seat, state string) *deed {
	d := h.deed(who, "join", call, ret, status)
	d.body.Seat.ID, d.body.State, d.rows[seat] = seat, state, 1
	if status == 201 {
		d.turns = 1
	}
	return d
}

func (h *told) on(who int, kind, seat string, call, ret int64, status int) *deed {
	d := h.deed(who, kind, call, ret, status)
	d.target = []string{seat}
	return d
}

func (h *told) lock(call, ret int64, in int) {
	d := h.deed(0, "lock", call, ret, 200)
	d.turns, d.body.Admitted = 1, in
}

func (h *told) explained(t *testing.T, is bool) {
	t.Helper()
	if wrong, _ := h.check(checkLimit); (wrong == "") != is {
		t.Errorf("explained: %v, want %v\n%s", !is, is, wrong)
	}
}

func TestAJoinBesideALockIsExplainedAndOneAfterItIsNot(t *testing.T) {
	beside := tellOf(meeting.WaitNobody)
	beside.join(0, 0, 1, 201, "s.ada", "admitted")
	beside.join(2, 2, 6, 201, "s.bob", "admitted")
	beside.lock(3, 5, 2)
	beside.explained(t, true)

	behind := tellOf(meeting.WaitNobody)
	behind.join(0, 0, 1, 201, "s.ada", "admitted")
	behind.lock(2, 3, 1)
	behind.join(2, 4, 6, 201, "s.bob", "admitted")
	behind.explained(t, false)
}

// Who was let in before the lock is named by its answer, or counted as arriving (I7).
func TestALockThatForgetsWhoArrivesIsNotExplained(t *testing.T) {
	for arriving, is := range map[int]bool{1: true, 0: false} {
		h := tellOf(meeting.WaitNobody)
		h.join(0, 0, 1, 201, "s.ada", "admitted")
		h.join(2, 2, 9, 201, "s.bob", "admitted")
		h.lock(3, 5, 1)
		h.deeds[len(h.deeds)-1].body.Arriving = arriving
		h.deed(0, "roster", 6, 7, 200).body.Arriving = arriving
		list := h.deeds[len(h.deeds)-1]
		list.body.Participants = append(list.body.Participants, seen{ID: "s.ada", State: "admitted"})
		h.explained(t, is)
	}
}

func TestAnApprovalThatIsLostIsNotExplained(t *testing.T) {
	for status, is := range map[int]bool{200: true, 202: false} {
		h := tellOf(meeting.WaitEveryone)
		h.join(2, 0, 1, 202, "s.bob", "waiting_for_host")
		h.join(0, 2, 3, 201, "s.ada", "admitted")
		admits := h.on(0, "admit", "s.bob", 4, 5, 200)
		admits.turns, admits.rows["s.bob"] = 1, 1
		admits.body.Participants = append(admits.body.Participants, seen{ID: "s.bob", State: "admitted"})
		h.on(2, "poll", "s.bob", 6, 7, status).body.State = map[int]string{200: "admitted", 202: "waiting_room"}[status]
		h.explained(t, is)
	}
}

// What was cut off was done or not; but not after the last of its requests was delivered.
func TestWhatWasCutOffIsExplainedAsLongAsItIsOnItsWay(t *testing.T) {
	for until, is := range map[int64]bool{14: true, 8: false} {
		h := tellOf(meeting.WaitNobody)
		h.join(0, 0, 1, 201, "s.ada", "admitted")
		ends := h.deed(0, "end", 2, 3, 0)
		ends.crashed, ends.turns, ends.until = true, 1, until
		h.join(2, 4, 5, 201, "s.bob", "admitted")
		h.on(2, "poll", "s.bob", 6, 7, 200)
		h.on(2, "poll", "s.bob", 8, 9, 409).reason = "ended"
		h.explained(t, is)
	}
}

func TestOneSeedIsOneHistory(t *testing.T) {
	t.Parallel()
	seeds := 3
	if _, many := number(t, "SEEDS", usualSeeds); many {
		seeds = 12
	}
	var told [2][]string
	for i := range told {
		h := newHouse(t)
		for seed := 1; seed <= seeds; seed++ {
			told[i] = append(told[i], h.play(seed).history.String())
		}
	}
	for i := range told[0] {
		if told[0][i] != told[1][i] {
			t.Errorf("played twice, seed %d is\n%s\nand\n%s", i+1, told[0][i], strings.TrimSpace(told[1][i]))
		}
	}
}
