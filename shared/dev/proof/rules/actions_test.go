package rules

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

const admitted = "admitted"

// doorActions are the lines of people who join, of hosts who decide, and of the media server.
func doorActions() []command {
	return []command{
		// People.
		{"WHO (?:is|are) at ADDRESS", func(c call) string { c.person().caller.Address = c.arg("ADDRESS"); return "ok" }},
		{"WHO has no verified address", func(c call) string { c.person().caller.Email = ""; return "ok" }},
		// Joining.
		{"WHO joins?[ PLACE][ for MEETING][ with HOW]", call.join},
		{"WHO polls?[ at PLACE][ with HOW]", call.poll},
		{"WHO leaves?[ with HOW]", act(func(c call) error {
			return c.Door().Leave(c.ctx(), c.by(), c.number(c.person().address), c.credential())
		})},
		{"the page of WHO closes[ with HOW]", act(func(c call) error {
			return c.Door().LeaveUnlessBack(c.ctx(), c.by(), c.number(c.person().address), c.credential())
		})},
		{"a connection of WHO ended[ TIME ago]", act(func(c call) error {
			return c.Door().OnDisconnected(c.ctx(), c.person().seat.ID, c.Clock.Now().Add(-c.time()))
		})},
		{"WHO leaves? and returns", call.leaveAndReturn},
		{"WHO claims? to be host by KEY", func(c call) string {
			a, err := c.Door().ClaimHost(c.ctx(), c.by(), c.number(c.person().address), c.person().seat, c.arg("KEY"))
			return c.seated(c.person(), a, err)
		}},
		{"N strangers (?:join|guess TIMES passcodes each)", call.strangers},
		{"N strangers of each of TIMES networks join", func(c call) string {
			return c.crowd(func(i int) string { return fmt.Sprint("203.0.113.", i%c.count("TIMES")) })
		}},
		{"N strangers of one IPv6 block join", func(c call) string {
			return c.crowd(func(i int) string { return fmt.Sprintf("2001:db8:1:%x::/64", i) })
		}},
		{"WHO stays TIME", call.stay},
		// What hosts decide.
		{"WHO looks? into PLACE", act(func(c call) error {
			_, err := c.Door().RoomState(c.ctx(), c.by(), c.at())
			return err
		})},
		{"WHO locks?[ PLACE]", edit(meeting.LiveEdit{Locked: new(true)})},
		{"WHO unlocks?[ PLACE]", edit(meeting.LiveEdit{Locked: new(false)})},
		{"WHO turns? the waiting room on[ in PLACE]", edit(meeting.LiveEdit{WaitingRoomOn: new(true)})},
		{"WHO turns? the waiting room off[ in PLACE]", edit(meeting.LiveEdit{WaitingRoomOn: new(false)})},
		{"WHO writes: VALUE", func(c call) string { return edit(meeting.LiveEdit{Message: new(c.arg("VALUE"))})(c) }},
		{"WHO takes the message back", edit(meeting.LiveEdit{Message: new("")})},
		{"WHO says that they come in TIME", act(func(c call) error {
			return c.Door().AnnounceHost(c.ctx(), c.by(), c.at(), c.room().Live.Instance, c.time())
		})},
		{"WHO turns? the waiting room on for guests", edit(meeting.LiveEdit{WaitingRoom: new(meeting.WaitGuests)})},
		{"WHO admits? PEOPLE", decide((*meeting.Door).Admit)},
		{"WHO denies PEOPLE", decide((*meeting.Door).Deny)},
		{"WHO removes? PEOPLE", decide((*meeting.Door).Remove)},
		{"WHO moves? PEOPLE to the waiting room", decide((*meeting.Door).MoveToWaitingRoom)},
		{"WHO makes? PEOPLE host", decide((*meeting.Door).MakeHost)},
		// The media server.
		{"the media server reports that WHO left[ (?P<OTHER>another) room][ TIME ago]", act(func(c call) error {
			instance := cmp.Or(c.arg("OTHER"), c.person().seat.ID.Instance())
			return c.Door().OnParticipantLeft(c.ctx(), instance, c.person().mediaIdentity(), c.Clock.Now().Add(-c.time()))
		})},
		{"the media server reports that the room of WHO is empty[ since TIME ago]", act(func(c call) error {
			return c.Door().OnMediaEmpty(c.ctx(), c.person().seat.ID.Instance(), c.Clock.Now().Add(-c.time()))
		})},
		{"the media server asks about WHO", call.mediaAsks},
		{"the media server reports that WHO joined[ TIME ago]", func(c call) string {
			at := c.Clock.Now().Add(-c.time())
			return c.standing(c.Door().OnParticipantJoined(c.ctx(), c.person().seat.ID.Instance(), c.person().mediaIdentity(), at))
		}},
		{"the media server reports that WHO lost the connection[ TIME ago]", act(func(c call) error {
			instance, at := c.person().seat.ID.Instance(), c.Clock.Now().Add(-c.time())
			return c.Door().OnConnectionLost(c.ctx(), instance, c.person().mediaIdentity(), at)
		})},
		{"the media server reports presence", func(c call) string { return c.usePresence(c.listed) }},
		{"the media server is out of reach", func(c call) string {
			return c.usePresence(func(context.Context, string) ([]meeting.MediaIdentity, error) { return nil, errors.New("no answer") })
		}},
		{"WHO connects?", func(c call) string {
			c.person().connected = c.person().last.Seat.MediaIdentity()
			return "ok"
		}},
		{"WHO disconnects?", func(c call) string { c.person().connected = ""; return "ok" }},
		{"the media server compares who is connected", call.reconcile},
	}
}

