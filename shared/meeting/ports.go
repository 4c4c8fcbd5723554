package meeting

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrStale is what a conditional write returns whose condition does not hold any more.
var ErrStale = errors.New("changed meanwhile")

// ErrContended is what storage returns that met too many others again and again: a write was not made. It is a Fault: Busy.
var ErrContended error = busy()

// Rooms keeps the rooms. All reads are consistent.
type Rooms interface {
	// Room is what stands behind the number; of nobody's number, a Room with nothing but the number.
	Room(context.Context, Number) (Room, error)
	// Turn makes the turn and returns the room after it; or ErrStale, and the room as it is.
	ApplyTransition(context.Context, Number, Transition) (Room, error)
}

// Seats keeps the seats of sittings. All reads are consistent.
type Seats interface {
	// Seat is the zero Seat if there is none.
	Seat(context.Context, SeatID) (Seat, error)
	// Roll is every seat of the sitting, whatever its state.
	Roster(ctx context.Context, instance string) (Roster, error)
	// TakeSeat stores the seat, as version 1; or returns ErrStale, and the seat that is there.
	TakeSeat(context.Context, Seat) (Seat, error)
	// ChangeSeat stores the seat, of the next version, over the version that it names; or returns ErrStale, and the seat
	// that is there.
	ChangeSeat(context.Context, Seat) (Seat, error)
}

// Budgets counts what strangers may do so often only (I13). A scope is a client, a room or a sitting; a window is the time in which it is
// counted.
type Budgets interface {
	Spent(ctx context.Context, scope string, window time.Time) (Spent, error)
	// Spend counts one more guess and returns them all.
	Spend(ctx context.Context, scope string, window time.Time) (int, error)
	// Knock counts one more seat that waits and returns them all.
	SpendWait(ctx context.Context, scope string, window time.Time) (int, error)
}

// Spent is what was spent of a budget.
type Spent struct {
	Guesses int // wrong passcodes, tickets and host keys, and questions for free numbers
	Waits   int // new seats that wait
}

// People keeps the profiles and what leads to them. All reads are consistent.
type People interface {
	// Profile is the zero Profile if there is none.
	Profile(context.Context, User) (Profile, error)
	// UserOfLink and UserOfEmail are the zero User if there is none.
	UserOfLink(context.Context, Link) (User, error)
	UserOfEmail(ctx context.Context, account, email string) (User, error)
}

// Meetings keeps the planned meetings. All reads are consistent.
type Meetings interface {
	// Meeting is the zero Meeting if there is none.
	Meeting(context.Context, User, Number) (Meeting, error)
	// Agenda is a page of the host's meetings that are not over before from, soonest end first, those without an end
	// last; and where the next page begins, or "". Instant meetings are on no agenda.
	Agenda(ctx context.Context, host User, from time.Time, after string, limit int) ([]Meeting, string, error)
	// Record is the zero Record if there is none.
	IdempotencyRecord(ctx context.Context, by User, key string) (IdempotencyRecord, error)
}

// InstanceRecords keeps the records of sittings, and whom a host met in their personal room. All reads are consistent. What has expired may still
// be found.
type InstanceRecords interface {
	// KeepSitting stores the record over what is there of it, unless that is of a higher rank.
	SaveInstance(context.Context, InstanceRecord) error
	// Sitting is the record of a sitting; the zero Sitting if there is none.
	Instance(ctx context.Context, instance string) (InstanceRecord, error)
	// Past is a page of the host's ended sittings that opened within [from, to), latest first; and where the next page begins, or "".
	PastInstances(ctx context.Context, host User, from, to time.Time, after string, limit int) ([]InstanceRecord, string, error)
	// PastOf is a page of all ended sittings of one meeting, or of the bare personal room, latest first; and where the next page begins.
	PastInstancesOf(ctx context.Context, host User, id Number, after string, limit int) ([]InstanceRecord, string, error)
	// Sits is a page of the host's sittings that opened within [from, to) and have not ended, as far as their records know, the oldest first;
	// and where the next page begins, or "".
	LiveInstances(ctx context.Context, host User, from, to time.Time, after string, limit int) ([]InstanceRecord, string, error)
	// Meet remembers until expires that the host met the people at the time, unless they met later.
	SaveContacts(ctx context.Context, host User, people []Identity, at, expires time.Time) error
	// Met is when the host last met each of the people; who is not in it was not met, or so long ago that it is forgotten.
	Contacts(ctx context.Context, host User, people []Identity) (map[Identity]time.Time, error)
}

// Writer makes changes together: all, or none.
type Writer interface {
	// Save makes the changes in one step. It returns a *Conflict for the first change that was not possible, or
	// ErrContended.
	Save(context.Context, ...Change) error
}

// Store is all of storage.
type Store interface {
	Rooms
	Seats
	Budgets
	People
	Meetings
	InstanceRecords
	Writer
}

// A Conflict says which change of a Save was not possible: its precondition, stated at its type, does not hold.
type Conflict struct{ Change Change }

func (c *Conflict) Error() string { return "conflicting change" }

// impossible is the change of a Save that was not possible; nil if err is no Conflict.
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
	// ReplaceRoom puts After over the room Before, if that is as it was read (same kind, instance and epoch) and not open.
	ReplaceRoom struct{ Before, After Room }
	// PutProfile stores the next version over the version that it names; 0: if there is none.
	PutProfile struct{ Profile Profile }
	// ClaimLink makes the link lead to the user, if it leads to nobody or to them.
	ClaimLink struct {
		Link Link
		User User
	}
	// DropLink frees the user's link.
	DropLink ClaimLink
	// ClaimEmail makes the verified address lead to the user of its account, if it leads to nobody or to them.
	ClaimEmail struct {
		Email string
		User  User
	}
	// DropEmail frees the user's address.
	DropEmail ClaimEmail
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
func (ClaimLink) change()            {}
func (DropLink) change()             {}
func (ClaimEmail) change()           {}
func (DropEmail) change()            {}
func (PutMeeting) change()           {}
func (DropMeeting) change()          {}
func (PutIdempotencyRecord) change() {}

// A IdempotencyRecord remembers what an Idempotency-Key did (I15).
type IdempotencyRecord struct {
	By       User
	Key      string
	Request  Identity // of the body
	Meeting  Meeting  // as it was created; zero if the key only names a start
	Instance string   // of the sitting that was started
	Expires  time.Time
}

// IdempotencyLife is how long an Idempotency-Key is remembered; that of a plan, for as long as the plan says.
const IdempotencyLife = 24 * time.Hour

// Env is what the use cases take from the world.
type Env struct {
	Now    func() time.Time
	Random io.Reader
	Pause  func(context.Context, time.Duration) // waits, or until the context is done
	Config Config
}

// Config are what an operator may set.
type Config struct {
	Quarantine time.Duration // how long a released number rests (I2); 0: not at all
	Lease      time.Duration // of a seat (I17); 90 s if unset
	Retention  time.Duration // how long sittings, and who was in them, are remembered; 90 days if unset
}
