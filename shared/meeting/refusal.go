package meeting

import "errors"

// A Reason names, once and for all clients, why something was refused. The set is closed; the HTTP edge gives each
// reason its status and code in one place (package api).
type Reason string

// Refusals of input.
const (
	Invalid    Reason = "invalid"         // a field's value: Fields says which and why
	NumberRule Reason = "number_rule"     // a number that I3 bans: Fields names the rule
	KeyReused  Reason = "idempotency_key" // the same Idempotency-Key with another body (I15)
)

// Refusals for what is, or is not, there.
const (
	NoUser    Reason = "user_not_found"    // also: another user, without the scope that would show them
	NoMeeting Reason = "meeting_not_found" // I13: unknown, retired, wrong passcode and missing passcode are this one
	NoSeat    Reason = "seat_not_found"    // the host names a seat that this sitting does not have

	NumberTaken Reason = "number_taken" // taken and resting alike (I1, I2)
	LinkTaken   Reason = "link_taken"   // I4
	RoomLive    Reason = "room_live"    // an edit that needs an idle room
	RoomInUse   Reason = "room_in_use"  // I18: another meeting sits in the personal room
	RoomIdle    Reason = "room_idle"    // a host's action on a sitting that is not there
	PMIRequired Reason = "pmi_required" // I5: "always use PMI" is on
	DeletePMI   Reason = "delete_pmi"   // a personal room is edited, never deleted
	SeatMoved   Reason = "seat_moved"   // a host's decision on somebody who does not stand where it would count
	HistoryFull Reason = "history_full" // storage holds no more under this user or instance
	IsOwner     Reason = "is_owner"     // I11: the owner cannot be removed, denied or made to wait
)

// Refusals at the door, told only to someone past the passcode (I13).
const (
	Locked         Reason = "locked"
	Full           Reason = "full"
	Denied         Reason = "denied"
	Removed        Reason = "removed"
	Ended          Reason = "ended"            // the seat's sitting is over: join afresh
	SignInRequired Reason = "sign_in_required" // the room admits signed-in people only
	WrongHostKey   Reason = "wrong_host_key"
	WrongDomain    Reason = "domain_not_allowed" // or those of some e-mail domains only
)

// Refusals that pass: the same call may succeed later.
const (
	TooManyGuesses Reason = "too_many_guesses" // I13: the caller's guess budget is spent
	TooManyWaiting Reason = "too_many_knocks"  // too many wait, of this client or of all
	Busy           Reason = "busy"             // too many at once: nothing was done, try again
	Arriving       Reason = "arriving"         // removed, but a seat is still in flight: repeat the call, it is safe
)

// A Refusal is a refusal that a caller is told of. Everything else that goes wrong is an ordinary error, shown to
// nobody but the log.
type Refusal struct {
	Reason  Reason
	Message string  // one sentence for a person
	Fields  []Field // what each refused field was given, and what it allows
	Retry   int     // seconds after which to try again; 0 if trying again does not help
}

// A Field is one refused field of the input.
type Field struct {
	Name    string // as in the body: "settings.use_pmi"
	Message string // what was given, what is allowed
}

func (f *Refusal) Error() string { return string(f.Reason) + ": " + f.Message }

// Refuse makes the fault of a reason.
func Refuse(r Reason, message string) *Refusal { return &Refusal{Reason: r, Message: message} }

// RefuseField makes the Invalid fault of a single field.
func RefuseField(name, message string) *Refusal {
	return &Refusal{Reason: Invalid, Message: "Validation failed.", Fields: []Field{{name, message}}}
}

// ReasonOf says why err was refused; it is empty if err is no Fault.
func ReasonOf(err error) Reason {
	if f, ok := errors.AsType[*Refusal](err); ok {
		return f.Reason
	}
	return ""
}
