package meeting

import (
	"context"
	"crypto/sha256"
)

// Next ends the live instance of the personal room, starts the planned meeting that the address names, and approves
// those who wait for that one; everybody else who waits goes on waiting (I18). If the address is the number of the
// room, it is the planned meeting that starts soonest. The uuid is that of the instance to end. To repeat the request
// goes on where it stopped, and never ends another instance. It returns [Ended] if the room is in neither of both
// instances, and [RoomInUse] if another meeting was started meanwhile.
func (s *Starts) Next(ctx context.Context, c Caller, address, uuid string) error {
	found, err := s.core.authorize(ctx, c, address, StartMeeting)
	if err != nil {
		return err
	}
	r := found.Room
	switch {
	case r.Kind != Personal:
		return RefuseField("action", "next is for the meetings of a personal room")
	case !r.allows(c, Target{}, StartNext):
		return inUse(r.LiveMeeting())
	}
	from, err := s.core.instanceToEnd(ctx, r, uuid)
	if err != nil {
		return err
	}
	to, err := s.core.nextMeeting(ctx, r, found.Target, from)
	if err != nil {
		return err
	}
	if r, err = s.core.endForNext(ctx, r, from.Instance, to.ID); err != nil || r.isLive(from.Instance) {
		return err
	}
	return s.startNext(ctx, c, r, from.Instance, to)
}

// startNext starts the meeting in the instance after that of the id. It approves before it starts: somebody whose poll
// finds the meeting live is approved by then.
func (s *Starts) startNext(ctx context.Context, c Caller, r Room, from string, to Target) error {
	if r.Live.Follows != from { // somebody else ended the instance
		return refuse(Ended)
	}
	err := s.door.approveWaiting(ctx, from, to.ID)
	if err == nil {
		r, err = s.openRoom(ctx, r, to)
	}
	if err != nil {
		return err
	}
	return s.attachMeeting(ctx, c, r, to)
}

// instanceToEnd returns the instance with the uuid, and its meeting: the live one, or the one that the room follows
// because an earlier try ended it. It returns [Ended] for any other.
func (t *core) instanceToEnd(ctx context.Context, r Room, uuid string) (InstanceRecord, error) {
	if r.Live.Open && uuid == r.UUID() {
		return InstanceRecord{Instance: r.Live.Instance, Meeting: r.LiveMeeting()}, nil
	}
	record, err := t.store.Instance(ctx, uuid)
	if err == nil && (!record.Exists() || record.Instance != r.Live.Follows) {
		err = refuse(Ended)
	}
	return record, err
}

// nextMeeting returns the meeting to start after the instance: the one that is named; else the one that an earlier try
// started, or the planned one that starts soonest.
func (t *core) nextMeeting(ctx context.Context, r Room, named Target, from InstanceRecord) (Target, error) {
	switch {
	case named.ID != "":
		return named, nil
	case r.Live.Open && !r.isLive(from.Instance):
		return Target{MeetingRef: r.Live.Meeting}, nil
	}
	planned, err := t.inPersonalRoomFrom(ctx, r.Owner, t.env.Now())
	if err != nil {
		return Target{}, err
	}
	id := soonest(planned, from.Meeting.ID, t.env)
	if id == "" {
		return Target{}, Refuse(NoMeeting, "No other meeting is planned in this personal room.")
	}
	alias, err := t.store.Room(ctx, id)
	return alias.target(), err
}

// soonest returns the id of the meeting with the first occurrence that is not over, without the one that is left out;
// empty if there is none.
func soonest(planned []Meeting, without Number, e Env) (id Number) {
	var first Occurrence
	for _, m := range planned {
		if next, found := m.Next(e.Now()); found && m.ID != without && (id == "" || next.Start.Before(first.Start)) {
			id, first = m.ID, next
		}
	}
	return id
}

// endForNext ends the instance, if it is live for another meeting than the one that is next. Those who wait in it go on
// waiting.
func (t *core) endForNext(ctx context.Context, r Room, from string, next Number) (Room, error) {
	if !r.isLive(from) {
		return r, nil
	}
	return t.endIf(ctx, r, func(r Room) (*endPlan, error) {
		if r.Live.Meeting.ID == next {
			return nil, nil //nolint:nilnil // it is not over
		}
		end, err := t.planIfExpired(ctx, r)
		if end == nil {
			end = &endPlan{at: t.env.Now()}
		}
		end.forNext = true
		return end, err
	})
}

