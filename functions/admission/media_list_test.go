package main

import (
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/livekittest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// On a real LiveKit server whose reports of Sam are lost, its list decides: who is connected keeps the seat without a
// renewal, and who is not any more loses it a minute after the list was read.
func TestI12LiveKitsListDecidesWithoutReports(t *testing.T) {
	liveKit, s := livekittest.Start(t), newScene(t)
	s.Env.Config.MediaPresence, s.Env.Connected = true, liveKit.List()
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	join := func(who string) (meeting.Admission, meeting.Reason) {
		a, err := s.Door().Join(t.Context(), caller(who), meeting.JoinInput{Address: s.room, Passcode: s.passcode})
		if meeting.ReasonOf(err) == "" {
			testkit.Must(t, err)
		}
		return a, meeting.ReasonOf(err)
	}
	ada, _ := join("ada") // takes no seat of the capacity
	_, err := s.Door().OnParticipantJoined(t.Context(), ada.Seat.ID.Instance(), ada.Seat.MediaIdentity(), s.Clock.Now())
	testkit.Must(t, err)
	sam, _ := join("sam")
	instance := sam.Seat.ID.Instance()
	listed := func(want int) func() bool {
		return func() bool {
			all, err := liveKit.Connected(t.Context(), instance)
			return err == nil && len(all) == want
		}
	}
	over := liveKit.Connect(sam)
	liveKit.Eventually("Sam is listed", listed(1))

	s.Clock.Advance(meeting.MediaArrival - time.Second)
	_, why := join("sue")
	testkit.Equal(t, "Sue, while Sam is on the list", why, meeting.Full)
	seat, err := s.Store.Seat(t.Context(), sam.Seat.ID)
	testkit.Must(t, err)
	testkit.Equal(t, "the lease of Sam", seat.Lease.Sub(s.Clock.Now()), meeting.MediaLease)

	testkit.Must(t, liveKit.Execute(t.Context(), media.Order{Room: instance, Participant: string(sam.Seat.MediaIdentity())}))
	<-over
	liveKit.Eventually("nobody is listed", listed(0))
	s.Clock.Advance(2 * meeting.MediaArrival)
	_, why = join("sue")
	testkit.Equal(t, "Sue, when Sam is found to be gone", why, meeting.Full)
	s.Clock.Advance(meeting.MediaArrival + 31*time.Second)
	_, why = join("sue")
	testkit.Equal(t, "Sue, after a minute", why, meeting.Reason(""))
}
