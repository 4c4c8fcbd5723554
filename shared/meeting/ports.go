package meeting

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrStale is returned by a conditional write whose condition does not hold.
var ErrStale = errors.New("changed meanwhile")

// ErrContended is returned by storage after too many conflicts: the write was not made. It is the refusal [Busy].
var ErrContended error = refuse(Busy)

// ErrFull is returned by storage if it keeps no more for a user or an instance. It is the refusal [HistoryFull].
var ErrFull error = refuse(HistoryFull)

// Store is all of storage. All reads are consistent, except those of Spent and Members. A page comes with where the
// next page begins, or "".
type Store interface {
	// Room returns what is behind the number; of nobody's number, a Room with only the number.
	Room(context.Context, Number) (Room, error)
	// Rooms returns what is behind each of the numbers, as Room does.
	Rooms(context.Context, []Number) (map[Number]Room, error)
	// ApplyTransition applies the transition and returns the room after it; or ErrStale, and the room as it is.
	ApplyTransition(context.Context, Number, Transition) (Room, error)

	// Seat returns the zero Seat if there is none.
	Seat(context.Context, SeatID) (Seat, error)
	// Roster returns every seat of the instance, whatever its state.
	Roster(ctx context.Context, instance string) (Roster, error)
	// TakeSeat stores the seat as version 1; or returns ErrStale, and the seat that is stored.
	TakeSeat(context.Context, Seat) (Seat, error)
	// ChangeSeat stores the next version of the seat over the version that it names; or returns ErrStale, and the seat
	// that is stored.
	ChangeSeat(context.Context, Seat) (Seat, error)

	// Spent returns what guests did that they may do only so often (I13), per scope and window. A scope is a client, a
	// room or an instance; a window is named by its begin.
	Spent(ctx context.Context, scope string, window time.Time) (Spent, error)
	// Spend counts one more guess and returns how many there are.
	Spend(ctx context.Context, scope string, window time.Time) (int, error)
	// TakePlace takes the place, if no more than its limit are taken then; or returns ErrStale. It returns what is then
	// spent.
	TakePlace(context.Context, Place) (Spent, error)
	// ReturnPlace gives a place back that was taken.
	ReturnPlace(context.Context, Place) error
	// SpendWait counts so many more waiting seats and returns how many there are.
	SpendWait(ctx context.Context, scope string, window time.Time, seats int) (int, error)

	// Pass returns the pass of the room of the owner; the zero Pass if there is none.
	Pass(ctx context.Context, owner User, id string) (Pass, error)
	// Passes returns all passes of the room of the owner.
	Passes(ctx context.Context, owner User) ([]Pass, error)
	// UsePass counts the seat as a use of the pass, if the pass exists, is not over at the time, and has a use left or
	// counts that seat already; or returns ErrStale.
	UsePass(ctx context.Context, p Pass, seat Identity, now time.Time) error

	// AppsOf returns the apps of the account that act as one of the users.
	AppsOf(ctx context.Context, account string, users ...string) ([]AppRef, error)

	// DropDevices deletes the devices on which the doorbell of the user rings.
	DropDevices(context.Context, User) error

	// AccountRules returns the rules of the account; without values and locks if none are stored.
	AccountRules(ctx context.Context, account string) (AccountRules, error)

	ActiveStore
	// DeletedAt returns when the user was deleted last; the zero time if that was not within DeletionKept.
	DeletedAt(context.Context, User) (time.Time, error)

	// Profile returns the zero Profile if there is none.
	Profile(context.Context, User) (Profile, error)
	// LinkClaim returns the zero LinkClaim if the link is nobody's.
	LinkClaim(context.Context, Link) (LinkClaim, error)
	// UserOfEmail returns the zero User if there is none.
	UserOfEmail(ctx context.Context, account, email string) (User, error)

	// Members returns a page of the users of the account with the status, the oldest profile first. It may miss what
	// was written within the last second or so.
	Members(ctx context.Context, account string, s Status, after string, limit int) ([]User, string, error)
	// Profiles returns the profiles of the users, in their order; of a user without one, the zero Profile.
	Profiles(context.Context, []User) ([]Profile, error)

	// Meeting returns the zero Meeting if there is none.
	Meeting(context.Context, User, Number) (Meeting, error)
	// Meetings returns a page of all meetings of the host, instant ones too.
	Meetings(ctx context.Context, host User, after string, limit int) ([]Meeting, string, error)
	// Agenda returns a page of the host's planned meetings that are not over before from, soonest end first, those
	// without an end last. It holds no instant meetings.
	Agenda(ctx context.Context, host User, from time.Time, after string, limit int) ([]Meeting, string, error)
	// IdempotencyRecord returns the zero record if there is none.
	IdempotencyRecord(ctx context.Context, by User, key string) (IdempotencyRecord, error)

	// SaveInstance stores the record, unless one of a higher rank is stored.
	SaveInstance(context.Context, InstanceRecord) error
	// Instance returns the zero record if there is none. A record may be found after it has expired.
	Instance(ctx context.Context, uuid string) (InstanceRecord, error)
	// ReplaceUUID stores the uuid of the next instance of an alias that has the other one; else it has no effect.
	ReplaceUUID(ctx context.Context, alias Number, uuid, next string) error
	// PastInstances returns a page of the host's ended instances that opened within [from, to), latest first.
	PastInstances(
		ctx context.Context, host User, from, to time.Time, after string, limit int,
	) ([]InstanceRecord, string, error)
	// PastInstancesOf returns a page of all ended instances of a meeting or of the bare personal room, latest first.
	PastInstancesOf(ctx context.Context, host User, id Number, after string, limit int) ([]InstanceRecord, string, error)
	// LiveInstances returns a page of the host's instances that opened within [from, to) and are not recorded as ended,
	// oldest first.
	LiveInstances(
		ctx context.Context, host User, from, to time.Time, after string, limit int,
	) ([]InstanceRecord, string, error)
	// SaveContacts records until expires that the host met the people at the time, unless they met later.
	SaveContacts(ctx context.Context, host User, people []Identity, at, expires time.Time) error
	// Contacts returns when the host last met each of the people. It leaves out those without an unexpired record.
	Contacts(ctx context.Context, host User, people []Identity) (map[Identity]time.Time, error)

	// Save makes the changes in one step: all, or none. It returns a *Conflict for the first change that was not
	// possible, or ErrContended.
	Save(context.Context, ...Change) error
}

