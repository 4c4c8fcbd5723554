package main

import (
	"testing"

	"personal-rooms/shared/meeting"
)

// The room of an instant meeting dies with its sitting, also when that ends because its host leaves it empty (I17).
func TestTheRoomOfAnInstantMeetingDiesWithItsSitting(t *testing.T) {
	s := newScene(t)
	st, err := s.starts().Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{})
	s.must(err)
	number := st.Room.Number
	phone := s.user("ada").at(number.String())
	phone.seat.ID, phone.seat.Secret = string(st.Admission.Seat.ID), st.Admission.Secret
	phone.leave().Want(t, 204)
	if r, err := s.Turnstile.Room(t.Context(), number); err != nil || r.Kind != meeting.Retired {
		t.Errorf("%+v, %v", r, err)
	}
	s.user("ada").at(number.String()).join(fields{"passcode": st.Room.Settings.Passcode}).Refused(t, 404, 3001, "meeting_not_found")
}
