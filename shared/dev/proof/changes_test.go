package proof

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// A change is one effect of an operation on what is stored.
type change struct {
	was, now  *state
	at        time.Time
	actor     *actor
	operation *operation
}

// judgeChange checks the rules on a change, and adds to emptied the instance that it ended since nobody was in.
func (r *rules) judgeChange(c change, emptied *string) {
	for _, was := range c.was.rooms {
		if key := roomKey(was.Number); c.was.item(key) != c.now.item(key) {
			r.judgeRoomChange(c, was, c.now.room(was.Number), emptied)
		}
	}
	for _, seat := range c.now.roster("") {
		if was := c.was.seat(seat.ID); was.Version != seat.Version {
			r.judgeSeatChange(c, was, seat)
			r.judgeWaiting(c, was, seat)
		}
	}
}

func (r *rules) judgeRoomChange(c change, was, now meeting.Room, emptied *string) {
	o := c.operation
	switch {
	case o.decides() && was.Live.Instance != o.Instance && (o.Kind == "end" || now.Live.Instance == was.Live.Instance):
		r.breaks("I10: %s was decided on one instance, and takes effect on another one", o.Kind)
	case now.Live.Instance != was.Live.Instance:
		r.judgeNextInstance(c, was, now, emptied)
	case !reflect.DeepEqual(was.Settings, now.Settings):
		r.breaks("I19: %s of %s changes the settings of the room", o.Kind, c.actor.name)
	default:
		if now.Live.AdmissionSeq > was.Live.AdmissionSeq && o.Kind != "admit" {
			r.judgeAdmission(c, was)
		}
		r.judgeDecision(c, was.Live, now.Live)
	}
}

// judgeAdmission checks that the actor may pass the door (I7, I8, I10), and does not come in alone (I17).
func (r *rules) judgeAdmission(c change, was meeting.Room) {
	breaks := func(rule, why string) { r.breaks("%s: %s of %s %s", rule, c.operation.Kind, c.actor.name, why) }
	v := c.was.visitor(was, c.actor, c.operation.Seat.ID)
	switch {
	case v.owner:
	case v.removed:
		breaks("I10", "passes the door after a removal")
	case v.host:
	case v.denied:
		breaks("I8", "passes the door after a denial")
	case was.Live.Locked:
		breaks("I7", "passes the locked door")
	case v.listed:
		breaks("I10", "passes the door from a network that needs approval")
	case v.held:
		breaks("I8", "passes the waiting room")
	case was.Settings.JoinBeforeHost:
	case !was.Live.Open:
		breaks("I8", "opens the room before the host")
	case !v.wasIn && c.was.deserted(was.Live, c.at.Add(-lateness)):
		breaks("I17", "comes alone into a room that its host left")
	}
}

// lateness is how long after it looked at its clock an operation may still change what is stored, at most; and by how
// much its clock may differ from that of another one.
const lateness = timeLimit + 4*time.Second

// deserted reports whether everybody who came into the instance had left it at the time, or lost the connection; and
// whether nobody was admitted, and no host started it, within the lease before.
func (s *state) deserted(g meeting.LiveState, at time.Time) bool {
	return g.AdmissionSeq > 0 && !at.Before(g.AdmittedAt.Add(testkit.Lease)) &&
		!slices.ContainsFunc(s.roster(g.Instance), func(seat meeting.Seat) bool {
			return at.Before(seat.LeftAt) || seat.State == admitted && at.Before(seat.Lease)
		})
}

// A visitor is what the room and the seat say of a person at the door, read independently of package meeting. A
// listed visitor needs approval by a host's decision, a held one for any reason, until a host approves the seat. One
// who was in has the seat of that.
type visitor struct{ owner, host, removed, denied, listed, held, wasIn bool }