// faultActions are time, what happens at the same time, and faults of the storage. An operation is that of DynamoDB and
// the kind of the item: "UpdateItem ROOM", "UpdateItem SEAT", "UpdateItem row" (any item but a room), "PutItem",
// "GetItem", "Query". After a crash the result is "failed".
func faultActions() []command {
	return []command{
		{"N at once: LINES", call.atOnce},
		{"wait TIME", func(c call) string { c.Clock.Advance(c.time()); return "ok" }},
		{"a lease is TIME", func(c call) string { c.SetLease(c.time()); return "ok" }},
		{"the next OP passes", fault(dynamoproxy.Pass)},
		{"the next OP crashes", fault(dynamoproxy.Fail("ValidationException"))},
		{"the next OP loses its answer", fault(dynamoproxy.LoseAnswer)},
		{"the next OP loses its answer, and then: LINES", faultWith(dynamoproxy.LoseAnswerThen)},
		{"before the next OP: LINES", faultWith(dynamoproxy.After)},
	}
}

// join takes a new seat, with the passcode of the room, as an invitation holds it.
func (c call) join() string {
	p := c.person()
	p.address = c.arg("PLACE")
	j := meeting.JoinInput{
		Address: c.number(p.address), Name: p.name, Passcode: c.destination(p.address).Settings.Passcode,
		OMN: c.numbers[c.arg("MEETING")], Request: meeting.Fingerprint("join"),
	}
	for name, value := range c.options() {
		host, of := strings.CutPrefix(value, "of ")
		switch {
		case value == "of the link":
			j.Passcode = c.destination(p.address).LinkPasscode()
		case name == "passcode" && of:
			j.Passcode = c.roomOf(callerOf(host).User).Settings.Passcode
		case name == "passcode":
			j.Passcode = value
		case name == "omn":
			j.OMN = meeting.Number(value)
		case name == "key":
			j.Key = value
		case name == "name":
			j.Name, j.Request = value, meeting.Fingerprint(value)
		default:
			return unknown + " nobody joins with " + name
		}
	}
	admission, err := c.Door().Join(c.ctx(), p.caller, j)
	return c.seated(p, admission, err)
}

// seated remembers the seat of the admission, and is how the person stands.
func (w *world) seated(p *person, a meeting.Admission, err error) string {
	if err != nil {
		return w.result(err)
	}
	if a.Seat.ID != p.seat.ID {
		p.before, p.seat = p.seat, meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	}
	p.last = a
	switch {
	case a.State == meeting.Admitted:
		return admitted
	case a.WaitsForHost:
		return "waits for the host"
	}
	return "waits for approval"
}

// poll asks again with a seat: to wait, to renew the lease, and to return.
func (c call) poll() string {
	p := c.person()
	p.address = cmp.Or(c.arg("PLACE"), p.address)
	j := meeting.JoinInput{Address: c.number(p.address), Seat: c.credential()}
	admission, err := c.Door().Join(c.ctx(), p.caller, j)
	return c.seated(p, admission, err)
}

func (c call) leaveAndReturn() string {
	if left := c.run(actions, c.arg("WHO")+" leaves"); left != "ok" {
		return left
	}
	return c.run(actions, c.arg("WHO")+" polls")
}

// credential is the person's own; or, as the line says, another one, or one that does not exist.
func (c call) credential() meeting.Credential {
	p, how := c.person(), c.arg("HOW")
	if whose, _, isSeat := strings.Cut(how, "'s seat"); isSeat {
		return c.who(whose).seat
	}
	switch how {
	case "":
		return p.seat
	case "the seat before":
		return p.before
	case "a wrong secret":
		return meeting.Credential{ID: p.seat.ID, Secret: "wrong"}
	}
	return meeting.Credential{ID: "no.seat", Secret: "none"}
}

// strangers join, or guess, each from an address of their own. The result is that of all, or the first that differs.
func (c call) strangers() (result string) {
	times, do := 1, " joins"
	if c.arg("TIMES") != "" {
		times, do = c.count("TIMES"), " joins with passcode wrong"
	}
	for i := range c.count("N") * times {
		name := fmt.Sprint("stranger", i/times)
		c.who(name).caller.Address = fmt.Sprintf("203.0.%d.%d", 113+i/times/250, i/times%250)
		got := c.run(actions, name+do)
		if result != "" && got != result {
			return got + " for " + name
		}
		result = got
	}
	return result
}