// Spent counts what was spent of a budget.
type Spent struct {
	Guesses int // wrong passcodes, secrets of seats and host keys; claims of, and requests for, numbers and links
	Waits   int // seats that began to wait

	TakenAt time.Time // when the last [Place] was taken
}

// A Conflict names the change of a Save whose precondition, stated at its type, does not hold.
type Conflict struct{ Change Change }

func (c *Conflict) Error() string { return "conflicting change" }

// impossible returns the change that was not possible; nil if err is no Conflict.
func impossible(err error) Change {
	if c, ok := errors.AsType[*Conflict](err); ok {
		return c.Change
	}
	return nil
}

// A Change is one item of a Save.
type Change interface{ change() }

type (
	// ClaimRoom puts the room, if its number is Claimable by its owner (I1).
	ClaimRoom struct {
		Room Room
		Now  time.Time
	}
	// ReplaceRoom puts After over Before, if the stored room is not open and has the kind, instance and epoch of
	// Before, and is Used as it was; of an Alias, the NextUUID.
	ReplaceRoom struct{ Before, After Room }
	// PutProfile stores the next version over the version that it names; 0: if there is none.
	PutProfile struct{ Profile Profile }
	// DropProfile deletes the version of the profile that it names.
	DropProfile struct{ Profile Profile }
	// ClaimLink makes the link lead to the user, if it is Claimable by them (I4).
	ClaimLink struct {
		Link Link
		User User
		Now  time.Time
	}
	// ReleaseLink releases the link, if it is nobody's or the user's, and keeps it for them until then (I2).
	ReleaseLink struct {
		Link  Link
		User  User
		Until time.Time
	}
	// DropLink deletes the claim of the link, if it is nobody's or the user's.
	DropLink struct {
		Link Link
		User User
	}
	// ClaimEmail makes the verified address lead to the user of its account, if it leads to nobody or to them.
	ClaimEmail struct {
		Email string
		User  User
	}
	// PutDeletion records that the user was deleted, until Expires.
	PutDeletion struct {
		User        User
		At, Expires time.Time
	}
	// PutPass stores the pass, if there is none of its id.
	PutPass struct{ Pass Pass }
	// DropPass deletes the pass, if it exists.
	DropPass struct {
		Owner User
		ID    string
	}
	// DropApp deletes the app, if it exists.
	DropApp struct{ App AppRef }
	// DropEmail frees the user's address.
	DropEmail ClaimEmail
	// GiveEmail makes the address of a user that of another one.
	GiveEmail struct {
		Email    string
		From, To User
	}
	// GiveLink makes the link of a user that of another one.
	GiveLink struct {
		Link     Link
		From, To User
	}
	// PutMeeting stores the next version over the version that it names; 0: if there is none.
	PutMeeting struct{ Meeting Meeting }
	// DropMeeting deletes the version of the meeting that it names.
	DropMeeting struct{ Meeting Meeting }
	// PutIdempotencyRecord stores the record, if there is none of its key.
	PutIdempotencyRecord struct {
		Record IdempotencyRecord
		Now    time.Time
	}
)

func (ClaimRoom) change()            {}
func (ReplaceRoom) change()          {}
func (PutProfile) change()           {}
func (DropProfile) change()          {}
func (ClaimLink) change()            {}
func (ReleaseLink) change()          {}
func (DropLink) change()             {}
func (ClaimEmail) change()           {}
func (PutDeletion) change()          {}
func (PutPass) change()              {}
func (DropPass) change()             {}
func (DropApp) change()              {}
func (DropEmail) change()            {}
func (GiveEmail) change()            {}
func (GiveLink) change()             {}
func (PutMeeting) change()           {}
func (DropMeeting) change()          {}
func (PutIdempotencyRecord) change() {}

// An IdempotencyRecord is what an Idempotency-Key did (I15).
type IdempotencyRecord struct {
	By       User
	Key      string
	Request  Identity // of the body
	Meeting  Meeting  // as it was created; zero if the key made no meeting
	Instance string   // that was started
	Expires  time.Time
}

// IdempotencyLife is how long an Idempotency-Key is remembered, unless the plan of a meeting names another time.
const IdempotencyLife = 24 * time.Hour

// Env holds time, randomness and configuration for the use cases.
type Env struct {
	Now    func() time.Time
	Random io.Reader
	Pause  func(context.Context, time.Duration) // waits, or until the context is done
	Config Config

	Connected MediaList // nil: no media server has such a list
}

// Config holds the choices of the operator.
type Config struct {
	Quarantine    time.Duration // how long a released number or link is kept for its last owner (I2); 0: not at all
	Lease         time.Duration // of a seat (I17); 0: DefaultLease
	MediaPresence bool          // the media server reports who joins and leaves, and has the list of who is connected
	Retention     time.Duration // of the records of instances and seats; 0: DefaultRetention

	AuditRetention    time.Duration // of entries of the audit trail; 0: DefaultAuditRetention
	KeepErasedRecords bool          // keep the records of meetings that an erased user hosted, as long as all records
}
