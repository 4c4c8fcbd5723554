package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

const admitted = "admitted"

func (w *world) moveTo(a arguments) string {
	w.who(a["WHO"]).caller.Address = a["ADDRESS"]
	return "ok"
}

func (w *world) loseEmail(a arguments) string {
	w.who(a["WHO"]).caller.Email = ""
	return "ok"
}

// join takes a new seat, with the passcode of the room, as an invitation holds it.
func (w *world) join(a arguments) string {
	p := w.who(a["WHO"])
	p.address = a["PLACE"]
	j := meeting.JoinInput{
		Address: w.number(p.address), Name: p.name, Passcode: w.destination(p.address).Settings.Passcode,
		OMN: w.numbers[a["NAME"]], Request: meeting.Fingerprint("join"),
	}
	for name, value := range a.options() {
		host, of := strings.CutPrefix(value, "of ")
		switch {
		case name == "passcode" && of:
			j.Passcode = w.roomOf(callerOf(host).User).Settings.Passcode
		case name == "passcode":
			j.Passcode = value
		case name == "key":
			j.Key = value
		case name == "name":
			j.Name, j.Request = value, meeting.Fingerprint(value)
		default:
			return unknown + " nobody joins with " + name
		}
	}
	admission, err := w.Door().Join(w.t.Context(), p.caller, j)
	return w.seated(p, admission, err)
}

