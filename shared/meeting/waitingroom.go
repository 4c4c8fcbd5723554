package meeting

import "cmp"

// SettingsNow returns the settings as the door applies them now: while the room is live, with the waiting room that its
// hosts chose for this instance (I19).
func (r Room) SettingsNow() Settings {
	r = r.Governed()
	p := r.Settings
	if r.Live.Open {
		p.WaitingRoom = cmp.Or(r.Live.WaitingRoom, p.WaitingRoom)
	}
	return p
}

// waitingRoomHolds reports whether the user, or a guest, must wait in the room as it is (I8).
func (r Room) waitingRoomHolds(c User) bool {
	return r.SettingsNow().waitingRoomHolds(r.Owner.Account, c)
}

// transition returns what the edit changes of the live room; nil if that is nothing. It refuses a waiting room with
// which the room admits everybody who finds its number.
func (e LiveEdit) transition(r Room, locked bool) (*Transition, error) {
	var by Transition
	if e.Locked != nil && (*e.Locked || locked) {
		by.Lock = e.Locked
	}
	was := r.SettingsNow()
	to, err := (&SettingsEdit{WaitingRoom: e.WaitingRoom, WaitingRoomOn: e.WaitingRoomOn}).applyTo(was)
	if to.WaitingRoom != was.WaitingRoom {
		by.WaitingRoom = &to.WaitingRoom
		err = cmp.Or(err, r.Rules.checkEdit(&SettingsEdit{WaitingRoom: &to.WaitingRoom}, r))
	} else {
		err = nil
	}
	if e.Message != nil && *e.Message != r.Live.Message {
		by.Message = e.Message
	}
	if by.Lock == nil && by.WaitingRoom == nil && by.Message == nil {
		return nil, err
	}
	return &by, err
}

// waitingRoomAfter returns what becomes of the waiting room that the hosts chose for this instance when the owner edits
// the settings: "" if the edit names the waiting room, since the last decision counts, or if the room would admit
// everybody who finds its number.
func (r Room) waitingRoomAfter(e *SettingsEdit, to Settings) WaitingRoom {
	if e != nil && (e.WaitingRoom != nil || e.WaitingRoomOn != nil) {
		return ""
	}
	r.Settings = to
	if r.SettingsNow().Check() != nil {
		return ""
	}
	return r.Live.WaitingRoom
}
