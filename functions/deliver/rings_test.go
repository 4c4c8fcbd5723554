package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/dev/testkit/pushtest"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/doorbell/push"
	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A house is Ada's room, in which everybody waits, with the devices of Ada and of her alternative host Bob.
type house struct {
	*scene

	push        *pushtest.Service
	connections *hint.Connections
	room        meeting.Room
}

func newHouse(t *testing.T, options ...dynamotest.Option) *house {
	t.Helper()
	h := &house{scene: newScene(t, options...)}
	h.connections = hint.NewConnections(h.store, nil, h.clock.Now)
	pair, err := doorbell.VAPID(keyText)
	testkit.Must(t, err)
	h.push = pushtest.Start(t, pair.Public)
	r := &h.d.rings
	r.bell, r.sender = doorbell.NewBell(h.door(), h.store, h.connections, h.env), push.New("https://meet.example.com", true)
	r.key = func(context.Context) (secret.Text, error) { return keyText, nil }
	profiles := meeting.NewProfiles(h.store, h.env)
	for _, who := range []string{"bob", "ada"} {
		_, h.room, err = profiles.Room(t.Context(), testkit.Caller(who), "me")
		testkit.Must(t, err)
		h.subscribe(who, who+"-phone")
	}
	h.settings(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), AlternativeHosts: &[]string{"bob@example.com"}})
	return h
}

func (h *house) door() *meeting.Door { return meeting.NewDoor(h.store, h.env) }

// bobs is Bob's console of the room.
func (h *house) bobs() hint.Subject {
	return hint.Subject{Room: h.room.Number, Holder: hint.Console(testkit.Caller("bob").User)}
}

func (h *house) openConsole() {
	h.t.Helper()
	testkit.Must(h.t, h.connections.Open(h.t.Context(), h.bobs(), "connection"))
}

func (h *house) closeConsole() {
	h.t.Helper()
	_, err := h.connections.Close(h.t.Context(), h.bobs(), "connection")
	testkit.Must(h.t, err)
}

