package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

// Somebody who leaves and rejoins rings again, unless that is soon.
func TestWhoRejoinsRingsAgain(t *testing.T) {
	h := newHouse(t)
	wait := func(name string) (meeting.Admission, events.SQSMessage) {
		a := h.join(testkit.Caller("charles"), "Charles")
		return a, ringMessage(name, doorbell.Visitor{Room: h.room.Number, Seat: a.Seat.ID, At: h.clock.Now()})
	}
	a, m := wait("first")
	h.rings("the first time", bothShow, m)
	for _, c := range []struct {
		after time.Duration
		want  string
	}{{time.Minute, ""}, {4 * time.Minute, bothShow}} {
		testkit.Must(t, h.door().Leave(t.Context(), testkit.Caller("charles"), string(h.room.Number), meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}))
		h.clock.Advance(c.after)
		a, m = wait(c.after.String())
		h.rings("after "+c.after.String()+" more", c.want, m)
	}
}

// Who waits for another meeting has other hosts, so they are no part of the ring.
func TestBurstsOfTwoMeetingsRingForTheHostsOfEach(t *testing.T) {
	h := newHouse(t)
	h.edit("ada", func(d *doorbell.Device) { d.Muted = true })
	h.settings(meeting.SettingsEdit{AlternativeHosts: &[]string{}})
	comes := func(name, host string) events.SQSMessage {
		planned, err := meeting.NewSchedule(h.store, h.env).Create(t.Context(), testkit.Caller("ada"), "me", meeting.Plan{
			Topic: &name, UsePMI: new(true), Settings: meeting.SettingsEdit{AlternativeHosts: &[]string{host}}})
		testkit.Must(t, err)
		a, err := h.door().Join(t.Context(), meeting.Caller{Address: "198.51.100." + fmt.Sprint(len(name))},
			meeting.JoinInput{Address: string(planned.Meeting.ID), Name: name, Passcode: h.room.LinkPasscode()})
		testkit.Must(t, err)
		return ringMessage(name, doorbell.Visitor{Room: h.room.Number, Seat: a.Seat.ID, At: h.clock.Now()})
	}
	bobs, carols := comes("Al", "bob@example.com"), comes("Bea", "carol@example.com")
	_, _, err := meeting.NewProfiles(h.store, h.env).Room(t.Context(), testkit.Caller("carol"), "me")
	testkit.Must(t, err)
	h.subscribe("carol", "carol-phone")
	h.rings("the hosts of the one", "bob-phone Al 2", bobs)
	testkit.Equal(t, "put off", h.handle(carols), carols.MessageId)
	h.clock.Advance(20 * time.Second)
	h.rings("the hosts of the other", "carol-phone Bea 2", carols)
}

// While the only host with a device has a console open, a visitor waits for it to be closed.
func TestADeviceRingsWhenTheConsoleIsClosed(t *testing.T) {
	h := newHouse(t)
	h.edit("ada", func(d *doorbell.Device) { d.Muted = true })
	h.openConsole()
	_, m := h.guest("Charles")
	testkit.Equal(t, "put off", h.handle(m), m.MessageId)
	if wait := h.wait(m); wait < time.Minute || wait > 90*time.Second {
		t.Errorf("it waits %s", wait)
	}
	h.clock.Advance(time.Minute)
	testkit.Equal(t, "put off again", h.handle(m), m.MessageId)
	h.closeConsole()
	h.rings("the console is closed", "bob-phone Charles 1", m)
}
