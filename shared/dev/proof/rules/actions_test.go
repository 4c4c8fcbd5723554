package rules

import (
	"context"
	"fmt"
	"strings"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

const admitted = "admitted"

// join takes a new seat, with the passcode of the room, as an invitation holds it.
func (w *world) join(a arguments) (string, error) {
	p := w.who(a["WHO"])
	p.address = a["PLACE"]
	j := meeting.JoinInput{
		Address: w.number(p.address), Name: p.name, Passcode: w.destination(p.address).Settings.Passcode,
		OMN: w.numbers[a["NAME"]], Request: meeting.Fingerprint("join"),
	}
	for _, how := range options(a["HOW"]) {
		switch name, value := cutOption(how); name {
		case "passcode":
			j.Passcode = value
		case "key":
			j.Key = value
		case "name":
			j.Name, j.Request = value, meeting.Fingerprint(value)
		default:
			return "", fmt.Errorf("nobody joins with %q", how)
		}
	}
	admission, err := w.Door().Join(w.t.Context(), p.caller, j)
	return w.seated(p, admission, err), nil
}

// options splits "passcode wrong and key k1".
func options(how string) []string {
	if how == "" {
		return nil
	}
	return strings.FieldsFunc(strings.ReplaceAll(how, " and ", ","), func(r rune) bool { return r == ',' })
}

// cutOption splits "passcode wrong"; the value "none" is empty.
func cutOption(how string) (name, value string) {
	name, value, _ = strings.Cut(strings.TrimSpace(how), " ")
	if value == "none" {
		value = ""
	}
	return name, value
}

// seated remembers the seat of the admission, and is how the person stands.
func (w *world) seated(p *person, a meeting.Admission, err error) string {
	if err != nil {
		return w.result(err)
	}
	if id := a.Seat.ID; id != p.seat.ID {
		p.before, p.seat = p.seat, meeting.Credential{ID: id, Secret: a.Secret}
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

// poll asks again with the person's seat: to wait, to renew the lease, and to return.
func (w *world) poll(a arguments) (string, error) {
	p := w.who(a["WHO"])
	place := p.address
	if a["PLACE"] != "" {
		place = a["PLACE"]
	}
	seat, err := w.credential(p, a["HOW"])
	if err != nil {
		return "", err
	}
	admission, err := w.Door().Join(w.t.Context(), p.caller, meeting.JoinInput{Address: w.number(place), Seat: seat})
	if a["HOW"] != "" && err != nil {
		return w.result(err), nil
	}
	return w.seated(p, admission, err), nil
}

// credential is the person's own; or, as the script says, that of another one, or none that exists.
func (w *world) credential(p *person, how string) (meeting.Credential, error) {
	whose, _, isSeat := strings.Cut(how, "'s seat")
	switch {
	case how == "":
		return p.seat, nil
	case how == "the seat before":
		return p.before, nil
	case how == "no seat":
		return meeting.Credential{ID: "x.y", Secret: "z"}, nil
	case how == "a wrong secret":
		return meeting.Credential{ID: p.seat.ID, Secret: "wrong"}, nil
	case isSeat:
		return w.who(whose).seat, nil
	}
	return meeting.Credential{}, fmt.Errorf("there is no seat %q", how)
}

func (w *world) leave(a arguments) (string, error) {
	p := w.who(a["WHO"])
	seat, err := w.credential(p, a["HOW"])
	if err != nil {
		return "", err
	}
	return w.result(w.Door().Leave(w.t.Context(), p.caller, w.number(p.address), seat)), nil
}

func (w *world) claimHost(a arguments) (string, error) {
	p := w.who(a["WHO"])
	admission, err := w.Door().ClaimHost(w.t.Context(), p.caller, w.number(p.address), p.seat, a["KEY"])
	return w.seated(p, admission, err), nil
}

// strangersJoin lets guests join, each from an address of their own. The result is that of all.
func (w *world) strangersJoin(a arguments) (string, error) {
	return w.strangers(a.count("N"), "joins", 1)
}

func (w *world) strangersGuess(a arguments) (string, error) {
	return w.strangers(a.count("N"), "joins with passcode wrong", a.count("N2"))
}

func (w *world) strangers(n int, do string, times int) (first string, err error) {
	for i := range n {
		stranger := fmt.Sprint("stranger", i)
		w.who(stranger).caller.Address = fmt.Sprintf("203.0.%d.%d", 113+i/250, i%250)
		for range times {
			result, err := w.run(actions, stranger+" "+do)
			if first == "" {
				first = result
			}
			if err != nil || result != first {
				return fmt.Sprintf("%s for %s", result, stranger), err
			}
		}
	}
	return first, nil
}

// updateLive makes the edit of the live room.
func updateLive(e meeting.LiveEdit) func(*world, arguments) (string, error) {
	return func(w *world, a arguments) (string, error) {
		_, err := w.Door().UpdateLive(w.t.Context(), w.who(a["WHO"]).caller, w.number(a["PLACE"]), e)
		return w.result(err), nil
	}
}

type decision func(*meeting.Door, context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error)

// decide makes a host's decision on the people, or on everybody who waits. The result names those whom it missed.
func decide(d decision) func(*world, arguments) (string, error) {
	return func(w *world, a arguments) (string, error) {
		sel := meeting.Selection{All: a["PEOPLE"] == "everybody"}
		if !sel.All {
			for _, name := range names(a["PEOPLE"]) {
				sel.IDs = append(sel.IDs, w.who(name).seat.ID)
			}
		}
		done, err := d(w.Door(), w.t.Context(), w.who(a["WHO"]).caller, w.number("the room"), sel)
		if err != nil || len(done.Skipped) == 0 {
			return w.result(err), nil
		}
		var missed []string
		for _, s := range done.Skipped {
			missed = append(missed, fmt.Sprint(s.Name, " is ", s.State))
		}
		return "missed: " + strings.Join(missed, ", "), nil
	}
}

// instant starts a meeting now. It becomes the meeting Instant of the script, and the seat that of the host.
func (w *world) instant(a arguments) (string, error) {
	p, who := w.who(a["WHO"]), "me"
	start := meeting.InstantStart{Name: p.name, Request: meeting.Fingerprint(a["PMI"] + a["OWN"] + a["HOW"])}
	if a["PMI"]+a["OWN"] != "" {
		start.UsePMI = new(a["PMI"] != "")
	}
	if a["USER"] != "" {
		who = a["USER"]
	}
	for _, how := range options(a["HOW"]) {
		switch name, value := cutOption(how); name {
		case "key":
			start.Key = value
		case "topic":
			start.Topic = value
		}
	}
	made, err := w.Starts().Instant(w.t.Context(), p.caller, who, start)
	if err != nil {
		return w.result(err), nil
	}
	w.numbers["Instant"], w.advisories = made.Room.Number, made.Advisories
	if made.Admission != nil {
		p.address = made.Room.Number.String()
		w.seated(p, *made.Admission, nil)
	}
	verb, where := "joined", "with its own number"
	if made.Opened {
		verb = "started"
	}
	if made.Room.Kind == meeting.Personal {
		where = "in the personal room"
	}
	return verb + " " + where, nil
}

// mediaTime is when the media server says that something happened.
func (w *world) mediaTime(a arguments) (time.Time, error) {
	if a["TIME"] == "" {
		return w.Clock.Now(), nil
	}
	ago, err := time.ParseDuration(a["TIME"])
	return w.Clock.Now().Add(-ago), err
}

func (w *world) mediaLeft(a arguments) (string, error) {
	seat := w.who(a["WHO"]).seat.ID
	at, err := w.mediaTime(a)
	if err != nil {
		return "", err
	}
	return w.result(w.Door().OnParticipantLeft(w.t.Context(), seat.Instance(), seat, at)), nil
}

func (w *world) mediaEmpty(a arguments) (string, error) {
	at, err := w.mediaTime(a)
	if err != nil {
		return "", err
	}
	return w.result(w.Door().OnMediaEmpty(w.t.Context(), w.room().Live.Instance, at)), nil
}

func (w *world) mediaAsks(a arguments) (string, error) {
	seat := w.who(a["WHO"]).seat.ID
	standing, err := w.Door().CheckParticipant(w.t.Context(), seat.Instance(), seat)
	if err != nil {
		return w.result(err), nil
	}
	return map[meeting.MediaStanding]string{
		meeting.Allowed: "allowed", meeting.NotAllowed: "not allowed", meeting.InstanceOver: "the instance is over",
	}[standing], nil
}

// fault plans a fault of the next operation of the use cases. An operation is that of DynamoDB, and the item's kind:
// "UpdateItem ROOM", "UpdateItem SEAT", "UpdateItem row" (any item but a room), "PutItem", "GetItem", "Query".
func fault(make func(w *world, line string) dynamoproxy.Fault) func(*world, arguments) (string, error) {
	return func(w *world, a arguments) (string, error) {
		w.faults.Plan(dynamoproxy.Operation(a["OP"]), make(w, a["LINE"]))
		return "ok", nil
	}
}

func pass(*world, string) dynamoproxy.Fault       { return dynamoproxy.Pass }
func loseAnswer(*world, string) dynamoproxy.Fault { return dynamoproxy.LoseAnswer }

// crash ends the function before the operation is made: its result is "failed".
func crash(*world, string) dynamoproxy.Fault { return dynamoproxy.Fail("ValidationException") }

func before(w *world, text string) dynamoproxy.Fault {
	return dynamoproxy.After(func() { w.playInFault(text) })
}

func loseAnswerThen(w *world, text string) dynamoproxy.Fault {
	return dynamoproxy.LoseAnswerThen(func() { w.playInFault(text) })
}

// playInFault runs lines that are separated by semicolons.
func (w *world) playInFault(text string) {
	for one := range strings.SplitSeq(text, "; ") {
		w.playLine(parseLine("in a fault", one))
	}
}
