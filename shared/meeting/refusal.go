package meeting

import (
	"errors"
	"fmt"
)

// A Reason names, once and for all clients, why something was refused. The set is closed: each reason has one row in
// [refusals], and one at the HTTP edge with its status and code (package api).
type Reason string

// The input is not acceptable.
const (
	Invalid    Reason = "invalid"         // the value of a field: Fields says which and why
	NumberRule Reason = "number_rule"     // the number breaks a rule of I3: Fields names the rule
	KeyReused  Reason = "idempotency_key" // the same Idempotency-Key with another body (I15)
)

// The state of what the request names does not allow it.
const (
	NoUser       Reason = "user_not_found" // also: another user, without the scope that shows them
	UserExists   Reason = "user_exists"    // another user of the account has the address
	UserPending  Reason = "user_pending"   // the user was invited and has not signed in yet
	UserInactive Reason = "user_inactive"  // an admin deactivated the user

	NoMeeting Reason = "meeting_not_found" // I13: unknown, released, wrong passcode and missing passcode are this one
	NoSeat    Reason = "seat_not_found"    // a host names a seat that this instance does not have
	NoPass    Reason = "pass_not_found"    // the room has no such guest pass, or it was revoked

	NumberTaken   Reason = "number_taken"   // also: quarantined (I1, I2)
	LinkTaken     Reason = "link_taken"     // also: quarantined (I2, I4)
	RoomLive      Reason = "room_live"      // the edit needs an idle room
	RoomInUse     Reason = "room_in_use"    // I18: another meeting is live in the personal room
	RoomIdle      Reason = "room_idle"      // a host's action on a room that is not live
	PMIRequired   Reason = "pmi_required"   // I5: "always use PMI" is on
	DeletePMI     Reason = "delete_pmi"     // a personal room is edited, never deleted
	SeatMoved     Reason = "seat_moved"     // the participant is not in the state that the action needs
	HistoryFull   Reason = "history_full"   // storage holds no more for this user or instance
	SettingLocked Reason = "setting_locked" // the admins of the account decided it for everybody: Fields names it
	IsOwner       Reason = "is_owner"       // I11: the owner cannot be removed, nor moved to the waiting room
)

// A join is refused. Only somebody past the passcode gets one of these (I13).
const (
	Locked         Reason = "locked"
	Full           Reason = "full"
	Denied         Reason = "denied"
	Removed        Reason = "removed"
	Ended          Reason = "ended"            // the instance of the seat is over: join without the seat
	SignInRequired Reason = "sign_in_required" // the room admits signed-in people only
	WrongDomain    Reason = "domain_not_allowed"
	WrongHostKey   Reason = "wrong_host_key"

	AccountClosed Reason = "account_quarantined" // the operator closed the account: only its users hear this
)

// The same request may succeed later.
const (
	TooManyGuesses Reason = "too_many_guesses" // I13: the guess budget of the caller is spent
	TooManyChanges Reason = "too_many_changes" // I2: of the number and the link, today
	TooManyWaiting Reason = "too_many_knocks"  // too many wait, of this client or of all guests
	Busy           Reason = "busy"             // too many concurrent changes: nothing was done
	Arriving       Reason = "arriving"         // removed, but a seat is still in flight: to repeat the request is safe

	TooManyPasses      Reason = "too_many_passes"      // of this room, or made today
	TooManyInvitations Reason = "too_many_invitations" // of this host, today
)

// A refusalRow holds all that the domain says about one reason.
type refusalRow struct {
	message     string // one sentence for a person; a use case that knows more says that instead
	mayHaveSeat bool   // a retried join that gets this answer may have a seat from its first try (I15)
}