func (h *house) settings(e meeting.SettingsEdit) {
	h.t.Helper()
	profiles := meeting.NewProfiles(h.store, h.env)
	testkit.Must(h.t, profiles.Edit(h.t.Context(), testkit.Caller("ada"), "me", meeting.Edit{Room: &e}))
	var err error
	_, h.room, err = profiles.Room(h.t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(h.t, err)
}

func (h *house) subscribe(who, browser string) {
	h.t.Helper()
	by := h.push.Subscribe(browser)
	testkit.Must(h.t, h.store.PutDevice(h.t.Context(), doorbell.Device{User: testkit.Caller(who).User, ID: doorbell.DeviceID(by.Endpoint),
		Name: browser, Subscription: by, CreatedAt: h.clock.Now()}))
}

// edit changes the one device of the user.
func (h *house) edit(who string, change func(*doorbell.Device)) {
	h.t.Helper()
	all, err := h.store.Devices(h.t.Context(), testkit.Caller(who).User)
	testkit.Must(h.t, err)
	change(&all[0])
	testkit.Must(h.t, h.store.PutDevice(h.t.Context(), all[0]))
}

// start opens the room. Nobody is in it.
func (h *house) start() {
	h.t.Helper()
	testkit.Must(h.t, meeting.NewStarts(h.store, h.env).Start(h.t.Context(), testkit.Caller("ada"), string(h.room.Number)))
}

// join joins the room.
func (h *house) join(c meeting.Caller, name string) meeting.Admission {
	h.t.Helper()
	a, err := h.door().Join(h.t.Context(), c, meeting.JoinInput{Address: string(h.room.Number), Name: name, Passcode: h.room.LinkPasscode()})
	testkit.Must(h.t, err)
	return a
}

// guest has a guest begin to wait, from an address of their own. It returns the message that notify sends.
func (h *house) guest(name string) (meeting.Admission, events.SQSMessage) {
	h.t.Helper()
	a := h.join(meeting.Caller{Address: "198.51.100." + fmt.Sprint(len(name))}, name)
	return a, ringMessage(name, doorbell.Visitor{Room: h.room.Number, Seat: a.Seat.ID, At: h.clock.Now()})
}

func ringMessage(id string, body any) events.SQSMessage {
	m := message(id, body)
	m.ReceiptHandle, m.EventSourceARN = "ring "+id, "arn:aws:sqs:eu-central-1:000000000000:RingsQueue"
	return m
}

// shown returns what the devices show: "ada-phone Charles 1".
func (h *house) shown() string {
	var all []string
	for _, m := range h.push.Took() {
		var n doorbell.Notice
		testkit.Must(h.t, json.Unmarshal([]byte(m.Content), &n))
		all = append(all, fmt.Sprint(m.Browser, " ", n.Name, " ", n.Count))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// rings delivers the messages, and compares what devices show with want.
func (h *house) rings(what, want string, messages ...events.SQSMessage) {
	h.t.Helper()
	testkit.Equal(h.t, what+": failed", h.handle(messages...), "")
	testkit.Equal(h.t, what, h.shown(), want)
}

const bothShow = "ada-phone Charles 1, bob-phone Charles 1"

// The devices of the owner and of the alternative host ring, and may admit somebody to a meeting that runs.
func TestDevicesOfAllHostsRing(t *testing.T) {
	for name, live := range map[string]bool{"idle": false, "live": true} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			if live {
				h.start()
			}
			a, visitor := h.guest("Charles")
			testkit.Equal(t, "failed", h.handle(visitor), "")
			all := h.push.Took()
			if len(all) != 2 {
				t.Fatalf("%+v", all)
			}
			var got struct {
				Room         meeting.Number
				Seat         meeting.SeatID
				Topic        string
				Admit, Later string
			}
			m := all[0]
			testkit.Must(t, json.Unmarshal([]byte(m.Content), &got))
			if got.Room != h.room.Number || got.Seat != a.Seat.ID || got.Topic != h.room.Topic || got.Later == "" || (got.Admit != "") != live {
				t.Errorf("%+v", got)
			}
			testkit.Equal(t, "headers", m.TTL+" "+m.Urgency+" "+m.Subject, "300 high https://meet.example.com")
		})
	}
}

// Each person rings once. Those of a burst ring together, some time after the one before.
func TestBurstsAreFolded(t *testing.T) {
	h := newHouse(t)
	_, charles := h.guest("Charles")
	h.rings("the first", bothShow, charles)
	var burst []events.SQSMessage
	for _, name := range []string{"Mary", "Al", "Sue"} {
		h.clock.Advance(time.Second)
		_, m := h.guest(name)
		burst = append(burst, m)
		testkit.Equal(t, name+" is put off", h.handle(m), m.MessageId)
	}
	if wait := h.wait(burst[2]); wait < 17*time.Second || wait > 21*time.Second {
		t.Errorf("the last one waits %s", wait)
	}
	h.clock.Advance(20 * time.Second)
	h.rings("all others", "ada-phone Mary 4, bob-phone Mary 4", burst[0])
	h.rings("they rang together", "", burst[1], burst[2], charles)
	h.clock.Advance(time.Minute)
	h.rings("later", "", burst[1], burst[2], charles)
	h.rings("the same ring again", "ada-phone Mary 4, bob-phone Mary 4", burst[0]) // the function may have stopped in the middle
}