// visitor returns the actor as the room sees it; with a seat, or as a new join.
func (s *state) visitor(r meeting.Room, a *actor, id meeting.SeatID) (v visitor) {
	seat, c := s.seat(id), a.caller
	person := identity(c.User)
	if c.None() {
		person = seat.Identity()
	}
	guest := c.None() || c.Account != r.Owner.Account
	networks := []meeting.Identity{clientIdentity(r.Live.Instance, c.Address), seat.Client}
	listed := slices.Contains(r.Live.NeedApproval, person) || c.None() && seat.State != admitted &&
		slices.ContainsFunc(slices.Concat(r.Live.NeedApproval, r.Live.Denied), func(id meeting.Identity) bool {
			return slices.Contains(networks, id)
		})
	return visitor{
		owner:   c.User == r.Owner,
		host:    r.IsHost(c, meeting.Target{}),
		removed: slices.Contains(r.Live.Removed, person),
		denied:  seat.State != admitted && slices.Contains(r.Live.Denied, person),
		listed:  listed && !seat.Approved,
		held: !seat.Approved && (listed || seat.NeedsApproval ||
			waitingRoom(r) == meeting.WaitEveryone || waitingRoom(r) == meeting.WaitGuests && guest),
		wasIn: !seat.FirstAdmittedAt.IsZero() && (seat.State == admitted || seat.State == left),
	}
}

// waitingRoom returns the waiting room as a host chose it for the instance; else as the settings say (I19).
func waitingRoom(r meeting.Room) meeting.WaitingRoom {
	if r.Live.Open && r.Live.WaitingRoom != "" {
		return r.Live.WaitingRoom
	}
	return r.Settings.WaitingRoom
}

// judgeDecision checks that the room remembers what a host decided, and forgets no earlier decision (I7, I8, I10, I19).
func (r *rules) judgeDecision(c change, was, now meeting.LiveState) {
	o, targets := c.operation, c.operation.Targets
	if was.Epoch != now.Epoch {
		was = decided(was, o.Kind)
	} else {
		targets = nil // it decided nothing yet
	}
	holds := now.Locked == was.Locked && now.WaitingRoom == was.WaitingRoom &&
		includes(now.Removed, was.Removed) && includes(now.Denied, was.Denied) &&
		includes(now.NeedApproval, was.NeedApproval)
	for _, id := range targets {
		seat := c.was.seat(id)
		person := []meeting.Identity{seat.Identity()}
		networks := slices.DeleteFunc([]meeting.Identity{seat.Client}, func(id meeting.Identity) bool {
			return id == meeting.Identity{} // as in a seat of an older version
		})
		switch o.Kind {
		case "remove":
			holds = holds && includes(now.Removed, person) && includes(now.NeedApproval, networks)
		case "deny":
			holds = holds && includes(now.Denied, networks) && (seat.User.None() || includes(now.Denied, person))
		case "move":
			holds = holds && includes(now.NeedApproval, person) && includes(now.NeedApproval, networks)
		}
	}
	if !holds {
		r.breaks("I7, I8, I10, I19: the room does not remember a decision: %s", o.Kind)
	}
}

// decided returns the live state after the decision.
func decided(g meeting.LiveState, kind string) meeting.LiveState {
	switch kind {
	case "lock", "unlock":
		g.Locked = kind == "lock"
	case "waiting room on":
		g.WaitingRoom = meeting.WaitEveryone
	case "waiting room off":
		g.WaitingRoom = meeting.WaitNobody
	}
	return g
}

func includes(all, some []meeting.Identity) bool {
	return !slices.ContainsFunc(some, func(id meeting.Identity) bool { return !slices.Contains(all, id) })
}

// judgeNextInstance checks the rules on the end of an instance.
func (r *rules) judgeNextInstance(c change, was, now meeting.Room, emptied *string) {
	kind, g := c.operation.Kind, now.Live
	clean := meeting.LiveState{Instance: g.Instance, Epoch: g.Epoch}
	if now.Enterable() && !reflect.DeepEqual(g, clean) {
		r.breaks("I10, I19: the next instance does not start clean: %+v", g)
	}
	if kind == "end" || was.Live.Open && !c.at.Before(was.Live.OpenedAt.Add(meeting.MaxInstanceTime)) {
		return
	}
	if !now.Enterable() && was.Live.Open {
		r.breaks("I2: a live room lost its number")
	}
	for _, seat := range c.now.roster(was.Live.Instance) {
		if seat.State == admitted && c.at.Before(seat.Lease) {
			r.breaks("I17: %s ended an instance with %s in it", kind, who(seat))
		}
	}
	if was.Live.Open {
		*emptied += was.Live.Instance + " "
	}
}