// refusals has one row for each reason.
var refusals = map[Reason]refusalRow{
	Invalid:    {message: "Validation failed."},
	NumberRule: {message: "Validation failed."},
	KeyReused:  {message: "This Idempotency-Key was used for another request."},

	NoUser:       {message: "User does not exist."},
	UserExists:   {message: "Another user of the account has this e-mail address."},
	UserPending:  {message: "The user was invited and has not signed in yet: nobody can meet in their room."},
	UserInactive: {message: "An admin of the account deactivated this user."},

	NoMeeting: {message: "Meeting does not exist, or the passcode is not right."},
	NoSeat:    {message: "This meeting has no such participant."},
	NoPass:    {message: "The room has no such guest pass, or it was revoked."},

	NumberTaken: {message: "This number is not free."},
	LinkTaken:   {message: "This link is not free."},
	RoomLive:    {message: "The room is live: end it first."},
	RoomInUse:   {message: "Another meeting is live in this personal room. End it first."},
	RoomIdle:    {message: "Nobody is in this room: start it first."},
	PMIRequired: {message: "This user always uses the PMI for instant meetings. Start with use_pmi true or without it, " +
		"or turn the setting off."},
	DeletePMI:     {message: "A personal room cannot be deleted. Change its number instead."},
	SeatMoved:     {message: "Only somebody who is in can claim to be host."},
	HistoryFull:   {message: "Storage is full for this user or meeting. Delete planned meetings, or ask the operator."},
	SettingLocked: {message: "The admins of your account decided this setting for everybody."},
	IsOwner:       {message: "The owner of a room cannot be removed from it, nor be made to wait."},

	Locked:         {message: "The host locked the meeting.", mayHaveSeat: true},
	Full:           {message: "The meeting is full.", mayHaveSeat: true},
	Denied:         {message: "The host did not let you in.", mayHaveSeat: true},
	Removed:        {message: "The host removed you from this meeting."},
	Ended:          {message: "The meeting ended. Join again for the next one."},
	SignInRequired: {message: "This meeting is for signed-in people only. Sign in, then join again."},
	WrongDomain:    {message: "This meeting is for people of other e-mail domains than yours."},
	WrongHostKey:   {message: "This is not the host key of the room's owner."},

	AccountClosed: {message: "The operator closed this account for now: nobody can plan, start or join its meetings."},

	TooManyGuesses: {message: "Too many wrong guesses. Wait a while, then try again."},
	TooManyChanges: {message: "The number and the link were changed too often today. Change them tomorrow."},
	TooManyWaiting: {message: "Too many are waiting. Wait a while, then try again.", mayHaveSeat: true},
	Busy:           {message: "Too many requests met at this room; nothing was done."},
	Arriving: {message: "They are removed, but somebody let in just before is still on the way to a seat. " +
		"Repeat the request to be sure that it was not one of them."},

	TooManyPasses:      {message: "Too many guest passes were made today. Make others tomorrow."},
	TooManyInvitations: {message: "Too many invitations of this host are due today. Wait a day, or invite fewer people."},
}

// A Refusal is the answer "no" that a caller sees. Every other error is shown to nobody but the log.
type Refusal struct {
	Reason  Reason
	Message string  // one sentence for a person
	Fields  []Field // the refused fields of the input
	Retry   int     // seconds after which to try again; 0: as the edge says for the reason
}

// A Field is one refused field of the input.
type Field struct {
	Name    string // as in the body: "settings.use_pmi"
	Message string // the value that was given, and what is allowed
	Rule    Rule   // of I3 or I4 that the value breaks, if it breaks one
}

// fields are the refused fields of an input, so far.
type fields []Field

// refuse adds the field if it is wrong.
func (f *fields) refuse(wrong bool, name, why string, args ...any) {
	if wrong {
		*f = append(*f, Field{Name: name, Message: fmt.Sprintf(why, args...)})
	}
}

// err returns the refusal of the fields; nil if there are none.
func (f fields) err() error {
	if len(f) == 0 {
		return nil
	}
	return refuse(Invalid, f...)
}

func (f *Refusal) Error() string { return string(f.Reason) + ": " + f.Message }

// Refuse returns the refusal for the reason, with a message that says more than the row of the reason.
func Refuse(r Reason, message string) *Refusal { return &Refusal{Reason: r, Message: message} }

// RefuseField returns the [Invalid] refusal of a single field.
func RefuseField(name, message string) *Refusal {
	return refuse(Invalid, Field{Name: name, Message: message})
}

// refuse returns the refusal for the reason, with the message of its row.
func refuse(r Reason, fields ...Field) *Refusal {
	return &Refusal{Reason: r, Message: refusals[r].message, Fields: fields}
}

// ReasonOf returns the reason for which err was refused; empty if err holds no [Refusal].
func ReasonOf(err error) Reason {
	if f, ok := errors.AsType[*Refusal](err); ok {
		return f.Reason
	}
	return ""
}
