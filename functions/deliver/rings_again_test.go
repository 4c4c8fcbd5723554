package main

import (
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

// Each meeting has its own hosts: a ring for one meeting does not count for the other.
func TestBurstsOfTwoMeetingsRingForTheHostsOfEach(t *testing.T) {
	h := newHouse(t)
	h.edit("ada", func(d *doorbell.Device) { d.Muted = true })
	h.settings(meeting.SettingsEdit{AlternativeHosts: &[]string{}})
	plan := func(host string) string {
		planned, err := meeting.NewSchedule(h.store, h.env).Create(t.Context(), testkit.Caller("ada"), "me", meeting.Plan{
			UsePMI: new(true), Settings: meeting.SettingsEdit{AlternativeHosts: &[]string{host}}})
		testkit.Must(t, err)
		return string(planned.Meeting.ID)
	}
	comes := func(id, who, to string) events.SQSMessage {
		a, err := h.door().Join(t.Context(), testkit.Caller(who), meeting.JoinInput{Address: to, Name: who, Passcode: h.room.LinkPasscode()})
		testkit.Must(t, err)
		return ringMessage(id, doorbell.Visitor{Room: h.room.Number, Seat: a.Seat.ID, At: h.clock.Now()})
	}
	bobs, carols := plan("bob@example.com"), plan("carol@example.com")
	_, _, err := meeting.NewProfiles(h.store, h.env).Room(t.Context(), testkit.Caller("carol"), "me")
	testkit.Must(t, err)
	h.subscribe("carol", "carol-phone")
	al, bea := comes("1", "al", bobs), comes("2", "bea", carols)
	h.rings("the hosts of the one", "bob-phone al 2", al)
	testkit.Equal(t, "put off", h.handle(bea), bea.MessageId)
	h.clock.Advance(20 * time.Second)
	h.rings("the hosts of the other", "carol-phone bea 2", bea)
	h.clock.Advance(40 * time.Second)
	h.rings("a second device of somebody who waits", "", comes("3", "al", bobs))
	h.rings("the same person for the other meeting", "carol-phone al 4", comes("4", "al", carols))
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