// seatChanges is which operations may change a seat to a state, and from which states. "" is no seat.
var seatChanges = map[meeting.State]map[string][]meeting.State{
	admitted: {"join": {"", waiting, left}, "admit": {waiting}},
	waiting:  {"join": {"", left}, "move": {admitted}},
	left:     {"leave": {waiting, admitted}},
	denied:   {"deny": {waiting}},
	removed:  {"remove": {waiting, admitted, left, denied}},
}

// isAdmission reports whether the seat has another admission number than before.
func isAdmission(was, now meeting.Seat) bool {
	if was.State == admitted {
		return now.LastAdmission() != was.LastAdmission()
	}
	return now.MediaSeq != was.MediaSeq
}

// judgeSeatChange checks that the operation may change the seat so, and that its decision was made on the seat's own
// instance (I8, I10).
func (r *rules) judgeSeatChange(c change, was, now meeting.Seat) {
	o := c.operation
	kind := o.Kind
	if strings.HasPrefix(kind, "join") || kind == "poll" || kind == "instant" {
		kind = "join"
	}
	others := c.was.roster(now.ID.Instance())
	lapsed := kind == "join" && was.State == admitted && !c.at.Before(was.Lease.Add(-c.actor.skew.Abs()))
	switch {
	case o.decides() && now.ID.Instance() != o.Instance:
		r.breaks("I10: %s was decided on one instance, and is done to %s of another one", o.Kind, who(now))
	case now.LastAdmission() > was.LastAdmission() && slices.ContainsFunc(others, func(s meeting.Seat) bool {
		return s.ID != now.ID && slices.Contains(s.AdmissionSeqs, now.LastAdmission())
	}):
		r.breaks("I12: %s has the admission of another seat", who(now))
	case o.shortens() && (now.ID != o.Seat.ID || now.Lease.After(was.Lease)):
		r.breaks("I12: %s of %s prolongs the lease of %s", o.Kind, c.actor.name, who(now))
	case o.Kind == "disconnect" && was.RenewedAt.After(nine) && now.Lease.Before(was.Lease):
		r.breaks("I17: %s has a shorter lease, although they renewed it", who(now))
	case kind == "admit" && was.State != now.State && !strings.Contains(o.waiting, string(now.ID)+" "):
		r.breaks("I8: admitted %s, who did not wait when it was asked for", who(now))
	case was.NeedsApproval && !now.NeedsApproval && now.State != admitted:
		r.breaks("I8: %s of %s forgets that %s needs approval", o.Kind, c.actor.name, who(now))
	case now.State == admitted && !isAdmission(was, now) && !renews(c, was, now):
		r.breaks("I7, I12: %s of %s: %s is in without an admission", o.Kind, c.actor.name, who(now))
	case was.State != now.State && !lapsed && !slices.Contains(seatChanges[now.State][kind], was.State):
		r.breaks("I10: %s of %s changes %s from %q to %q", o.Kind, c.actor.name, who(now), was.State, now.State)
	}
}

// renews reports whether the seat stays in, with a lease that had not ended when the operation began.
func renews(c change, was, now meeting.Seat) bool {
	return was.State == admitted && (!now.Lease.After(was.Lease) || c.at.Before(was.Lease.Add(lateness)))
}

// judgeWaiting checks that a guest waits without a sound if a host sent somebody from their network away, and only then
// (I10).
func (r *rules) judgeWaiting(c change, was, now meeting.Seat) {
	o, g, instance := c.operation, c.was.liveRoom().Live, now.ID.Instance()
	if now.State != waiting || o.decides() || g.Instance != instance {
		return
	}
	networks := []meeting.Identity{now.Client, clientIdentity(instance, c.actor.caller.Address)}
	listed := func(lists ...meeting.Identity) bool {
		return now.User.None() && was.State != admitted &&
			slices.ContainsFunc(networks, func(n meeting.Identity) bool { return slices.Contains(lists, n) })
	}
	switch {
	case now.Muted && !listed(slices.Concat(g.NeedApproval, g.Denied)...):
		r.breaks("I10: %s is muted, and nobody from there was sent away", who(now))
	case !now.Muted && o.Instance == instance && listed(o.listed...) && !slices.Contains(g.NeedApproval, now.Identity()):
		r.breaks("I10: %s waits aloud, and somebody from there was sent away", who(now))
	}
}