// crowd lets strangers join from the addresses, a millisecond after each other.
func (c call) crowd(address func(i int) string) (result string) {
	for i := range c.count("N") * max(1, c.count("TIMES")) {
		name := fmt.Sprint("stranger", i)
		c.who(name).caller.Address = address(i)
		got := c.run(actions, name+" joins")
		if result != "" && got != result {
			return got + " for " + name
		}
		result = got
		c.Clock.Advance(time.Millisecond)
	}
	return result
}

// stay lets the time pass, and polls before each lease ends.
func (c call) stay() string {
	step := c.Env.Config.Lease * 2 / 3
	for left := c.time(); left > 0; left -= step {
		c.Clock.Advance(min(left, step))
		if result := c.poll(); result != admitted {
			return result
		}
	}
	return admitted
}

// edit makes the edit of the live room.
func edit(e meeting.LiveEdit) func(call) string {
	return act(func(c call) error {
		_, err := c.Door().UpdateLive(c.ctx(), c.by(), c.at(), e)
		return err
	})
}

type decision func(*meeting.Door, context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)

// decide makes a host's decision on the people, or on everybody who waits. The result names those whom it missed.
func decide(d decision) func(call) string {
	return func(c call) string {
		sel := meeting.Selection{All: c.arg("PEOPLE") == "everybody"}
		if !sel.All {
			for _, name := range people(c.arg("PEOPLE")) {
				sel.IDs = append(sel.IDs, c.who(name).seat.ID)
			}
		}
		done, err := d(c.Door(), c.ctx(), c.by(), c.at(), sel)
		if err != nil || len(done.Skipped) == 0 {
			return c.result(err)
		}
		return "missed: " + list(done.Skipped, func(s meeting.Seat) string { return fmt.Sprint(s.Name, " is ", s.State) })
	}
}

func (c call) mediaAsks() string {
	return c.standing(c.Door().CheckParticipant(c.ctx(), c.person().seat.ID.Instance(), c.person().mediaIdentity()))
}

func (w *world) standing(standing meeting.MediaStanding, err error) string {
	if err != nil {
		return w.result(err)
	}
	return map[meeting.MediaStanding]string{
		meeting.Allowed: "allowed", meeting.NotAllowed: "not allowed", meeting.InstanceOver: "the instance is over",
	}[standing]
}

// listed is the list of the media server.
func (w *world) listed(context.Context, string) (connected []meeting.MediaIdentity, err error) {
	for _, p := range w.people {
		if p.connected != "" {
			connected = append(connected, p.connected)
		}
	}
	return connected, nil
}

// usePresence makes the media server's reports, and its list, the presence.
func (w *world) usePresence(list meeting.MediaList) string {
	w.Env.Config.MediaPresence, w.Env.Connected = true, list
	return "ok"
}

// reconcile disconnects the people who are connected and may not stay. The result names them.
func (c call) reconcile() string {
	instance := c.who(owner).seat.ID.Instance()
	connected, _ := c.listed(c.ctx(), instance)
	off, err := c.Door().OffRoster(c.ctx(), instance, connected)
	if err != nil || len(off) == 0 {
		return c.result(err)
	}
	var names []string
	for name, p := range c.people {
		if slices.Contains(off, p.connected) {
			names, p.connected = append(names, name), ""
		}
	}
	return "disconnected: " + list(slices.Sorted(slices.Values(names)), same)
}

// atOnce plays each of the lines N times, all at once, and counts their results. In place of # it puts the number of
// the repetition. Races of joins with locks, starts and removals are checked for linearizability in package proof.
func (c call) atOnce() string {
	var all sync.WaitGroup
	var mu sync.Mutex
	count := map[string]int{}
	for line := range strings.SplitSeq(c.arg("LINES"), "; ") {
		for i := range c.count("N") {
			all.Go(func() {
				result := c.run(actions, strings.ReplaceAll(line, "#", strconv.Itoa(i)))
				mu.Lock()
				defer mu.Unlock()
				count[result]++
			})
		}
	}
	all.Wait()
	results := slices.Sorted(maps.Keys(count))
	return list(results, func(result string) string { return fmt.Sprint(count[result], " ", result) })
}

// fault plans a fault of the next operation of that name.
func fault(f dynamoproxy.Fault) func(call) string {
	return faultWith(func(func()) dynamoproxy.Fault { return f })
}

// faultWith is fault, in which the lines are played.
func faultWith(of func(play func()) dynamoproxy.Fault) func(call) string {
	return func(c call) string {
		c.faults.Plan(dynamoproxy.Operation(c.arg("OP")), of(func() { c.playInFault(c.arg("LINES")) }))
		return "ok"
	}
}

// playInFault plays lines that are separated by semicolons, from any goroutine.
func (w *world) playInFault(lines string) {
	for one := range strings.SplitSeq(lines, "; ") {
		w.playLine(parseLine("in a fault", one))
	}
}