// approveWaiting approves those who waited for the meeting in the instance, which is over: who comes from it to the
// next one, while that is live for the meeting, needs no other approval.
func (d *Door) approveWaiting(ctx context.Context, instance string, id Number) error {
	roster, err := d.core.store.Roster(ctx, instance)
	if err != nil {
		return err
	}
	denied := roster.filter(func(s Seat) bool { return s.State == WasDenied }).people()
	waiting := roster.in(Waiting, d.core.env.Now()).filter(func(s Seat) bool { return s.Target.ID == id && !s.isAmong(denied) })
	return d.updateSeats(ctx, waiting, &Result{}, Waiting, func(_ int, was Seat) (Seat, bool) {
		change := was.State == Waiting && !was.Approved
		was.Approved, was.NoEvent = true, true
		return was, change
	})
}

// waitsForNext reports whether the people in the seat wait in the instance that was ended for the one of the room, so
// that they go on waiting there.
func (d *Door) waitsForNext(r Room, s Seat) bool {
	return s.ID.Instance() == r.Live.Follows && s.in(Waiting, d.core.env.Now())
}

// moveNow is moveToNext with the room and the seat as they are now. It returns [Ended] if the seat does not wait for
// the next instance.
func (d *Door) moveNow(ctx context.Context, c Caller, r Room, s Seat, secret string) (Admission, error) {
	r, err := d.core.reread(ctx, r)
	if err == nil {
		s, err = d.core.store.Seat(ctx, s.ID)
	}
	if err == nil && !d.waitsForNext(r, s) {
		err = refuse(Ended)
	}
	if err != nil {
		return Admission{}, err
	}
	return d.moveToNext(ctx, c, r, s, secret)
}

// moveToNext takes somebody who waited in the instance before to the next one, with a seat there that is derived from
// the secret of theirs: a retry finds it (I15). Until that instance opens nothing changes for them: nobody follows who
// could open the room before its host.
func (d *Door) moveToNext(ctx context.Context, c Caller, r Room, was Seat, secret string) (Admission, error) {
	if !r.Live.Open {
		a := d.admission(r, was, secret, false)
		a.WaitsForHost = was.WaitsForHost
		return a, nil
	}
	r, err := d.core.endIfOver(ctx, r)
	if err == nil { // Next approves before it opens: a seat that was read before the room may lack that
		was, err = d.core.store.Seat(ctx, was.ID)
	}
	if err == nil && !d.waitsForNext(r, was) {
		err = refuse(Ended)
	}
	if err != nil {
		return Admission{}, err
	}
	pass, err := d.passOf(ctx, r, was)
	if err != nil {
		return Admission{}, err
	}
	who := newNextJoin(d, c, was, secret)
	who.joinRequest.Pass = pass
	next := who.credential(r)
	seat, err := d.core.store.Seat(ctx, next.ID)
	switch {
	case err != nil:
		return Admission{}, err
	case seat.Exists():
		return d.continueSeat(ctx, c, r, seat, next.Secret)
	}
	return d.turnstile(ctx, r, who)
}

// A nextJoin is somebody who waited in the instance before.
type nextJoin struct {
	newJoin

	was Seat
}

func newNextJoin(d *Door, c Caller, was Seat, secret string) *nextJoin {
	k := JoinRequest{Caller: c, Target: Target{MeetingRef: was.Target}, Trusted: was.Trusted, HasSeat: true, IsWaiting: true}
	j := JoinInput{Name: was.Name, Request: was.Request}
	return &nextJoin{newJoin{door: d, joinRequest: k, input: j, seed: sha256.Sum256([]byte("follows\x00" + secret))}, was}
}

// request asks as they did before. Who waited for approval needs it here too: only those who wait for the meeting that
// is live were approved.
func (n *nextJoin) request(r Room) (JoinRequest, Seat, error) {
	if !n.door.waitsForNext(r, n.was) {
		return JoinRequest{}, Seat{}, refuse(Ended)
	}
	k, seat, err := n.newJoin.request(r)
	seat.JoinedAt, seat.Pass = n.was.JoinedAt, n.was.Pass
	seat.Pass.Uses = false
	k.Identity = seat.Identity()
	switch {
	case seat.isAmong(r.Live.Removed):
		return k, seat, refuse(Removed)
	case seat.isAmong(r.Live.Denied):
		return k, seat, refuse(Denied)
	}
	k.Approved = n.was.Approved && n.was.Target.ID == r.Live.Meeting.ID
	k.NeedsApproval = n.was.NeedsApproval || !n.was.WaitsForHost
	return k, seat, err
}

// usePass does nothing: the seat in the instance before was counted.
func (n *nextJoin) usePass(context.Context, Seat) error { return nil }

// checkActive refuses a user who was deactivated since they waited.
func (n *nextJoin) checkActive(ctx context.Context) error {
	return (&rejoin{door: n.door, caller: n.joinRequest.Caller}).checkActive(ctx)
}