// Nobody rings who does not wait any more, who comes too late, on whom a host decided, or who makes no sound.
func TestWhoDoesNotRing(t *testing.T) {
	h := newHouse(t)
	h.start()
	ctx, ada, room := t.Context(), testkit.Caller("ada"), string(h.room.Number)
	only := func(a meeting.Admission) meeting.Selection {
		return meeting.Selection{IDs: []meeting.SeatID{a.Seat.ID}}
	}
	left, m := h.guest("Left")
	testkit.Must(t, h.door().Leave(ctx, meeting.Caller{Address: "198.51.100.4"}, room, meeting.Credential{ID: left.Seat.ID, Secret: left.Secret}))
	h.rings("left", "", m)
	late, m := h.guest("Later")
	h.clock.Advance(5 * time.Minute)
	_, err := h.door().Join(ctx, meeting.Caller{Address: "198.51.100.5"}, meeting.JoinInput{Address: room,
		Seat: meeting.Credential{ID: late.Seat.ID, Secret: late.Secret}})
	testkit.Must(t, err)
	h.rings("too late", "", m)
	moved, m := h.guest("Moved")
	_, err = h.door().Admit(ctx, ada, room, only(moved))
	testkit.Must(t, err)
	h.rings("admitted", "", m)
	_, err = h.door().MoveToWaitingRoom(ctx, ada, room, only(moved))
	testkit.Must(t, err)
	h.rings("moved to the waiting room", "", m)
	denied, m := h.guest("Denied")
	_, err = h.door().Deny(ctx, ada, room, only(denied))
	testkit.Must(t, err)
	h.rings("denied", "", m)
	_, m = h.guest("Friend") // of the network of Denied
	h.rings("of the same network", "", m)
	_, m = h.guest("Somebody else")
	h.rings("another one", "ada-phone Somebody else 2, bob-phone Somebody else 2", m)
	testkit.Must(t, meeting.NewStarts(h.store, h.env).End(ctx, ada, room))
	_, m = h.guest("After the end")
	again := ringMessage("x", doorbell.Visitor{Room: h.room.Number, Seat: denied.Seat.ID, At: h.clock.Now()})
	h.rings("of an instance that is over", "", again)
	h.rings("of the next one", "ada-phone After the end 1, bob-phone After the end 1", m)
}

// A host is not rung who has the console open, is in the meeting, was removed from it, or is inactive; nor on a device
// that is muted, for a room that is muted, in quiet hours, or that is removed.
func TestWhoIsNotRung(t *testing.T) {
	quiet := func(from, to string) func(*house) {
		return func(h *house) { h.edit("bob", func(d *doorbell.Device) { d.QuietFrom, d.QuietTo = from, to }) }
	}
	const onlyAda = "ada-phone Charles 1"
	for name, c := range map[string]struct {
		change func(*house)
		want   string
	}{
		"all":               {func(*house) {}, bothShow},
		"a console is open": {(*house).openConsole, onlyAda},
		"in the meeting":    {func(h *house) { h.join(testkit.Caller("bob"), "Bob") }, onlyAda},
		"no host":           {func(h *house) { h.settings(meeting.SettingsEdit{AlternativeHosts: &[]string{}}) }, onlyAda},
		"unknown host":      {func(h *house) { h.settings(meeting.SettingsEdit{AlternativeHosts: &[]string{"x@example.com"}}) }, onlyAda},
		"muted":             {func(h *house) { h.edit("bob", func(d *doorbell.Device) { d.Muted = true }) }, onlyAda},
		"a muted room": {func(h *house) {
			h.edit("bob", func(d *doorbell.Device) { d.MutedRooms = []meeting.Number{h.room.Number} })
		}, onlyAda},
		"another muted room": {func(h *house) {
			h.edit("bob", func(d *doorbell.Device) { d.MutedRooms = []meeting.Number{"5550000000"} })
		}, bothShow},
		"quiet hours":       {quiet("08:00", "10:00"), onlyAda},
		"other quiet hours": {quiet("18:00", "08:00"), bothShow},
		"quiet hours in Tokyo": {func(h *house) {
			testkit.Must(h.t, meeting.NewProfiles(h.store, h.env).Edit(h.t.Context(), testkit.Caller("bob"), "me",
				meeting.Edit{Timezone: new("Asia/Tokyo")}))
			quiet("18:00", "08:00")(h) // it is six in the evening there
		}, onlyAda},
		"removed device": {func(h *house) {
			all, err := h.store.Devices(h.t.Context(), testkit.Caller("bob").User)
			testkit.Must(h.t, err)
			testkit.Must(h.t, h.store.DropDevice(h.t.Context(), all[0].User, all[0].ID))
		}, onlyAda},
		"inactive": {func(h *house) {
			root := testkit.Caller("root")
			root.Scopes = []string{meeting.AdminWritesUsers}
			_, err := meeting.NewProfiles(h.store, h.env).SetStatus(h.t.Context(), root, "bob", meeting.Inactive)
			testkit.Must(h.t, err)
		}, onlyAda},
		"nobody": {func(h *house) {
			h.edit("ada", func(d *doorbell.Device) { d.Muted = true })
			h.edit("bob", func(d *doorbell.Device) { d.Muted = true })
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.start()
			c.change(h)
			_, m := h.guest("Charles")
			h.rings("shown", c.want, m)
		})
	}
}