// options are "passcode wrong and key k1" by their names. The value "none" is empty.
func (a arguments) options() map[string]string {
	all := map[string]string{}
	for one := range strings.SplitSeq(a["HOW"], " and ") {
		if name, value, _ := strings.Cut(one, " "); name != "" {
			all[name] = strings.TrimPrefix(value, "none")
		}
	}
	return all
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
func (w *world) poll(a arguments) string {
	p := w.who(a["WHO"])
	if a["PLACE"] != "" {
		p.address = a["PLACE"]
	}
	j := meeting.JoinInput{Address: w.number(p.address), Seat: w.credential(p, a["HOW"])}
	admission, err := w.Door().Join(w.t.Context(), p.caller, j)
	return w.seated(p, admission, err)
}

// credential is the person's own; or, as the line says, another one, or one that does not exist.
func (w *world) credential(p *person, how string) meeting.Credential {
	if whose, _, isSeat := strings.Cut(how, "'s seat"); isSeat {
		return w.who(whose).seat
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

func (w *world) leave(a arguments) string {
	p := w.who(a["WHO"])
	return w.result(w.Door().Leave(w.t.Context(), p.caller, w.number(p.address), w.credential(p, a["HOW"])))
}

func (w *world) claimHost(a arguments) string {
	p := w.who(a["WHO"])
	admission, err := w.Door().ClaimHost(w.t.Context(), p.caller, w.number(p.address), p.seat, a["KEY"])
	return w.seated(p, admission, err)
}

// strangers join, or guess, each from an address of their own. The result is that of all, or the first that differs.
func (w *world) strangers(a arguments) (result string) {
	times, do := 1, " joins"
	if a["TIMES"] != "" {
		times, do = a.count("TIMES"), " joins with passcode wrong"
	}
	for i := range a.count("N") * times {
		name := fmt.Sprint("stranger", i/times)
		w.who(name).caller.Address = fmt.Sprintf("203.0.%d.%d", 113+i/times/250, i/times%250)
		got := w.run(actions, name+do)
		if result != "" && got != result {
			return got + " for " + name
		}
		result = got
	}
	return result
}

// stay lets the time pass, and polls before each lease ends.
func (w *world) stay(a arguments) string {
	step := w.Env.Config.Lease * 2 / 3
	for left := a.time(); left > 0; left -= step {
		w.Clock.Advance(min(left, step))
		if result := w.poll(a); result != admitted {
			return result
		}
	}
	return admitted
}

func (w *world) look(a arguments) string {
	_, err := w.Door().RoomState(w.t.Context(), w.who(a["WHO"]).caller, w.number("the room"))
	return w.result(err)
}

// updateLive makes the edit of the live room.
func updateLive(e meeting.LiveEdit) func(*world, arguments) string {
	return func(w *world, a arguments) string {
		_, err := w.Door().UpdateLive(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["PLACE"]), e)
		return w.result(err)
	}
}

type decision func(*meeting.Door, context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)

// decide makes a host's decision on the people, or on everybody who waits. The result names those whom it missed.
func decide(d decision) func(*world, arguments) string {
	return func(w *world, a arguments) string {
		sel := meeting.Selection{All: a["PEOPLE"] == "everybody"}
		if !sel.All {
			for _, name := range people(a["PEOPLE"]) {
				sel.IDs = append(sel.IDs, w.who(name).seat.ID)
			}
		}
		done, err := d(w.Door(), w.t.Context(), w.who(a["WHO"]).caller, w.number("the room"), sel)
		if err != nil || len(done.Skipped) == 0 {
			return w.result(err)
		}
		var missed []string
		for _, s := range done.Skipped {
			missed = append(missed, fmt.Sprint(s.Name, " is ", s.State))
		}
		return "missed: " + list(missed)
	}
}

// instant starts a meeting now. Scripts know it as Instant; the seat is that of its host.
func (w *world) instant(a arguments) string {
	p, options, user := w.who(a["WHO"]), a.options(), "me"
	start := meeting.InstantStart{
		Name: p.name, Key: options["key"], Topic: options["topic"], Request: meeting.Fingerprint(options["topic"]),
	}
	if a["PMI"]+a["OWN"] != "" {
		start.UsePMI = new(a["PMI"] != "")
	}
	if a["USER"] != "" {
		user = a["USER"]
	}
	made, err := w.Starts().Instant(w.t.Context(), p.caller, user, start)
	if err != nil {
		return w.result(err)
	}
	w.mu.Lock()
	w.numbers["Instant"], w.advisories = made.Room.Number, made.Advisories
	w.mu.Unlock()
	if made.Admission != nil {
		p.address = made.Room.Number.String()
		w.seated(p, *made.Admission, nil)
	}
	result := map[bool]string{true: "started", false: "joined"}[made.Opened]
	if made.Room.Kind == meeting.Personal {
		return result + " in the personal room"
	}
	return result + " with its own number"
}

// change starts or ends a meeting.
func change(do func(*meeting.Starts, context.Context, meeting.Caller, string) error) func(*world, arguments) string {
	return func(w *world, a arguments) string {
		return w.result(do(w.Starts(), w.t.Context(), w.who(a["WHO"]).caller, w.number(a["PLACE"])))
	}
}

func (w *world) mediaLeft(a arguments) string {
	id := w.who(a["WHO"]).seat.ID
	instance := cmp.Or(a["OTHER"], id.Instance())
	return w.result(w.Door().OnParticipantLeft(w.t.Context(), instance, id, w.Clock.Now().Add(-a.time())))
}

func (w *world) mediaEmpty(a arguments) string {
	instance := w.who(a["WHO"]).seat.ID.Instance()
	return w.result(w.Door().OnMediaEmpty(w.t.Context(), instance, w.Clock.Now().Add(-a.time())))
}

func (w *world) mediaAsks(a arguments) string {
	id := w.who(a["WHO"]).seat.ID
	standing, err := w.Door().CheckParticipant(w.t.Context(), id.Instance(), id)
	if err != nil {
		return w.result(err)
	}
	return map[meeting.MediaStanding]string{
		meeting.Allowed: "allowed", meeting.NotAllowed: "not allowed", meeting.InstanceOver: "the instance is over",
	}[standing]
}

// atOnce plays each of the lines N times, all at once, and counts their results. In place of # it puts the number of the
// repetition. Races of joins with locks, starts and removals are checked for linearizability in package proof.
func (w *world) atOnce(a arguments) string {
	var all sync.WaitGroup
	var mu sync.Mutex
	count := map[string]int{}
	for line := range strings.SplitSeq(a["LINES"], "; ") {
		for i := range a.count("N") {
			all.Go(func() {
				result := w.run(actions, strings.ReplaceAll(line, "#", strconv.Itoa(i)))
				mu.Lock()
				defer mu.Unlock()
				count[result]++
			})
		}
	}
	all.Wait()
	var results []string
	for _, result := range slices.Sorted(maps.Keys(count)) {
		results = append(results, fmt.Sprint(count[result], " ", result))
	}
	return list(results)
}

// fault plans a fault of the next operation of that name.
func fault(f dynamoproxy.Fault) func(*world, arguments) string {
	return faultWith(func(func()) dynamoproxy.Fault { return f })
}

// faultWith is fault, in which the lines are played.
func faultWith(of func(play func()) dynamoproxy.Fault) func(*world, arguments) string {
	return func(w *world, a arguments) string {
		w.faults.Plan(dynamoproxy.Operation(a["OP"]), of(func() { w.playInFault(a["LINES"]) }))
		return "ok"
	}
}

// playInFault plays lines that are separated by semicolons, from any goroutine.
func (w *world) playInFault(lines string) {
	for one := range strings.SplitSeq(lines, "; ") {
		w.playLine(parseLine("in a fault", one))
	}
}