// A device whose subscription is over is deleted.
func TestDevicesThatAreGoneAreDeleted(t *testing.T) {
	for _, status := range []int{404, 410} {
		h := newHouse(t)
		h.push.Answers("bob-phone", pushtest.Answer{Status: status})
		_, m := h.guest("Charles")
		h.rings("shown", "ada-phone Charles 1", m)
		all, err := h.store.Devices(t.Context(), testkit.Caller("bob").User)
		testkit.Must(t, err)
		testkit.Equal(t, "devices", len(all), 0)
		testkit.Equal(t, "tried again", len(h.sent), 0)
	}
}

// A push service that fails is tried again, for its devices only: as late as it says, with back-off, and until the ring
// has lost its use. One that hangs delays no other device.
func TestPushServicesThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		answer pushtest.Answer
		wait   time.Duration // at least
	}{
		"too many": {pushtest.Answer{Status: 429, RetryAfter: "30"}, 30 * time.Second}, "broken": {pushtest.Answer{Status: 503}, firstWait},
		"hangs": {pushtest.Answer{Hang: true}, firstWait},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.push.Answers("bob-phone", c.answer)
			_, m := h.guest("Charles")
			h.rings("shown", "ada-phone Charles 1", m)
			if len(h.sent) != 1 || h.sent[0].DelaySeconds < int(c.wait.Seconds()) || strings.Contains(h.sent[0].MessageBody, "127.0.0.1") {
				t.Fatalf("tried again: %+v", h.sent)
			}
			again := ringMessage("again", json.RawMessage(h.sent[0].MessageBody))
			testkit.Equal(t, "failed", h.handle(again), again.MessageId)
			if wait := h.wait(again); wait < c.wait || wait > 2*c.wait {
				t.Errorf("the next attempt is after %s", wait)
			}
			h.push.Answers("bob-phone", pushtest.Answer{})
			h.rings("at last", "bob-phone Charles 1", again)
			testkit.Equal(t, "sent", len(h.sent), 1)
			h.edit("bob", func(d *doorbell.Device) { d.Muted = true })
			h.rings("muted meanwhile", "", again)
			h.edit("bob", func(d *doorbell.Device) { d.Muted = false })
			h.clock.Advance(2 * time.Minute)
			h.rings("does not wait any more", "", again)
		})
	}
}

// A ring that cannot be delivered is no failure: it would be tried for nothing.
func TestRingsThatAreDropped(t *testing.T) {
	h := newHouse(t)
	h.push.Answers("ada-phone", pushtest.Answer{Status: 403})
	_, m := h.guest("Charles")
	h.rings("refused", "bob-phone Charles 1", m)
	testkit.Equal(t, "tried again", len(h.sent), 0)
	h.d.rings.key = nil
	_, m = h.guest("Mary")
	h.rings("the doorbell is off", "", m)
	unreadable := ringMessage("bad", "no object")
	testkit.Equal(t, "failed", h.handle(unreadable), "bad")
}

func TestCostsOfARing(t *testing.T) {
	meter := &dynamoproxy.Meter{}
	h := newHouse(t, dynamotest.Transport(meter.Wrap))
	h.settings(meeting.SettingsEdit{AlternativeHosts: &[]string{}})
	_, m := h.guest("Charles")
	c := testkit.NewCostTest(t, meter)
	c.Measure("ring the device of a host", func() testkit.Answer {
		h.rings("shown", "ada-phone Charles 1", m)
		return testkit.Answer{Status: 200}
	})
}
